"""The people of the demo organisation, all of them invented."""

from typing import Final

from api.demo.chance import Chance
from api.demo.departments import TEAM_MEMBER, Post, posts
from api.demo.holdings import held_by
from api.demo.names import spelt_for_email
from api.demo.places import PLACES, Place
from api.frameworks.rows import PersonRow

_DOMAIN: Final = "mentoring-demo.example"
_IN_ONE_PLACE: Final = 0.4
_LOCAL_NAME: Final = 0.85


class _Register:
    """The names given so far: everybody's email is their own."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._emails: set[str] = set()

    def newcomer(self, place: Place) -> tuple[str, str]:
        """A name that nobody has yet and the email that goes with it."""
        while True:
            local = self._chance.happens(_LOCAL_NAME)
            names = self._chance.one_of((place if local else self._chance.one_of(PLACES)).names)
            given, family = self._chance.one_of(names.given), self._chance.one_of(names.family)
            email = f"{spelt_for_email(given)}.{spelt_for_email(family)}@{_DOMAIN}"
            if email not in self._emails:
                self._emails.add(email)
                return names.written(given, family), email


def people(seed: int = 20261123) -> tuple[PersonRow, ...]:
    """Everybody, those without reports first: the demo's tokens are for the first of them."""
    chance = Chance(seed)
    register = _Register(chance)
    chart = posts()
    places = _places(chance, chart)
    rows: list[PersonRow] = []
    for post, place in zip(chart, places, strict=True):
        name, email = register.newcomer(place)
        manager = None if post.manager is None else rows[post.manager].email
        rows.append(
            PersonRow(
                email=email,
                name=name,
                job_title=post.title or chance.one_of(post.role.titles),
                location=place.location,
                time_zone=place.time_zone,
                line_manager_email=manager or "",
                role_profile=post.role.name,
                required=post.role.required,
                held=held_by(chance, post),
            )
        )
    return tuple(row for _, row in sorted(zip(chart, rows, strict=True), key=lambda pair: -pair[0].rank))


def _places(chance: Chance, chart: tuple[Post, ...]) -> list[Place]:
    """Where each works: part of a team where its lead does, the others anywhere."""
    places: list[Place] = []
    for post in chart:
        if post.manager is not None and post.rank == TEAM_MEMBER and chance.happens(_IN_ONE_PLACE):
            places.append(places[post.manager])
        else:
            places.append(chance.one_of(PLACES))
    return places
