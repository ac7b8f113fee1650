"""Production mode on the command line: what is wrong is told at once, and nothing is begun."""

from pathlib import Path

import pytest

from api.cli import _told_in_one_line, app
from tests.acceptance.demos import run
from tests.acceptance.servers import free_port

WRONG = {
    "MENTORING_ENV": "production",
    "MENTORING_GRAPHIQL": "true",
    "MENTORING_INTROSPECTION": "true",
    "MENTORING_ALLOWED_ORIGINS": "*",
}
ALL = ("embedded-database", "local-key", "introspection", "graphiql", "any-origin")


def refusal_of(monkeypatch: pytest.MonkeyPatch, *command: str, **environment: str) -> str:
    """What a command that begins nothing leaves with, in this process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as left, _told_in_one_line():
        app(command)
    return str(left.value.code)


def test_a_start_is_refused_with_all_that_is_wrong_before_anything_is_begun(tmp_path: Path) -> None:
    done = run(tmp_path / "data", "serve", PORT=str(free_port()), **WRONG)
    assert done.returncode == 1
    assert all(f"[{name}]" in done.stderr for name in ALL)
    assert done.stderr.rstrip().endswith("MENTORING_PRODUCTION_EXCEPTIONS=" + ",".join(ALL))
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "command",
    ["serve --workers 2", "worker", "migrate", "demo", "token ada", "person erase ada"],
)
def test_so_is_every_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    data = tmp_path / "data"
    said = refusal_of(monkeypatch, *command.split(), MENTORING_DATA=str(data), **WRONG)
    assert all(f"[{name}]" in said for name in ALL)
    assert not data.exists()


def test_the_demo_is_refused_whatever_is_excepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    excepted = {**WRONG, "MENTORING_PRODUCTION_EXCEPTIONS": ",".join(ALL), "MENTORING_DATA": str(tmp_path / "data")}
    assert "use `serve`" in refusal_of(monkeypatch, "demo", **excepted)
    assert not (tmp_path / "data").exists()


def test_an_exception_that_is_none_is_refused_and_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    excepted = {"MENTORING_ENV": "production", "MENTORING_PRODUCTION_EXCEPTIONS": "everything"}
    said = refusal_of(monkeypatch, "serve", **excepted)
    assert "MENTORING_PRODUCTION_EXCEPTIONS: " in said
    assert "'embedded-database'" in said
    assert "validated data" not in said
