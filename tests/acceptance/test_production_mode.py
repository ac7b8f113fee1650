"""Production mode on the command line: what is wrong is told at once, and nothing is begun."""

from pathlib import Path

import pytest

from tests.acceptance.demos import run
from tests.acceptance.servers import free_port

WRONG = {
    "MENTORING_ENV": "production",
    "MENTORING_GRAPHIQL": "true",
    "MENTORING_INTROSPECTION": "true",
    "MENTORING_ALLOWED_ORIGINS": "*",
}
ALL = ("embedded-database", "local-key", "introspection", "graphiql", "any-origin")


@pytest.mark.parametrize("command", [("serve",), ("serve", "--workers", "2"), ("worker",), ("demo",)])
def test_a_start_is_refused_with_all_that_is_wrong_before_anything_is_begun(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    data = tmp_path / "data"
    done = run(data, *command, PORT=str(free_port()), **WRONG)
    assert done.returncode == 1
    assert all(f"[{name}]" in done.stderr for name in ALL)
    assert done.stderr.rstrip().endswith("MENTORING_PRODUCTION_EXCEPTIONS=" + ",".join(ALL))
    assert "Traceback" not in done.stderr
    assert not data.exists()


def test_the_demo_is_refused_whatever_is_excepted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    environment = {**WRONG, "MENTORING_PRODUCTION_EXCEPTIONS": ",".join(ALL)}
    done = run(data, "demo", PORT=str(free_port()), **environment)
    assert done.returncode == 1
    assert "use `serve`" in done.stderr
    assert not data.exists()


def test_an_exception_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path / "data", "serve", MENTORING_ENV="production", MENTORING_PRODUCTION_EXCEPTIONS="everything")
    assert done.returncode == 1
    assert "MENTORING_PRODUCTION_EXCEPTIONS" in done.stderr
    assert "'embedded-database'" in done.stderr
