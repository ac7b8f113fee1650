"""What is installed is what was chosen: every lock holds hashes, and none says where to get things from."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.snippets import ROOT

LOCKS = sorted(each.name for each in ROOT.glob("requirements*.lock"))
NODE = [
    each
    for folder in ("bench/node", "clients", "tests/node", "web")
    for each in sorted((ROOT / folder).rglob("package-lock.json"))
    if "node_modules" not in each.parts
]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes, in one line."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def test_there_is_a_lock_for_everything_that_is_installed() -> None:
    made = set(re.findall(r"--output-file (\S+\.lock)", (ROOT / "Makefile").read_text()))
    installed = set(re.findall(r"--requirement (\S+)", (ROOT / "Makefile").read_text()))
    assert set(LOCKS) == made == installed


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_is_locked_has_hashes(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock):
        requirement, *hashes = re.split(r"\s+(?=--)", entry.strip())
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[0-9a-z.+!]+( ; .+)?", requirement), entry
        assert hashes
        assert all(HASH.fullmatch(each) for each in hashes), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_where_to_get_it(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?:|file:|git\+|--(extra-)?index-url|--find-links|--trusted-host| @ ", text)


@pytest.mark.parametrize("lock", NODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_node_installs_has_hashes_too(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    for name, package in packages.items():
        if name and not package.get("link"):
            assert str(package.get("integrity", "")).startswith("sha512-"), name
            assert not re.search(r"localhost|127\.0\.0\.1|file:|git\+", str(package.get("resolved", ""))), name


def test_the_makefile_installs_nothing_without_looking_at_hashes() -> None:
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if re.search(r"(\$\(PIP\)|pip .*) install", line):
            assert "--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line, line
        if "npm install" in line:
            raise AssertionError(line)


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLEAN = {"name": "a", "version": "1", "vulns": []}
KNOWN = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
PASSED_OVER = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        (["", [CLEAN]], 0, "nothing is known against its 1 packages (pypi)"),
        ([[CLEAN, KNOWN, PASSED_OVER]], 1, "b 2: PYSEC-1, mended in 3"),
        (["", ""], 2, "NOT LOOKED UP"),
        (["", [CLEAN, PASSED_OVER]], 2, "1 of 2 packages were passed over, such as: not found"),
    ],
)
def test_a_silence_of_the_audit_is_no_clean_bill(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    answers: list[object],
    code: int,
    said: str,
) -> None:
    outputs = iter(json.dumps({"dependencies": each}) if each else "" for each in answers)
    monkeypatch.setattr(
        audit.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=next(outputs), stderr="cannot be reached")
    )
    assert audit.asked(Path("some.lock")) == code
    assert said in capsys.readouterr().out
