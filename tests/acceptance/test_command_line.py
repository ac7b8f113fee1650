"""The command line, as people and scripts use it."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from api.database import database_url
from api.settings import Settings
from tests.acceptance.demos import Demo, databases_in, demo, run, wait_until_ready
from tests.acceptance.servers import COMMAND, free_port, next_of
from tests.frameworks import ATTRIBUTE_HEADERS, SKILL_HEADERS, attribute_row, skill_row, write_csv


async def test_following_the_printed_text_alone_shows_a_live_alert_and_a_second_run_goes_on(data_folder: Path) -> None:
    with demo(data_folder) as first:
        transport = WebsocketsTransport(
            url=f"ws://127.0.0.1:{first.port}/graphql",
            init_payload={"authorization": f"Bearer {first.token('mentor')}"},
        )
        async with Client(transport=transport) as mentor:
            alerts = mentor.subscribe(gql(first.operation(1)))
            alert = asyncio.create_task(next_of(aiter(alerts)))
            await asyncio.sleep(0.5)
            found = (await first.ask("mentee", first.operation(2)))["matches"]["nodes"]
            assert re.search(r'mentorId: "(.+?)"', first.operation(3))[1] in [each["mentor"]["id"] for each in found]  # type: ignore[index]
            asked = (await first.ask("mentee", first.operation(3)))["connect"]
            assert asked["errors"] == []
            assert (await alert)["requestReceived"]["request"]["id"] == asked["request"]["id"]
        people = (await first.ask("mentee", "{ viewer { id } organisation { name } }"))["organisation"]
        links = re.findall(r"http://localhost:\d+/graphiql/\S*", first.text)
        assert len(links) == 3
        page = httpx.get(links[0].replace("localhost", "127.0.0.1"))
        assert page.status_code == 200
        assets = re.findall(r'(?:src|href)="(/graphiql/assets/[^"]+)"', page.text)
        assert assets
        for asset in assets:
            assert httpx.get(f"http://127.0.0.1:{first.port}{asset}").status_code == 200
        assert not re.search(r'(?:src|href)="https?:', page.text), "nothing comes from elsewhere"
        (both,) = re.findall(r"^http://localhost:\d+/demo#mentee=(\S+)&mentor=(\S+)$", first.text, re.MULTILINE)
        alone = re.findall(r": http://localhost:\d+/#token=(\S+)$", first.text, re.MULTILINE)
        assert list(both) == alone == [first.token("mentee"), first.token("mentor")]
        assert httpx.get(f"http://127.0.0.1:{first.port}/demo").status_code == 200
    assert databases_in(data_folder) == [], "the embedded database stops with the service"

    with demo(data_folder) as second:
        sent = (await second.ask("mentee", "{ viewer { id } organisation { name } }"))["organisation"]
        assert sent == people
        assert second.operation(3) != first.operation(3), "between these two there is something by now"
        fresh = (await second.ask("mentee", second.operation(3)))["connect"]
        assert fresh["errors"] == []


async def test_from_an_empty_folder_to_a_token_that_opens(tmp_path: Path, data_folder: Path) -> None:
    skills = write_csv(tmp_path / "skills.csv", [SKILL_HEADERS, skill_row(1, "PROG", range(2, 7))])
    attributes = write_csv(tmp_path / "attributes.csv", [ATTRIBUTE_HEADERS, attribute_row("COLL", "Business skills")])
    people = write_csv(
        tmp_path / "people.csv",
        [
            ["Email", "Name", "Role profile", "Required levels", "Held levels"],
            ["ada@example.com", "Ada", "Engineer", "PROG 5", "PROG 3; COLL 4"],
        ],
    )
    data = data_folder
    for arguments in (("migrate",), ("import", "framework", skills, attributes), ("import", "people", people)) * 2:
        done = run(data, *arguments)
        assert done.returncode == 0, done.stderr
    assert "1 people read, 0 of them new" in done.stdout
    token = run(data, "token", "ADA@example.com")
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", token.stdout)
    assert run(data, "token", "nobody@example.com").returncode != 0
    admin = run(data, "token", "ada@example.com", "--admin").stdout
    port = free_port()
    process = subprocess.Popen([COMMAND, "serve"], env={**os.environ, "MENTORING_DATA": str(data), "PORT": str(port)})
    try:
        await asyncio.to_thread(wait_until_ready, port)
        server = Demo(port, f"mentee token: {token.stdout}\nadmin token: {admin}")
        seen = await server.ask("mentee", "{ viewer { name skillGaps { levels } mentorEligibility { eligible } } }")
        assert seen["viewer"] == {
            "name": "Ada",
            "skillGaps": [{"levels": [4, 5]}],
            "mentorEligibility": {"eligible": True},
        }
        settings = await server.ask("admin", "{ administration { settings { mentoringEnabled } } }")
        assert settings == {"administration": {"settings": {"mentoringEnabled": True}}}
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
    assert databases_in(data) == []


def test_what_is_held_of_a_person_is_given_out_and_erased(tmp_path: Path, migrated_folder: Path) -> None:
    people = write_csv(tmp_path / "people.csv", [["Email", "Name"], ["ada@example.com", "Ada Lovelace"]])
    # It stays on for as long as somebody uses it, and need not start for each command.
    with database_url(Settings(data=migrated_folder, database_url=None)):
        assert run(migrated_folder, "import", "people", people, "--organisation", "Acme").returncode == 0
        held = json.loads(run(migrated_folder, "person", "export", "Ada@example.com").stdout)
        assert (held["organisation"], held["person"][0]["name"]) == ("Acme", "Ada Lovelace")
        unasked = run(migrated_folder, "person", "erase", "ada@example.com")
        assert unasked.returncode != 0
        assert "nothing was erased" in unasked.stderr
        erased = run(migrated_folder, "person", "erase", "ada@example.com", "--yes")
        assert erased.returncode == 0, erased.stderr
        for command in (("person", "export"), ("person", "erase"), ("token",)):
            gone = run(migrated_folder, *command, "ada@example.com")
            assert gone.returncode != 0
            assert "nobody with the email or subject 'ada@example.com'" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "framework", "missing.csv"), "missing.csv: The file cannot be read"),
        (("import", "people", "people.csv"), "people.csv, row 2, column 'Email': "),
        (("import", "people", "strangers.csv"), "strangers.csv, row 2, column 'Held levels', ada@example.com: NOPE"),
    ],
)
def test_a_bad_file_is_told_in_one_line(
    tmp_path: Path, migrated_folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    write_csv(tmp_path / "people.csv", [["Email", "Name"], ["nobody", "Nobody"]])
    write_csv(tmp_path / "strangers.csv", [["Email", "Name", "Held levels"], ["ada@example.com", "Ada", "NOPE 3"]])
    *command, name = arguments
    done = run(migrated_folder, *command, tmp_path / name)
    assert done.returncode != 0
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f"mentoring-api: {message}")


def test_a_locale_that_the_machine_lacks_stops_nothing(data_folder: Path) -> None:
    done = run(data_folder, "migrate", LC_ALL="xx_XX.UTF-8", LANG="xx_XX.UTF-8")
    assert done.returncode == 0, done.stderr


def test_a_setting_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", PORT="many")
    assert done.returncode != 0
    assert done.stderr.startswith("mentoring-api: a setting cannot be used: PORT")


def test_a_port_that_is_taken_is_told_before_anything_is_begun(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run(tmp_path / "data", "demo", PORT=str(port))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"mentoring-api: port {port} of 127.0.0.1 cannot be listened on")
    assert outcome.stdout == ""
    assert not (tmp_path / "data").exists()


def test_the_schema_is_printed_as_it_is_committed(tmp_path: Path) -> None:
    committed = Path(__file__).parents[2] / "api" / "schema" / "schema.graphql"
    assert run(tmp_path, "schema").stdout == committed.read_text()
    assert not list(tmp_path.iterdir()), "printing needs no database"
