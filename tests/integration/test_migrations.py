"""The schema comes from the migrations, and says what the models say."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext, get_current_context
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.api import migrate as apply_migrations
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.constraints import UniqueConstraint

import api.models
from api.database import NotMigrated, connections, tortoise_config
from api.migrate import RoleRefused, migrate, update_job_queue
from api.models import AuditEntry, HeldLevel, MentorOption, MentorRequest, Person, PreferenceOption
from api.settings import Settings
from tests.conftest import at_database, database_named
from tests.houses import House

NOW = datetime.now(UTC)
MODELS = [model for model in vars(api.models).values() if hasattr(model, "_meta")]


async def test_the_models_have_no_change_that_no_migration_makes(database: str) -> None:
    context = get_current_context()
    assert context is not None
    assert context.apps is not None
    apps = tortoise_config(database)["apps"]
    assert await MigrationAutodetector(context.apps, apps).changes() == []


async def test_every_column_index_and_constraint_of_the_models_is_in_the_database(database: str) -> None:
    for model in MODELS:
        table = model._meta.db_table
        columns = await rows(
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = $1", table
        )
        assert {row["column_name"]: row["is_nullable"] == "YES" for row in columns} == {
            column: model._meta.fields_map[field].null for field, column in model._meta.fields_db_projection.items()
        }
        present = {
            row["name"]
            for row in await rows(
                "SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::regclass "
                "UNION SELECT indexname FROM pg_indexes WHERE tablename = $1::text",
                table,
            )
        }
        declared = {each.name for each in (*model._meta.constraints, *model._meta.indexes)}
        assert declared <= present


async def test_partial_unique_constraints_are_partial(database: str) -> None:
    partial = {
        constraint.name
        for model in MODELS
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and constraint.condition
    }
    found = await rows(
        "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indisunique AND indpred IS NOT NULL "
        "AND indrelid::regclass::text NOT LIKE 'procrastinate%'"
    )
    assert {row["name"] for row in found} == partial != set()


async def test_every_reference_between_rows_stays_within_the_organisation(database: str) -> None:
    for model in MODELS:
        keys = await rows(
            "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint "
            "WHERE conrelid = $1::regclass AND contype = 'f'",
            model._meta.db_table,
        )
        definitions = {row["definition"] for row in keys}
        expected = {
            f"FOREIGN KEY (organisation_id, {field.source_field}) "
            f"REFERENCES {field.related_model._meta.db_table}(organisation_id, id)"
            for name in model._meta.fk_fields | model._meta.o2o_fields
            if name != "organisation" and (field := model._meta.fields_map[name])
        }
        if model._meta.db_table in ("mentor", "event_log"):
            expected.add("FOREIGN KEY (organisation_id, id) REFERENCES person(organisation_id, id)")
        if "organisation" in model._meta.fk_fields:
            expected.add("FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT")
        assert definitions == expected, model


async def rows(statement: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))


async def test_two_processes_migrate_at_once_and_again_without_harm(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    await connection.execute("DROP DATABASE IF EXISTS empty WITH (FORCE)")
    await connection.execute("CREATE DATABASE empty")
    url = at_database(server_url, "empty")
    await asyncio.gather(migrate(url), migrate(url))
    await migrate(url)
    await connection.execute("DROP DATABASE empty WITH (FORCE)")
    await connection.close()


async def migrate_to(config: dict[str, Any], target: str) -> None:
    async with TortoiseContext() as context:
        await context.init(config=config)
        await apply_migrations(config=config, target=target)


async def test_rows_that_were_there_before_a_column_was_get_its_default(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    await connection.execute("DROP DATABASE IF EXISTS older WITH (FORCE)")
    await connection.execute("CREATE DATABASE older")
    url = at_database(server_url, "older")
    await asyncio.create_task(migrate_to(tortoise_config(url), "models.0003_same_organisation"))
    older = await asyncpg.connect(url)
    await older.execute("INSERT INTO organisation VALUES (1, 'Acme', true, 4, 14, 5)")
    await older.execute("INSERT INTO preference_option (organisation_id, label, position) VALUES (1, 'Leadership', 0)")
    await older.execute(
        "INSERT INTO action_type (organisation_id, label, mentorship, position) VALUES (1, 'M', true, 0)"
    )
    await older.execute(
        "INSERT INTO person (id, organisation_id, subject, email, name) VALUES (1, 1, 'ada', 'ada@example.com', 'Ada')"
    )
    await older.execute(
        "INSERT INTO mentor (id, organisation_id, paused, active_mentees, created_at) VALUES (1, 1, false, 0, now())"
    )
    await migrate(url)
    assert await older.fetchval("SELECT announced_available FROM mentor") is False
    for table in ("preference_option", "action_type"):
        assert [row["retired"] for row in await older.fetch(f"SELECT retired FROM {table}")] == [False]
    await older.close()
    await connection.execute("DROP DATABASE older WITH (FORCE)")
    await connection.close()


async def test_the_database_itself_refuses_what_the_rules_forbid(database: str) -> None:
    house, elsewhere = await House.build(), await House.build()
    mentor, mentee, stranger = await house.mentor(), await house.person(), await elsewhere.person()
    prog = await house.skill("PROG")
    pair = {"organisation_id": house.organisation.id, "mentee_id": mentee.id, "mentor_id": mentor.id}
    await MentorRequest.create(**pair)
    forbidden: list[Callable[[], Awaitable[object]]] = [
        lambda: MentorRequest.create(**pair),
        lambda: MentorRequest.filter(**pair).update(status="ACCEPTED", decided_at=NOW),
        lambda: MentorRequest.filter(**pair).update(status="DECLINED", decided_at=NOW, comment=" \n"),
        lambda: MentorRequest.create(**{**pair, "mentee_id": mentor.id}),
        lambda: MentorRequest.create(**{**pair, "mentee_id": stranger.id}),
        lambda: MentorRequest.create(
            **{**pair, "mentee_id": stranger.id, "organisation_id": elsewhere.organisation.id}
        ),
        lambda: HeldLevel.create(organisation_id=house.organisation.id, person_id=mentee.id, skill_id=prog.id, level=0),
        lambda: HeldLevel.create(organisation_id=house.organisation.id, person_id=mentee.id, skill_id=prog.id, level=8),
        lambda: HeldLevel.create(
            organisation_id=elsewhere.organisation.id, person_id=stranger.id, skill_id=prog.id, level=3
        ),
        lambda: Person.filter(id=mentee.id).update(line_manager_id=stranger.id),
        lambda: MentorOption.create(
            organisation_id=house.organisation.id,
            mentor_id=mentor.id,
            option_id=elsewhere.options["Leadership"].id,
        ),
        lambda: PreferenceOption.create(organisation_id=house.organisation.id, label="Leadership", position=9),
    ]
    for attempt in forbidden:
        with pytest.raises(IntegrityError):
            await attempt()


async def test_what_was_audited_cannot_be_changed_or_removed_by_the_service(database: str) -> None:
    house = await House.build()
    entry = await AuditEntry.create(
        organisation_id=house.organisation.id, verb="found", subject_type="organisation", subject_id=1
    )
    for statement in (
        "UPDATE audit_entry SET verb = 'other'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    ):
        with pytest.raises(OperationalError, match=r"permission denied|must be owner"):
            await rows(statement)
    assert await AuditEntry.all().values_list("id", "verb") == [(entry.id, "found")]


async def test_the_job_queue_is_taken_through_the_steps_that_came_since(server_url: str) -> None:
    async with database_named(server_url, "queue") as url:
        connection = await asyncpg.connect(url)
        latest = await connection.fetchval("SELECT obj_description('procrastinate_jobs'::regclass)")
        steps = [
            ("00.00.00_01_initial.sql", "SELECT 1 / 0"),
            (latest, "SELECT 1 / 0"),
            ("99.00.00_02_second.sql", "INSERT INTO later VALUES (2)"),
            ("99.00.00_01_first.sql", "CREATE TABLE later (number int)"),
        ]
        for _ in range(2):
            await update_job_queue(connection, whole="SELECT 1 / 0", steps=steps)
        assert await connection.fetch("SELECT number FROM later") == [(2,)]
        await connection.close()


async def test_an_owner_who_may_not_take_the_role_is_told_what_to_do(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    await connection.execute("CREATE ROLE humble LOGIN")
    await connection.execute("CREATE DATABASE humbles OWNER humble")
    try:
        with pytest.raises(RoleRefused, match='GRANT mentoring_api TO "humble"'):
            await migrate(at_database(server_url, "humbles").replace("//postgres:", "//humble:"))
    finally:
        await connection.execute("DROP DATABASE humbles WITH (FORCE)")
        await connection.execute("DROP ROLE humble")
        await connection.close()


async def test_a_database_that_was_never_migrated_says_so(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    await connection.execute("CREATE ROLE stranger LOGIN")
    try:
        url = server_url.replace("//postgres:", "//stranger:")
        with pytest.raises(NotMigrated):
            async with connections(Settings(database_url=url), url):
                pass
    finally:
        await connection.execute("DROP ROLE stranger")
        await connection.close()
