"""No statement sees or changes the rows of another organisation, whatever it forgot to ask."""

import ast
import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

import api
from api.actions.devices import register_device
from api.actions.organisations import ensure_organisation
from api.actions.work import Work, action
from api.auth.tokens import _BY_SUBJECT
from api.database import ROLE, connections, tortoise_config
from api.domain.viewer import Viewer
from api.migrate import _migrate_models, migrate
from api.models import Device, Organisation, Person
from api.models.backend import AnotherOrganisationError, SettledConnection
from api.models.row_security import (
    ALL,
    NOBODY,
    SETTING,
    _scope,
    found_across_organisations,
    introduced,
    scope,
    settle,
    within,
)
from api.settings import Settings
from api.transport.identification import bind_request, bind_viewer
from tests.conftest import at_database
from tests.houses import House, viewer_of
from tests.operations import OFFER
from tests.pushes import Browser
from tests.wakers import Recorder

ONE, OTHER = 1_001, 1_002
# What of nobody in particular there is: which migrations were run, and the queue, whose jobs hold keys of events.
OF_NOBODY = {"tortoise_migrations"}
QUEUE = "procrastinate_"
# Of each way to look at all organisations at once, who takes it, and why it must be.
LOOKING_ACROSS = {
    "found_across_organisations": {
        "actions/event_streams.py:forget_streams",  # whose streams are held by nobody any more
        "actions/event_streams.py:open_stream",  # a browser opens one with nothing but its token
        "actions/organisations.py:ensure_organisation",  # whether the name is taken
        "actions/sweep.py:_each",  # whose requests are due
        "cli.py:_names",  # which organisations there are
        "cli.py:_person",  # whose the person is that a command names
        "models/row_security.py:organisation_ids",
        "notifications/outbox.py:organisation_of_event",  # a job holds the key of an event
        "notifications/watch.py:look",  # the heads of all logs that somebody here listens to
        "search/index/organisations.py:_begin_large",  # which organisations are worth loading
        "search/index/reading.py:look_for_all",  # what changed in all that are loaded
    },
    "organisation_ids": {
        "actions/trim.py:_of_each",
        "worker.py:_reconcile_all",
    },
    "introduced": {"auth/tokens.py:identify"},
}
SAMPLES = {
    "bool": "false",
    "bytea": "''",
    "date": "current_date",
    "float8": "0",
    "jsonb": "'{}'",
    "timestamptz": "now()",
    "uuid": "gen_random_uuid()",
    "xid8": "'1'",
    "_int2": "'{}'",
    "_int8": "'{}'",
}


async def guarded_tables(connection: asyncpg.Connection) -> dict[str, str]:
    """Each table with an organisation's data, and the column that says whose."""
    found = await connection.fetch(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'organisation_id' ORDER BY table_name"
    )
    return {"organisation": "id", **{row["table_name"]: "organisation_id" for row in found}}


