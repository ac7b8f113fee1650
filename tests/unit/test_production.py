"""What production refuses to start with, and what it leaves off by itself."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from api.production import NotForProduction, check
from api.settings import ExceptionName, Settings

GOOD = {
    "environment": "production",
    "database_url": "postgresql://db.example.com/mentoring",
    "jwks_url": "https://id.example.com/keys",
}
# Each exception, and the settings that nothing but it lets pass.
REFUSED: dict[str, list[dict[str, Any]]] = {
    "embedded-database": [{"database_url": None}],
    "local-key": [{"jwks_url": None}],
    "introspection": [{"introspection": True}],
    "graphiql": [{"graphiql": True}],
    "subgraph": [{"subgraph": True}],
    "open-metrics": [{"metrics": "all"}],
    "any-origin": [{"allowed_origins": "https://a.example.com,*"}],
    "plain-links": [{"web_url": "http://mentoring.example.com"}, {"web_url": "http://localhost.example.com"}],
    "private-pushes": [{"push_private": True}],
    "no-limit": [{"query_depth": 0}],
}


def settings(**changes: Any) -> Settings:
    return Settings(**{**GOOD, **changes})


def refused(given: Settings) -> list[str]:
    try:
        check(given)
    except NotForProduction as refusal:
        return [each.name for each in refusal.problems]
    return []


def test_every_exception_is_put_to_the_test() -> None:
    assert set(REFUSED) == set(get_args(ExceptionName))


@pytest.mark.parametrize(("name", "changes"), [(name, each) for name, some in REFUSED.items() for each in some])
def test_what_is_for_trying_out_is_refused_unless_it_is_named(name: str, changes: dict[str, Any]) -> None:
    assert refused(settings(**changes)) == [name]
    assert refused(settings(**changes, production_exceptions=name)) == []
    others = ",".join(set(REFUSED) - {name})
    assert name in refused(settings(**changes, production_exceptions=others))
    assert refused(settings(**{**changes, "environment": "development"})) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"jwks_url": "http://localhost:8080/keys"},
        {"jwks_url": "http://127.0.0.2/keys"},
        {"jwks_url": "http://[::1]/keys"},
        {"web_url": "https://mentoring.example.com", "allowed_origins": "https://a.example.com"},
        {"metrics": "off"},
    ],
)
def test_what_is_good_starts(changes: dict[str, Any]) -> None:
    assert refused(settings(**changes)) == []


def test_all_that_is_wrong_is_told_at_once_each_with_what_to_do() -> None:
    wrong = {name: value for some in REFUSED.values() for name, value in some[0].items()}
    with pytest.raises(NotForProduction) as told:
        check(settings(**wrong))
    text = str(told.value)
    names = set(REFUSED)
    assert {each.name for each in told.value.problems} == names
    assert len(text.splitlines()) == 1 + len(names) + 1
    assert all(each.what in text and each.instead in text for each in told.value.problems)
    assert refused(settings(**wrong, production_exceptions=text.rpartition("=")[2])) == []


def test_what_helps_to_find_ones_way_is_off_in_production_by_itself() -> None:
    tried = Settings()
    assert (tried.graphiql, tried.introspection, tried.suggestions) == (True, True, True)
    shown = settings()
    assert (shown.graphiql, shown.introspection, shown.suggestions) == (False, False, False)
    excepted = settings(production_exceptions="graphiql, introspection")
    assert (excepted.graphiql, excepted.introspection) == (True, True)
    assert not excepted.suggestions, "they are off in production whatever is excepted"
    assert not settings(production_exceptions="graphiql", graphiql=False).graphiql
    assert not Settings(introspection=False).suggestions


def test_an_exception_that_there_is_none_of_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match="any-origin") as told:
        settings(production_exceptions="graphiql,grafiql")
    assert told.value.errors()[0]["input"] == "grafiql"


def test_each_limit_that_is_off_is_named() -> None:
    """All that README has after "here and below, 0 sets no limit", up to what is no limit."""
    names = (
        *(f"query_{what}" for what in ("tokens", "depth", "width", "root_fields", "aliases", "directives", "cost")),
        *(f"person_{what}" for what in ("operations", "points", "connections")),
        *(f"address_{what}" for what in ("strangers", "connections")),
    )
    with pytest.raises(NotForProduction) as told:
        check(settings(**dict.fromkeys(names, 0)))
    (problem,) = told.value.problems
    assert problem.what.split(" of 0")[0].split(", ") == [f"MENTORING_{name.upper()}" for name in names]
