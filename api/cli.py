"""The command line, `mentoring-api`."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import orjson
from cyclopts import App, Parameter, validators
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.prompt import Confirm

from api.actions.erase_person import erase_person
from api.actions.export_person import export_person
from api.actions.import_framework import import_framework
from api.actions.import_people import import_people
from api.actions.organisations import ensure_organisation
from api.actions.person_access import deactivate_person, reactivate_person, sign_out_person
from api.actions.work import all_carried_through
from api.app import GRAPHIQL_PATH
from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.database import NotMigrated, connections, database_url
from api.demo.load import NAME as DEMO_NAME
from api.demo.load import load_demo
from api.demo.welcome import welcome
from api.domain.access import ADMINISTRATOR
from api.domain.errors import Refused
from api.frameworks.errors import BadFile
from api.frameworks.framework import read_framework
from api.frameworks.people import read_people
from api.logs import configure_logs
from api.metrics import Metrics
from api.migrate import RoleRefused, migrate
from api.models import Organisation, Person
from api.models.row_security import found_across_organisations, settle
from api.notifications.wakeups import Wakeups
from api.production import NotForProduction, checked_settings
from api.schema.build import sdl
from api.serving import PortTaken, see_that_port_is_free, serve
from api.settings import Settings
from api.transport.persisted import NotAManifest
from api.worker import build_worker

app = App(name="mentoring-api", help="Request a Mentor, as a GraphQL API with live subscriptions.")
imports = App(name="import", help="Read an organisation's framework and people from files.")
persons = App(name="person", help="One person: all that is held of them, and whether they may be here.")
app.command(imports)
app.command(persons)

FrameworkFiles = Annotated[Path, Parameter(help="One or more files that together hold the framework.")]
PeopleFile = Annotated[Path, Parameter(help="The CSV file; one row a person, the email is the key.")]
PersonName = Annotated[str, Parameter(help="Their email or their token subject.")]
Admin = Annotated[bool, Parameter(negative="", help="Give it the role that runs mentoring in their organisation.")]
Workers = Annotated[
    int, Parameter(validator=validators.Number(gte=1, lte=64), help="How many processes are to share the port.")
]
Hours = Annotated[float, Parameter(help="How many hours it is to be good for.")]
ErasedWithoutAsking = Annotated[bool, Parameter(name="--yes", negative="", help="Do not ask first.")]
PersonOrganisation = Annotated[
    str | None,
    Parameter(name="--organisation", help="Whose they are; needed where several have somebody of that email."),
]
OrganisationName = Annotated[
    str | None,
    Parameter(name="--organisation", help="Whose it is; made if new. Not needed where there is only one."),
]


class Nobody:
    """A command line wakes nobody: subscriptions look for themselves."""

    def wake(self, person_ids: list[int], /) -> None:
        pass


@app.command(name="serve")
def serve_api(*, workers: Workers = 1) -> None:
    """Serve the API. The embedded database is migrated first; one of your own, by `migrate`."""
    settings = checked_settings()
    with database_url(settings) as url:
        if settings.database_url is None:
            asyncio.run(migrate(url))
        serve(settings, url, workers=workers)


@app.command
async def worker() -> None:
    """Send mails and pushes, expire requests and remind mentors, without serving the API; any number may run."""
    settings = checked_settings()
    configure_logs(settings)
    wakeups = Wakeups(settings.broadcast_url)
    with database_url(settings) as url:
        async with connections(settings, url), wakeups.running():
            work = asyncio.create_task(build_worker(settings, url, wakeups, Metrics()).run())
            for end in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(end, work.cancel)
            with suppress(asyncio.CancelledError):
                await work
            await all_carried_through()


@app.command(name="migrate")
def migrate_schema() -> None:
    """Bring the database's schema up to date."""
    with database_url(checked_settings()) as url:
        asyncio.run(migrate(url))
    print("The schema is up to date.")


@imports.command(name="framework")
async def import_framework_files(*files: FrameworkFiles, organisation: OrganisationName = None) -> None:
    """Read a skills framework: SFIA's workbook, or its files of skills, attributes and levels (xlsx or csv)."""
    rows = read_framework(files)
    async with _database(), _progress("Skills") as progress:
        owner = await _organisation(organisation)
        counts = await import_framework(Nobody(), organisation_id=owner.id, rows=rows, progress=progress)
    print(f"{owner.name}: {counts}")


@imports.command(name="people")
async def import_people_file(file: PeopleFile, *, organisation: OrganisationName = None) -> None:
    """Read people, their roles and their skill levels from a CSV file; `docs/import.md` describes its columns."""
    rows = read_people(file)
    async with _database(), _progress("People") as progress:
        owner = await _organisation(organisation)
        try:
            counts = await import_people(Nobody(), organisation_id=owner.id, rows=rows, progress=progress)
        except Refused as refused:
            raise Refusal(f"{file.name}, {refused}") from refused
    print(f"{owner.name}: {counts}")


@persons.command(name="export")
async def export(person: PersonName, *, organisation: PersonOrganisation = None) -> None:
    """Print all that is held of a person, as JSON."""
    async with _database():
        held = await export_person(await _person(person, organisation))
    print(orjson.dumps(held, option=orjson.OPT_INDENT_2).decode())


