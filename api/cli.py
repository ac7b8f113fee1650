"""The command line, `mentoring-api`."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import uvicorn
from cyclopts import App, Parameter
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.actions.import_framework import import_framework
from api.actions.import_people import import_people
from api.actions.organisations import ensure_organisation
from api.app import GRAPHIQL_PATH, create_app
from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.database import connections, database_url, migrate
from api.demo.load import NAME as DEMO_NAME
from api.demo.load import load_demo
from api.demo.welcome import welcome
from api.domain.access import ADMINISTRATOR
from api.domain.errors import Refused
from api.frameworks.errors import BadFile
from api.frameworks.framework import read_framework
from api.frameworks.people import read_people
from api.logs import configure_logs
from api.models import Organisation, Person
from api.schema.build import sdl
from api.settings import Settings

app = App(name="mentoring-api", help="Request a Mentor, as a GraphQL API with live subscriptions.")
imports = App(name="import", help="Read an organisation's framework and people from files.")
app.command(imports)

FrameworkFiles = Annotated[Path, Parameter(help="One or more files that together hold the framework.")]
PeopleFile = Annotated[Path, Parameter(help="The CSV file; one row a person, the email is the key.")]
PersonName = Annotated[str, Parameter(help="Their email or their token subject.")]
Admin = Annotated[bool, Parameter(negative="", help="Give it the role that runs mentoring in their organisation.")]
Hours = Annotated[float, Parameter(help="How many hours it is to be good for.")]
OrganisationName = Annotated[
    str | None,
    Parameter(name="--organisation", help="Whose it is; made if new. Not needed where there is only one."),
]


class Nobody:
    """A command line wakes nobody: subscriptions look for themselves."""

    def wake(self, person_ids: list[int], /) -> None:
        pass


@app.command
def serve() -> None:
    """Serve the API. The embedded database is migrated first; one of your own, by `migrate`."""
    settings = Settings()
    with database_url(settings) as url:
        if settings.database_url is None:
            asyncio.run(migrate(url))
        _serve(settings, url)


@app.command(name="migrate")
def migrate_schema() -> None:
    """Bring the database's schema up to date."""
    with database_url(Settings()) as url:
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


@app.command
async def token(person: PersonName, *, hours: Hours = 12, admin: Admin = False) -> None:
    """Print a token for a person, signed with the local key."""
    settings = Settings()
    if settings.jwks_url:
        raise Refusal("Tokens come from the issuer behind MENTORING_JWKS_URL; the local key is not in use.")
    async with _database():
        found = await Person.get_or_none(subject=person) or await Person.filter(email=person.lower()).first()
    if found is None:
        raise Refusal(f"There is nobody with the email or subject {person!r}.")
    key, roles = local_key(settings.signing_key_file), [ADMINISTRATOR] if admin else []
    print(issue_token(settings, key, found.subject, lifetime=timedelta(hours=hours), roles=roles))


@app.command
def schema() -> None:
    """Print the GraphQL schema definition."""
    print(sdl(), end="")


@app.command
def demo() -> None:
    """Load the demo organisation where the database is empty, say what to try, and serve."""
    settings = Settings()
    with database_url(settings) as url:
        print(asyncio.run(_prepare_demo(settings, url)), flush=True)
        _serve(settings, url)


async def _prepare_demo(settings: Settings, url: str) -> str:
    await migrate(url)
    async with connections(settings, url):
        if not await Organisation.exists() or await Organisation.exists(name=DEMO_NAME):
            await load_demo(Nobody())
        return await welcome(settings, graphiql_path=GRAPHIQL_PATH)


def _serve(settings: Settings, url: str) -> None:
    configure_logs(settings)
    # uvicorn stops in good order, then raises the signal again: without this the embedded database would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(settings.model_copy(update={"database_url": url})),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
    )


@asynccontextmanager
async def _database() -> AsyncIterator[None]:
    settings = Settings()
    with database_url(settings) as url:
        if settings.database_url is None:
            await migrate(url)
        async with connections(settings, url):
            yield


async def _organisation(name: str | None) -> Organisation:
    """The organisation of this name, made if new; without a name the only one there is."""
    if name is None:
        known = await Organisation.all().order_by("name")
        if len(known) > 1:
            names = ", ".join(repr(each.name) for each in known)
            raise Refusal(f"There are several organisations: say which with --organisation, one of {names}.")
        name = known[0].name if known else "My organisation"
    return await ensure_organisation(Nobody(), name=name)


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
    except (BadFile, Refused, Refusal) as refusal:
        sys.exit(f"mentoring-api: {refusal}")
    except ValidationError as error:
        settings = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        sys.exit(f"mentoring-api: a setting cannot be used: {settings}")


def main() -> None:
    with _told_in_one_line():
        app()