@pytest.fixture
async def owner(fresh_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser, whom no policy binds."""
    connection = await asyncpg.connect(fresh_database)
    yield connection
    await connection.close()


async def test_every_table_of_an_organisation_is_guarded_and_the_service_cannot_change_that(
    owner: asyncpg.Connection,
) -> None:
    every = {row["relname"]: row for row in await owner.fetch(
        "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text AS owner, "
        "ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = pg_class.oid AND polname <> 'tests') AS policies "
        "FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = 'public'::regnamespace"
    )}  # fmt: skip
    guarded = await guarded_tables(owner)
    assert {name for name in every.keys() - guarded.keys() if not name.startswith(QUEUE)} == OF_NOBODY
    for name in guarded:
        assert every[name]["relrowsecurity"], name
        assert every[name]["relforcerowsecurity"], name
        assert sorted(every[name]["policies"]) == ["looking", "migrating", "own"], name
    assert ROLE not in {row["owner"] for row in every.values()}
    (role,) = await owner.fetch("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = $1", ROLE)
    assert not any(role)
    assert await owner.fetch("SELECT FROM pg_auth_members WHERE member = $1::regrole", ROLE) == []
    assert not await owner.fetchval(
        "SELECT bool_or(prosecdef) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )


async def fill(owner: asyncpg.Connection, tables: dict[str, str]) -> None:
    """A row of each of two organisations in every table, made of what its columns are."""
    await owner.execute("SET session_replication_role = replica")
    for table, whose in tables.items():
        for check in await owner.fetch(
            "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'", table
        ):
            await owner.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{check["conname"]}"')
        columns = await owner.fetch(
            "SELECT column_name AS name, udt_name AS type FROM information_schema.columns "
            "WHERE table_name = $1 AND is_nullable = 'NO' AND column_name <> $2",
            table, whose,
        )  # fmt: skip
        for key in (ONE, OTHER):
            values = [SAMPLES.get(column["type"], f"'{key}'") for column in columns]
            names = [f'"{column["name"]}"' for column in columns]
            await owner.execute(
                f'INSERT INTO "{table}" ({", ".join([whose, *names])}) OVERRIDING SYSTEM VALUE '
                f"VALUES ({', '.join([str(key), *values])})"
            )


@pytest.fixture
async def filled(owner: asyncpg.Connection) -> dict[str, str]:
    tables = await guarded_tables(owner)
    await fill(owner, tables)
    return tables


@asynccontextmanager
async def service(owner: asyncpg.Connection, setting: str | None) -> AsyncIterator[None]:
    """As the service works: by its role, with the setting or none. No foreign keys, which would answer first."""
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(f"SET LOCAL ROLE {ROLE}")
    if setting is not None:
        await owner.execute(f"SET LOCAL {SETTING} = '{setting}'")
    try:
        yield
    finally:
        await transaction.rollback()


async def seen(owner: asyncpg.Connection, table: str, whose: str) -> list[int]:
    return sorted(row[0] for row in await owner.fetch(f'SELECT {whose} FROM "{table}"'))


async def survivors(owner: asyncpg.Connection, table: str, whose: str) -> list[int]:
    await owner.execute("RESET ROLE")
    return await seen(owner, table, whose)


async def test_an_unfiltered_question_finds_ones_own_rows_alone(
    owner: asyncpg.Connection, filled: dict[str, str]
) -> None:
    for table, whose in filled.items():
        assert await seen(owner, table, whose) == [ONE, OTHER], table
        for setting, expected in ((str(ONE), [ONE]), (str(OTHER), [OTHER]), ("", []), (None, []), (ALL, [ONE, OTHER])):
            async with service(owner, setting):
                assert await seen(owner, table, whose) == expected, (table, setting)
    assert len(filled) >= 27


async def test_an_unfiltered_change_changes_ones_own_rows_alone(
    owner: asyncpg.Connection, filled: dict[str, str]
) -> None:
    for table, whose in filled.items():
        kept = table == "audit_entry"
        for setting, expected in ((str(ONE), 1), ("", 0), (ALL, 0)):
            for statement in (f'UPDATE "{table}" SET {whose} = {whose}', f'DELETE FROM "{table}"'):
                async with service(owner, setting):
                    if kept:
                        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                            await owner.execute(statement)
                        continue
                    assert int((await owner.execute(statement)).split()[-1]) == expected, (statement, setting)
                    if statement.startswith("DELETE"):
                        left = [OTHER] if expected else [ONE, OTHER]
                        assert await survivors(owner, table, whose) == left, (statement, setting)


async def test_a_row_of_another_organisation_is_not_written(owner: asyncpg.Connection, filled: dict[str, str]) -> None:
    for table, whose in filled.items():
        (row,) = await owner.fetch(f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE {whose} = {OTHER}')
        for setting in (str(ONE), "", ALL):
            async with service(owner, setting):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                    await owner.execute(
                        f'INSERT INTO "{table}" OVERRIDING SYSTEM VALUE '
                        f'SELECT * FROM jsonb_populate_record(NULL::"{table}", $1::text::jsonb)',
                        row[0],
                    )
        if table != "audit_entry":
            async with service(owner, str(ONE)):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                    await owner.execute(f'UPDATE "{table}" SET {whose} = {OTHER}')


async def test_a_setting_that_is_no_key_is_an_error(owner: asyncpg.Connection, filled: dict[str, str]) -> None:
    assert filled
    async with service(owner, "1001 or true"):
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await owner.fetch("SELECT FROM person")


async def whose_people() -> list[int]:
    """A question that was deliberately left unfiltered."""
    rows = await get_connection("default").execute_query_dict("SELECT DISTINCT organisation_id AS key FROM person")
    return sorted(row["key"] for row in rows)


@asynccontextmanager
async def as_nobody() -> AsyncIterator[None]:
    token = _scope.set(NOBODY)
    try:
        yield
    finally:
        _scope.reset(token)


async def two_houses() -> tuple[House, House]:
    houses = await House.build(), await House.build()
    for house in houses:
        await house.person()
    return houses


async def test_a_task_sees_what_it_settled_on_and_nothing_before(database: str) -> None:
    one, other = await two_houses()

    async def asked(key: int) -> list[int]:
        settle(key)
        return await asyncio.create_task(whose_people())

    async with as_nobody():
        assert await whose_people() == []
        keys = [one.organisation.id, other.organisation.id]
        assert await asyncio.gather(*(asyncio.create_task(asked(key)) for key in keys)) == [[key] for key in keys]
        assert await whose_people() == []
        found = await found_across_organisations("SELECT id FROM organisation ORDER BY id")
        assert [row["id"] for row in found] == keys
        with pytest.raises(OperationalError, match="row-level security"):
            await found_across_organisations("INSERT INTO organisation (name) VALUES ('Another') RETURNING id")


class Crowd:
    """Tasks of two organisations and of nobody, each of which asks for what it is not told to leave out."""

    def __init__(self, people: list[Person], chance: random.Random) -> None:
        self.subjects = {person.organisation_id: person.subject for person in people}
        self.keys = sorted(self.subjects)
        self.answered: Counter[str] = Counter()
        self._chance = chance
        self._ways = {
            "statement": whose_people,
            "transaction": self._in_transaction,
            "across": self._across,
            "introduced": self._introduced,
            "lost": self._lost,
        }

    async def do(self, way: str, key: int | None) -> None:
        """Twice the same question, by some way and plainly after it."""
        expected = [key] if key else []
        if key is None:
            _scope.set(NOBODY)
        else:
            settle(key)
        assert await self._ways[way]() == expected
        assert await whose_people() == expected
        self.answered[way] += 1

    async def _in_transaction(self) -> list[int]:
        async with in_transaction():
            await get_connection("default").execute_query("UPDATE person SET name = name")
            return await whose_people()

    async def _across(self) -> list[int]:
        assert len(await found_across_organisations("SELECT id FROM organisation")) == len(self.keys)
        return await whose_people()

    async def _introduced(self) -> list[int]:
        """Somebody of either."""
        key = self._chance.choice(self.keys)
        (found,) = await introduced(_BY_SUBJECT, self.subjects[key])
        assert found["organisation_id"] == key
        return await whose_people()

    async def _lost(self) -> list[int]:
        async with get_connection("default").acquire_connection() as connection:
            connection.terminate()
        return await whose_people()

    async def cut_off_at_times(self, way: str, key: int | None) -> None:
        """A transaction that is cut off as it begins would leak its connection: actions carry theirs through."""
        task = asyncio.create_task(self.do(way, key))
        if way != "transaction" and self._chance.random() < 0.4:
            for _ in range(self._chance.randrange(12)):
                await asyncio.sleep(0)
            await asyncio.sleep(self._chance.choice((0, 0, 0.001, 0.003)))
            task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


def test_whoever_comes_next_on_a_connection_is_nobody_at_first() -> None:
    """A server may start the task of a request from within that of the one before."""

    def next_request() -> tuple[str, str]:
        bind_viewer(Viewer(person_id=1, organisation_id=ONE))
        before = scope()
        bind_request({})
        return before, scope()

    assert copy_context().run(next_request) == (str(ONE), NOBODY)


async def test_few_connections_never_mix_up_many_tasks(fresh_database: str, tmp_path: Path) -> None:
    """Whatever way they ask, cut off wherever they are, on connections that get lost."""
    chance = random.Random(8)
    settings = Settings(data=tmp_path, database_url=fresh_database, database_pool_size=3)
    async with connections(settings, fresh_database):
        await two_houses()
        crowd = Crowd(await Person.all(), chance)
        ways = ["statement"] * 6 + ["transaction"] * 3 + ["introduced"] * 3 + ["across"] + ["lost"]
        plan = [(chance.choice(ways), chance.choice([*crowd.keys, *crowd.keys, None])) for _ in range(400)]
        await asyncio.gather(*(crowd.cut_off_at_times(*each) for each in plan))
        assert crowd.answered.keys() == set(ways)
        assert sum(crowd.answered.values()) < len(plan)
        # None was lost for good.
        together = [crowd.do("transaction", key) for key in crowd.keys * 3]
        await asyncio.gather(*map(asyncio.create_task, together))


async def test_a_connection_that_was_cut_off_while_it_was_told_is_told_anew(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path, database_url=fresh_database, database_pool_size=2)
    async with connections(settings, fresh_database):
        one, other = await two_houses()
        told = SettledConnection.execute

        async def cut(self: SettledConnection, statement: str, *values: Any, **more: Any) -> str:
            await told(self, statement, *values, **more)
            raise asyncio.CancelledError

        with within(one.organisation.id):
            assert await whose_people() == [one.organisation.id]
        with monkeypatch.context() as patch, within(other.organisation.id):
            patch.setattr(SettledConnection, "execute", cut)
            with pytest.raises(asyncio.CancelledError):
                await whose_people()
        # It is set to the other one, and was last known as set to this one.
        with within(one.organisation.id):
            assert await whose_people() == [one.organisation.id]


async def test_whoever_comes_back_finds_the_connection_that_they_left(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path, database_url=fresh_database, database_pool_size=2)
    async with connections(settings, fresh_database):
        houses = await two_houses()
        told: list[str] = []
        execute = SettledConnection.execute

        async def listened(self: SettledConnection, statement: str, *values: Any, **more: Any) -> str:
            told.append(statement)
            return str(await execute(self, statement, *values, **more))

        async def ask(house: House) -> None:
            with within(house.organisation.id):
                assert await whose_people() == [house.organisation.id]

        await asyncio.gather(*(ask(house) for house in houses))
        monkeypatch.setattr(SettledConnection, "execute", listened)
        for house in houses * 10:
            await ask(house)
        await asyncio.gather(*(ask(house) for house in houses))
        assert told == []
        async with as_nobody():
            assert await whose_people() == []
        assert told == [f"SET {SETTING} = ''"]


async def test_a_transaction_is_of_one_organisation(database: str) -> None:
    one, other = await two_houses()
    with within(one.organisation.id):
        async with in_transaction():
            with within(other.organisation.id), pytest.raises(AnotherOrganisationError):
                await Person.all()
            with pytest.raises(AnotherOrganisationError):
                await found_across_organisations("SELECT id FROM organisation")
            async with in_transaction():
                assert await whose_people() == [one.organisation.id]
        assert await Person.all().count() == 1


async def test_an_action_works_within_what_it_is_about(database: str) -> None:
    one, other = await two_houses()

    @action
    async def look(_work: Work, *, organisation_id: int) -> list[int]:
        assert organisation_id
        return await whose_people()

    async with as_nobody():
        for house in (one, other):
            assert await look(Recorder(), organisation_id=house.organisation.id) == [house.organisation.id]
    with pytest.raises(TypeError, match="organisation_id, viewer, person, device"):

        @action
        async def look_at_all(_work: Work) -> None: ...


async def test_a_device_changes_hands_between_organisations(database: str) -> None:
    one, other = [await house.person() for house in (await House.build(), await House.build())]
    phone = Browser("https://push.example.com/phone").registration()
    for person in (one, other, one):
        await register_device(Recorder(), viewer=viewer_of(person), offer=OFFER, **phone)
        (device,) = await Device.all()
        assert (device.person_id, device.organisation_id) == (person.id, person.organisation_id)


async def test_an_organisation_that_two_begin_at_once_is_one(database: str) -> None:
    async with as_nobody():
        made = await asyncio.gather(*(ensure_organisation(Recorder(), name="Acme") for _ in range(4)))
    assert len({each.id for each in made}) == await Organisation.all().count() == 1


async def test_an_owner_who_is_no_superuser_migrates_and_serves(server_url: str, tmp_path: Path) -> None:
    """Of such an owner, policies hold too; foreign keys and later migrations see all the same what they have to."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE ROLE modest LOGIN; GRANT {ROLE} TO modest")
    await connection.execute("CREATE DATABASE modests OWNER modest")
    url = at_database(server_url, "modests").replace("//postgres:", "//modest:")
    try:
        await migrate(url)
        async with connections(Settings(data=tmp_path, database_url=url), url):
            (made, _) = [await ensure_organisation(Recorder(), name=name) for name in ("Acme", "Other")]
            with within(made.id):
                house = House(made)
                person = await house.mentor(offers=())
            assert [row["id"] for row in await introduced(_BY_SUBJECT, person.subject)] == [person.id]
        owner = await asyncpg.connect(url)
        assert await owner.fetch("SELECT FROM organisation") == []
        await owner.execute(f"SET {SETTING} = '{ALL}'")
        assert await owner.execute("UPDATE organisation SET name = name || '!'") == "UPDATE 2"
        await owner.close()
        assert tortoise_config(url)["connections"]["default"]["credentials"]["server_settings"] == {SETTING: ALL}
        await asyncio.create_task(_migrate_models(tortoise_config(url, pool_size=2)))
    finally:
        await connection.execute("DROP DATABASE modests WITH (FORCE)")
        await connection.execute("DROP ROLE modest")
        await connection.close()


def test_who_looks_at_all_organisations_at_once_is_known() -> None:
    callers: dict[str, set[str]] = {name: set() for name in LOOKING_ACROSS}
    holders: dict[str, set[str]] = {"ALL": set(), "acquire_as_it_is": set(), "introduce": set()}
    root = Path(api.__file__).parent
    for path in root.rglob("*.py"):
        place = str(path.relative_to(root))
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    for call in ast.walk(node):
                        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in callers:
                            callers[call.func.id].add(f"{place}:{node.name}")
                case ast.ImportFrom(module="api.models.row_security", names=names):
                    for each in {each.name for each in names} & holders.keys():
                        holders[each].add(place)
                case ast.Attribute(attr=name) if name in holders:
                    holders[name].add(place)
    assert callers == LOOKING_ACROSS
    assert holders == {
        "ALL": {"database.py", "models/migrations/0013_row_level_security.py"},
        "acquire_as_it_is": {"models/row_security.py"},
        "introduce": {"models/row_security.py"},
    }
