"""What is committed is what the sources build to."""

import subprocess
from pathlib import Path

from tests.snippets import ROOT

CONSOLE = ROOT / "web" / "console"


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def done(*command: str) -> None:
    found = subprocess.run(command, cwd=CONSOLE, capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_committed_files_are_what_the_sources_build_to(tmp_path: Path) -> None:
    done("npm", "run", "--silent", "check")
    done("node_modules/.bin/vite", "build", "--emptyOutDir", "--outDir", str(tmp_path))
    built, committed = files_in(tmp_path), files_in(ROOT / "api" / "static" / "console")
    assert sorted(built) == sorted(committed)
    assert [name for name in built if built[name] != committed[name]] == []


def test_the_lock_names_no_host_and_every_package_with_its_hash() -> None:
    lock = (CONSOLE / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "://registry" not in lock
    assert lock.count('"integrity"') > 100
