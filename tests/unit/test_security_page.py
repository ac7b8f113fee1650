"""What `docs/security.md` says is shown by a test is shown by one that exists."""

import ast
import re
from functools import cache

from tests.snippets import ROOT

PAGE = (ROOT / "docs/security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    missing = [(file, name) for file, name in NAMED if not (ROOT / file).exists() or name not in names_in(file)]
    assert missing == []


def test_every_threat_is_met_and_names_a_test() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("|")]
    threats = [row for row in rows if row[0] != "threat" and not row[0].startswith("---")]
    assert len(threats) > 40
    for threat, against, shown in threats:
        assert against, threat
        # All of the cell are names, so that none is passed over that is written otherwise.
        assert re.sub(r"`tests/[\w/]+\.py::test_\w+`(, )?", "", shown) == "", threat


def test_everybody_who_might_do_something_has_a_part() -> None:
    parts = " ".join(re.findall(r"^## (.+)$", PAGE, re.MULTILINE))
    for who in (
        "internet",
        "A person of the organisation",
        "A mentor",
        "An administrator",
        "Another organisation",
        "A stolen token",
        "page of somebody else",
        "An operator's mistake",
        "A dependency",
    ):
        assert who in parts
