"""The committed schema against what clients were promised, as graphql-inspector sees it."""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROMISED = HERE.parent / "contract.graphql"
COMMITTED = HERE.parents[1] / "api" / "schema" / "schema.graphql"
EXCEPTIONS = HERE / "contract_exceptions.txt"


def breaking_changes(promised: Path, committed: Path) -> set[str]:
    inspector = HERE / "node_modules" / ".bin" / "graphql-inspector"
    command: list[str | Path] = [inspector, "diff", promised, committed]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = set(re.findall(r"^\[log\] ✖ +(.+)$", done.stdout, re.MULTILINE))
    said = done.stdout + done.stderr
    if found:
        assert f"Detected {len(found)} breaking change" in said
    else:
        assert "No breaking changes detected" in said
    return found


def meant(text: str) -> set[str]:
    """The changes in a list of exceptions. Each has its reason."""
    lines = [line.partition(" | ") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert [change for change, _, reason in lines if not reason.strip()] == [], "say why"
    return {change.strip() for change, _, _ in lines}


def test_what_clients_were_promised_is_kept_but_for_what_is_meant() -> None:
    breaking, exceptions = breaking_changes(PROMISED, COMMITTED), meant(EXCEPTIONS.read_text())
    assert breaking - exceptions == set(), f"mend the schema, or say in {EXCEPTIONS.name} why it is meant"
    assert exceptions - breaking == set(), f"it breaks nothing any more: take it out of {EXCEPTIONS.name}"


def test_a_field_that_is_gone_breaks_a_contract_and_one_more_does_not(tmp_path: Path) -> None:
    promised, with_more, with_less = (tmp_path / f"{name}.graphql" for name in ("promised", "more", "less"))
    promised.write_text("type Query { viewer: ID mentors: [ID!] }")
    with_more.write_text("type Query { viewer: ID mentors: [ID!] matches: [ID!] }")
    with_less.write_text("type Query { viewer: ID }")
    assert breaking_changes(promised, with_more) == set()
    assert breaking_changes(promised, with_less) == {"Field mentors was removed from object type Query"}


def test_an_exception_needs_a_reason() -> None:
    change = "Field requestReceived was removed from object type Subscription"
    assert meant(f"# as here\n\n{change} | the other tells it too\n") == {change}
    with pytest.raises(AssertionError):
        meant(change)
