"""Nothing stands in the documentation that is not tried: a block is looked at here, or run by the test named here."""

import json
import re
import shlex
from typing import Final

import pytest
from graphql import build_schema, parse, validate

from api.cli import app
from api.schema.build import sdl
from tests.snippets import ROOT, Snippet, snippets

PAGES: Final = sorted(
    str(each.relative_to(ROOT))
    for each in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("clients/*/README.md"))
)
BLOCKS: Final = [each for page in PAGES for each in snippets(page)]
SCHEMA: Final = build_schema(sdl())

# Blocks that are whole programs, and what runs them.
RUN_BY: Final = {
    "clients/python/README.md": "tests/acceptance/test_python_kit.py",
    "clients/typescript/README.md": "tests/node/test_typescript_kit.py",
    "docs/front-end.md": "tests/node/test_front_end_page.py",
}
# What cannot be run here, and why. Their operations are checked: they are the page's own.
NOT_RUN: Final = {
    "kotlin": "there is no Android here",
    "swift": "there is no iOS here",
    "mermaid": "a drawing",
}
# Commands that are no targets of ours, each with what runs it.
COMMANDS: Final = {
    "curl": "tests/acceptance/test_pages_run.py",
    "npm": "tests/node/test_typescript_kit.py",
    "pip": "tests/acceptance/test_python_kit.py",
}
TARGETS: Final = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named(block: Snippet) -> str:
    return f"{block.page}:{block.line}"


def of(*languages: str) -> list[Snippet]:
    return [each for each in BLOCKS if each.language in languages]


@pytest.mark.parametrize("block", of("graphql"), ids=named)
def test_an_operation_fits_the_schema(block: Snippet) -> None:
    assert validate(SCHEMA, parse(block.text)) == []


@pytest.mark.parametrize("block", of("json"), ids=named)
def test_variables_are_json(block: Snippet) -> None:
    assert json.loads(block.text)


@pytest.mark.parametrize("block", of("sh"), ids=named)
def test_a_command_is_there(block: Snippet) -> None:
    lines = block.text.replace("\\\n", " ").splitlines()
    for words in (shlex.split(line, comments=True) for line in lines):
        if not words:
            continue
        command, *rest = [word for word in words if not re.fullmatch(r"[A-Z_]+=.*", word)]
        if command == "make":
            assert rest[0] in TARGETS
        elif command == "mentoring-api":
            app.parse_args([*rest[:1], "--help"] if len(rest) < 2 else [*rest[:2], "--help"])
        else:
            assert command in COMMANDS, block


@pytest.mark.parametrize("block", of("js", "ts", "python"), ids=named)
def test_a_program_is_run_by_a_test(block: Snippet) -> None:
    assert block.file
    test = (ROOT / RUN_BY[block.page]).read_text()
    assert block.page in test or f'"{block.page.removesuffix("/README.md").rpartition("/")[2]}"' in test


def test_there_is_no_other_kind_of_block() -> None:
    looked_at = {"graphql", "json", "sh", "js", "ts", "python"}
    assert {each.language for each in BLOCKS} <= looked_at | set(NOT_RUN)


def test_every_example_for_telephones_uses_an_operation_of_its_page() -> None:
    names = set(
        re.findall(r"^(?:query|mutation|subscription) (\w+)", (ROOT / "docs/mobile.md").read_text(), re.MULTILINE)
    )
    for block in of("kotlin", "swift"):
        used = set(re.findall(r"(\w+?)(?:Query|Mutation|Subscription)\(", block.text))
        assert used
        assert used <= names