@persons.command(name="erase")
async def erase(
    person: PersonName, *, organisation: PersonOrganisation = None, yes: ErasedWithoutAsking = False
) -> None:
    """Remove all that is held of a person, for good. What others did with them stays, without their name."""
    async with _database():
        found = await _person(person, organisation)
        if not yes and not _confirmed(f"Erase {found.name} <{found.email}> for good?"):
            raise Refusal("nothing was erased; say --yes to do so without being asked.")
        await erase_person(Nobody(), person=found)
    print(f"Erased {person}.")


@persons.command(name="deactivate")
async def deactivate(person: PersonName, *, organisation: PersonOrganisation = None) -> None:
    """Let a person sign in, be found and hear of anything no more."""
    async with _database():
        await deactivate_person(Nobody(), person=await _person(person, organisation))
    print(f"Deactivated {person}.")


@persons.command(name="reactivate")
async def reactivate(person: PersonName, *, organisation: PersonOrganisation = None) -> None:
    """Let a person in again who was deactivated."""
    async with _database():
        await reactivate_person(Nobody(), person=await _person(person, organisation))
    print(f"Reactivated {person}.")


@persons.command(name="sign-out")
async def sign_out(person: PersonName, *, organisation: PersonOrganisation = None) -> None:
    """Make the tokens that a person has now worth nothing."""
    async with _database():
        await sign_out_person(Nobody(), person=await _person(person, organisation))
    print(f"Signed out {person}.")


def _confirmed(question: str) -> bool:
    try:
        return Confirm.ask(question, default=False)
    except EOFError:
        return False


@app.command
async def token(
    person: PersonName, *, organisation: PersonOrganisation = None, hours: Hours = 12, admin: Admin = False
) -> None:
    """Print a token for a person, signed with the local key."""
    settings = checked_settings()
    if settings.jwks_url:
        raise Refusal("Tokens come from the issuer behind MENTORING_JWKS_URL; the local key is not in use.")
    async with _database():
        found = await _person(person, organisation)
    key, roles = local_key(settings.signing_key_file), [ADMINISTRATOR] if admin else []
    print(issue_token(settings, key, found.subject, lifetime=timedelta(hours=hours), roles=roles))


@app.command
def schema() -> None:
    """Print the GraphQL schema definition."""
    print(sdl(), end="")


@app.command
def demo() -> None:
    """Load the demo organisation where the database is empty, say what to try, and serve."""
    settings = checked_settings()
    if settings.environment == "production":
        raise Refusal("The demo is for trying out, and MENTORING_ENV is production: use `serve`.")
    see_that_port_is_free(settings)
    with database_url(settings) as url:
        print(asyncio.run(_prepare_demo(settings, url)), flush=True)
        serve(settings, url)


async def _prepare_demo(settings: Settings, url: str) -> str:
    await migrate(url)
    async with connections(settings, url):
        names = await _names()
        if not names or DEMO_NAME in names:
            organisation = await load_demo(Nobody())
        else:
            organisation = await _organisation(names[0])
        settle(organisation.id)
        return await welcome(settings, graphiql_path=GRAPHIQL_PATH)


@asynccontextmanager
async def _database() -> AsyncIterator[None]:
    settings = checked_settings()
    with database_url(settings) as url:
        if settings.database_url is None:
            await migrate(url)
        async with connections(settings, url):
            yield


async def _person(named: str, organisation: str | None) -> Person:
    """The one person of this email or subject."""
    found = await found_across_organisations(_PEOPLE, named.lower(), named)
    if organisation is not None:
        found = [each for each in found if each["organisation"] == organisation]
    if not found:
        raise Refusal(f"There is nobody with the email or subject {named!r}.")
    if len(found) > 1:
        names = ", ".join(sorted(repr(each["organisation"]) for each in found))
        raise Refusal(f"Several organisations have {named!r}: say which with --organisation, one of {names}.")
    settle(found[0]["organisation_id"])
    return await Person.get(id=found[0]["id"])


_PEOPLE = """
SELECT person.id, person.organisation_id, organisation.name AS organisation
FROM person JOIN organisation ON organisation.id = person.organisation_id
WHERE person.email = $1 OR person.subject = $2
"""


async def _organisation(name: str | None) -> Organisation:
    """The organisation of this name, made if new; without a name the only one there is."""
    if name is None:
        known = await _names()
        if len(known) > 1:
            names = ", ".join(map(repr, known))
            raise Refusal(f"There are several organisations: say which with --organisation, one of {names}.")
        name = known[0] if known else "My organisation"
    return await ensure_organisation(Nobody(), name=name)


async def _names() -> list[str]:
    return [row["name"] for row in await found_across_organisations("SELECT name FROM organisation ORDER BY name")]


@asynccontextmanager
async def _progress(what: str) -> AsyncIterator[Callable[[int, int], None]]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class Refusal(Exception):  # noqa: N818 - an answer to whoever typed the command
    """What a command cannot do, said in one line."""


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    try:
        yield
    except (BadFile, NotAManifest, NotForProduction, NotMigrated, PortTaken, Refused, Refusal, RoleRefused) as refusal:
        sys.exit(f"mentoring-api: {refusal}")
    except ValidationError as error:
        # A default that depends on other settings says nothing where one of them cannot be used.
        wrong = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
        settings = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in wrong)
        sys.exit(f"mentoring-api: a setting cannot be used: {settings}")


def main() -> None:
    with _told_in_one_line():
        app()
