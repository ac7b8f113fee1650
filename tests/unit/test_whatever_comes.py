"""Whatever comes in from outside, as text or as bytes: what it means, or a refusal in words of ours; nothing else."""

import csv
import io
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from api.domain.errors import Fault
from api.domain.ids import decode_id, encode_id
from api.frameworks.errors import BadFile
from api.frameworks.framework import read_framework
from api.frameworks.people import read_people
from api.notifications.cursors import log_cursor, read_log_cursor
from api.resolvers.paging import PageArguments, cursor, cursor_reader, window
from api.transport.frames import read_frame
from api.transport.parameters import read_operation

JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**63), 2**63 - 1)
    | some.floats(allow_nan=False)
    | some.text(max_size=20),
    lambda inside: some.lists(inside, max_size=4) | some.dictionaries(some.text(max_size=10), inside, max_size=4),
    max_leaves=20,
)
WORDS = ("query", "documentId", "variables", "operationName", "extensions", "authorization")
# Words that mean something, with values that may not.
FRAMES = some.fixed_dictionaries(
    {},
    optional={
        "type": some.sampled_from(["connection_init", "ping", "pong", "subscribe", "complete", "next"]) | JSON,
        "id": JSON,
        "payload": JSON
        | some.fixed_dictionaries(
            {},
            optional=dict.fromkeys(WORDS, JSON),
        ),
    },
)
CELLS = some.text(max_size=30) | some.sampled_from(
    ["Email", "Name", "Code", "Level", "Skill", "Role", "Manager", "ada@example.org", "PROG", "PROG=5", "7", "=1+1"]
)
TABLES = some.lists(some.lists(CELLS, max_size=6), max_size=8)
READER = cursor_reader("mentors", lambda name, key: (name, key), str, int)
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(
    some.text() | JSON.map(lambda each: orjson.dumps(each).decode()) | FRAMES.map(lambda f: orjson.dumps(f).decode())
)
@example("[" * 5_000)
@example('{"type":"ping","payload":' + '{"a":' * 2_000 + "1" + "}" * 2_001)
@example('{"type":"subscribe","id":"1","payload":{"query":"\\ud800"}}')
def test_a_frame(text: str) -> None:
    try:
        read_frame(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017


@FEW
@given(some.dictionaries(some.sampled_from(["query", "documentId", "variables", "operationName", "extensions"]), JSON))
def test_the_parameters_of_a_request(parameters: dict[str, object]) -> None:
    try:
        found = read_operation(parameters)
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert found.query is None or isinstance(found.query, str)
        assert found.variables is None or isinstance(found.variables, dict)


@FEW
@given(some.text())
def test_a_cursor_of_a_log(text: str) -> None:
    try:
        epoch, seq = read_log_cursor(text)
    except ValueError as error:
        assert str(error) == "not a cursor of a log"  # noqa: PT017
    else:
        assert log_cursor(epoch, seq) == text


@FEW
@given(some.uuids(), some.integers(min_value=0, max_value=2**63 - 1))
def test_a_cursor_of_a_log_is_read_as_it_was_written(epoch: UUID, seq: int) -> None:
    assert read_log_cursor(log_cursor(epoch, seq)) == (epoch, seq)


@FEW
@given(some.text() | JSON.map(lambda each: cursor("mentors", each)))  # type: ignore[arg-type]
def test_a_cursor_of_a_list(text: str) -> None:
    try:
        found = window(PageArguments(after=text), READER).after
    except Fault as fault:
        assert "is no cursor of this list" in fault.message  # noqa: PT017
    else:
        assert found is not None
        assert [type(each) for each in found] == [str, int]


@FEW
@given(some.text())
def test_an_id(text: str) -> None:
    found = decode_id(text)
    assert found is None or encode_id(*found).rstrip("=") == text.rstrip("=")


@FEW
@given(some.binary(max_size=200))
@example(b"PK\x03\x04" + bytes(40))
@example(b"\xff\xfe\x00\xd8")
@example(b"Email,Name\n\x00,\x00")
@pytest.mark.parametrize("name", ["given.csv", "given.xlsx"])
def test_a_file_of_any_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    _read(tmp_path / name, content)


@FEW
@given(TABLES)
def test_a_file_of_any_table(tmp_path: Path, table: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["Email", "Name", "Skills", "Role", "Manager"], *table])
    _read(tmp_path / "given.csv", text.getvalue().encode("utf-8", "surrogatepass"))


def _read(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    for read in (read_people, lambda file: read_framework([file])):
        try:
            read(file)
        except BadFile as error:
            assert str(error)  # noqa: PT017 - which of the two ways it goes is up to chance
