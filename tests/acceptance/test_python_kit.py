"""The client kit for Python, and the example of its README."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mentoring_client import FileStore, subscribe_with_resume
from tests.acceptance.kits import Command, KitBehaviour, event, pretending
from tests.snippets import ROOT, snippets

KIT = ROOT / "clients" / "python"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit as its wheel has it, beside what is installed anyway."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", folder, KIT], check=True, timeout=60)
    return folder


class TestPythonKit(KitBehaviour):
    @pytest.fixture(autouse=True)
    def _findable(self, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(installed), *filter(None, [os.getenv("PYTHONPATH")])]))

    @pytest.fixture
    def command(self) -> Command:
        return [sys.executable, str(Path(__file__).with_name("follow_kit.py"))]

    @pytest.fixture
    def example(self, tmp_path: Path) -> Command:
        (shown,) = (each for each in snippets("clients/python/README.md") if each.file)
        file = tmp_path / str(shown.file)
        file.write_text(shown.text)
        return [sys.executable, str(file)]

    async def test_an_event_at_which_the_loop_was_left_is_told_again(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path / "cursor")
        told: list[str] = []
        async with pretending([event("1"), event("2")], [event("2")]) as server:
            for _ in range(2):
                events = subscribe_with_resume(
                    url=server.url,
                    token=lambda: "a token",
                    document="subscription ($after: String) { notificationReceived(after: $after) { cursor } }",
                    cursor_of=lambda data: str(data["notificationReceived"]["cursor"]),
                    variables={"after": "0"},
                    store=store,
                )
                async with contextlib.aclosing(events):
                    async for each in events:
                        told.append(each["notificationReceived"]["cursor"])
                        if told[-1] == "2":
                            break
        assert told == ["1", "2", "2"]
        assert server.afters == ["0", "1"]


def test_the_kit_is_strictly_typed_and_says_so(installed: Path) -> None:
    assert (installed / "mentoring_client" / "py.typed").exists()
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml"],
        cwd=KIT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
