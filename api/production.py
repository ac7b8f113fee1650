"""What production refuses to start with: everything that is there so that the service can be tried at once, and what
would open it to more people than anybody meant to.

Each is named by one word, and `MENTORING_PRODUCTION_EXCEPTIONS` lets it pass on purpose. All that is wrong is told at
once, before anything is begun.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from api.domain.hosts import is_loopback
from api.settings import ExceptionName, Settings

# How the names of the settings begin that hold a limit, which 0 switches off.
_LIMITED: Final = ("query_", "person_", "address_")


@dataclass(frozen=True, slots=True)
class Problem:
    """``name`` is what it is excepted by, ``what`` is what is wrong, ``instead`` what to do."""

    name: ExceptionName
    what: str
    instead: str


class NotForProduction(Exception):  # noqa: N818 - an answer to whoever started the service
    """What stands against a start in production, each with what to do about it."""

    def __init__(self, problems: list[Problem]) -> None:
        lines = [f"\n- {each.what} {each.instead} [{each.name}]" for each in problems]
        names = ",".join(each.name for each in problems)
        super().__init__(
            f"nothing was started, since MENTORING_ENV is production and:{''.join(lines)}\n"
            f"Where that is meant, say so: MENTORING_PRODUCTION_EXCEPTIONS={names}"
        )
        self.problems = problems


def checked_settings() -> Settings:
    """The settings of the environment. Raises ``NotForProduction``, or ``ValidationError`` where one makes no sense."""
    settings = Settings()
    check(settings)
    return settings


def check(settings: Settings) -> None:
    """Raises ``NotForProduction`` where something must not be so in production, and was not excepted."""
    if settings.environment != "production":
        return
    problems = [each for each in _problems(settings) if each.name not in settings.production_exceptions]
    if problems:
        raise NotForProduction(problems)


def _problems(settings: Settings) -> Iterator[Problem]:
    yield from _of_what_it_stands_on(settings)
    yield from _of_what_it_shows(settings)
    yield from _of_where_it_goes(settings)
    yield from _of_what_it_bears(settings)


def _of_what_it_stands_on(settings: Settings) -> Iterator[Problem]:
    if settings.database_url is None:
        yield Problem(
            "embedded-database",
            "There is no DATABASE_URL: the embedded database is for trying out.",
            "Name a PostgreSQL server.",
        )
    if settings.jwks_url is None:
        yield Problem(
            "local-key",
            "There is no MENTORING_JWKS_URL: whoever reads the local key's file can be anybody.",
            "Name where your identity provider publishes its keys.",
        )


def _of_what_it_shows(settings: Settings) -> Iterator[Problem]:
    if settings.introspection:
        yield Problem(
            "introspection",
            "MENTORING_INTROSPECTION is on: whoever has a token can read the schema.",
            "Leave it out.",
        )
    if settings.graphiql:
        yield Problem("graphiql", "MENTORING_GRAPHIQL is on: GraphiQL is for those who develop.", "Leave it out.")
    if settings.subgraph:
        yield Problem(
            "subgraph",
            "MENTORING_SUBGRAPH is on: whoever has a token can read the schema, by `_service`.",
            "Leave it out, unless only a router gets through to this service.",
        )
    if settings.metrics == "all":
        yield Problem(
            "open-metrics",
            "MENTORING_METRICS is `all`: whoever gets through can read how the service is used.",
            "Leave it out, and let something on this machine collect them.",
        )
    if "*" in settings.allowed_origins:
        yield Problem(
            "any-origin",
            "MENTORING_ALLOWED_ORIGINS has `*`: the pages of everybody may call the API.",
            "Name the origins that are yours.",
        )


def _of_where_it_goes(settings: Settings) -> Iterator[Problem]:
    if settings.web_url and _is_plain(settings.web_url):
        yield Problem(
            "plain-links",
            "MENTORING_WEB_URL is plain HTTP: mails lead people to where others can read and change what they see.",
            "Use https.",
        )
    if settings.push_private:
        yield Problem(
            "private-pushes",
            "MENTORING_PUSH_PRIVATE is on: whoever registers a device can have this service call your own network.",
            "Leave it out.",
        )


def _of_what_it_bears(settings: Settings) -> Iterator[Problem]:
    off = [
        str(field.validation_alias)
        for name, field in Settings.model_fields.items()
        if name.startswith(_LIMITED) and getattr(settings, name) == 0
    ]
    if off:
        yield Problem(
            "no-limit",
            f"{', '.join(off)} of 0: whoever asks for too much keeps others from being served.",
            "Leave it out, or give a higher limit.",
        )


def _is_plain(url: str) -> bool:
    """Whether it goes over plain HTTP to another machine."""
    parts = urlsplit(url)
    return parts.scheme.casefold() == "http" and not is_loopback(parts.hostname or "")
