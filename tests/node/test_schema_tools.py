"""What front-end teams run over a schema, run over ours: graphql-eslint with Relay's rules, a router's composition."""

import os
import subprocess
from pathlib import Path

import pytest

from api.schema.build import sdl
from api.schema.federation import subgraph_sdl

HERE = Path(__file__).parent
COMMITTED = HERE.parent.parent / "api" / "schema" / "schema.graphql"


def linted(schema: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", "node_modules/eslint/bin/eslint.js", "--no-warn-ignored", str(schema)]
    return subprocess.run(
        command, cwd=HERE, env={**os.environ, "SCHEMA": str(schema)}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def beside() -> Path:
    """A place that eslint looks at: it does not leave its folder."""
    return HERE / "linted.graphql"


def test_the_schema_satisfies_relay_and_describes_everything(beside: Path) -> None:
    try:
        beside.write_text(COMMITTED.read_text())
        done = linted(beside)
        assert done.returncode == 0, done.stdout + done.stderr
        # Lint that finds nothing anywhere would pass, too.
        for right, wrong, rule in (
            ("  hasNextPage: Boolean!\n", "  hasNextPage: Boolean\n", "relay-page-info"),
            ("node: Match!", "node: [Match!]!", "relay-edge-types"),
            ("type Match implements Node", "type Match", "relay-edge-types"),
        ):
            assert right in COMMITTED.read_text()
            beside.write_text(COMMITTED.read_text().replace(right, wrong, 1))
            assert rule in linted(beside).stdout
    finally:
        beside.unlink(missing_ok=True)


def test_a_router_composes_us_with_another_service(tmp_path: Path) -> None:
    ours = tmp_path / "subgraph.graphql"
    command = ["node", str(HERE / "compose.mjs"), str(ours)]
    ours.write_text(subgraph_sdl(sdl()))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "type Person implements Node\n  @join__implements" in done.stdout
    assert '@join__type(graph: BADGES, key: "id")\n  @join__type(graph: MENTORING, key: "id")' in done.stdout
    ours.write_text(sdl())
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 1, "no keys, no entities"
