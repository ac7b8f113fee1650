"""Strawberry as its documentation makes it fast: parsed and validated documents are kept. Everything is in memory."""

import os
from pathlib import Path
from typing import Any

import orjson
import strawberry
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache


@strawberry.type
class Skill:
    code: str
    name: str


@strawberry.type
class SkillLevel:
    level: int
    skill: Skill


@strawberry.type
class Person:
    name: str
    job_title: str | None
    location: str | None


@strawberry.type
class Mentor:
    id: strawberry.ID
    person: Person
    skills: list[SkillLevel]


@strawberry.type
class Match:
    percent: float
    mentor: Mentor


def _match(given: Any) -> Match:
    mentor = given["mentor"]
    person = mentor["person"]
    return Match(
        percent=given["percent"],
        mentor=Mentor(
            id=strawberry.ID(mentor["id"]),
            person=Person(name=person["name"], job_title=person["jobTitle"], location=person["location"]),
            skills=[SkillLevel(level=held["level"], skill=Skill(**held["skill"])) for held in mentor["skills"]],
        ),
    )


_matches = [_match(each) for each in orjson.loads(Path(os.environ["MEMORY"]).read_bytes())["data"]["matches"]]


@strawberry.type
class Query:
    @strawberry.field
    def matches(self) -> list[Match]:
        return _matches


application = GraphQL[None, None](strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache]))
