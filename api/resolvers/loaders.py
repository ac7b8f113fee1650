"""One set of loaders a request, and a new one each event: what is asked for together is read together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from api.actions.relations import relations_to
from api.domain.access import Relation
from api.domain.gaps import AskedGap, Gap
from api.domain.listing import Standing
from api.domain.matching import Offered, Wanted
from api.domain.viewer import Viewer
from api.models import (
    Action,
    ActionType,
    AvailabilityWatch,
    Device,
    Event,
    MenteePreference,
    Mentor,
    MentorRequest,
    Mentorship,
    NotificationSetting,
    Organisation,
    Person,
    PreferenceOption,
    RoleProfile,
    RoleRequirement,
    Skill,
)
from api.models.statements import RowsByKey
from api.resolvers import readable
from api.resolvers.asked_gaps import AskedGaps
from api.resolvers.frameworks import Framework, Frameworks
from api.search.eligible import MentoringRule, mentoring_rule
from api.search.findable import findable_among
from api.search.holdings import Holding
from api.search.profiles import gaps_of, held_by, offered_by, wanted_by
from api.search.standing import standings

Row = TypeVar("Row", bound=Any)
Key = TypeVar("Key")
Value = TypeVar("Value")


class Loader(DataLoader[Key, Value]):
    """One who no longer waits for a row takes it from nobody else who does: a field that fails has graphql-core cancel
    those beside it, and the row may be wanted elsewhere in the response. What was read with something else is given,
    which costs less than to prime.
    """

    def __init__(self, load_fn: Callable[[list[Key]], Awaitable[Sequence[Value | BaseException]]]) -> None:
        super().__init__(load_fn=load_fn)
        self._given: dict[Key, Value] = {}

    def give(self, key: Key, value: Value) -> None:
        """What was asked for before stays as it was found."""
        self._given[key] = value

    def load(self, key: Key) -> Awaitable[Value]:
        known = self.cache_map.get(key)
        if known is not None and _is_loaded(known):
            return known
        if key in self._given:
            given = self.loop.create_future()
            given.set_result(self._given[key])
            return given
        row = asyncio.ensure_future(super().load(key))
        # Where all have given up, nobody hears of what went wrong.
        row.add_done_callback(_heard)
        return asyncio.shield(row)

    def known(self, key: Key) -> Value | None:
        """What was loaded already, or given; None where it was not, or is nothing."""
        row = self.cache_map.get(key)
        return row.result() if row is not None and _is_loaded(row) else self._given.get(key)


def _is_loaded(row: asyncio.Future[Any]) -> bool:
    return row.done() and not row.cancelled() and row.exception() is None


def _heard(row: asyncio.Future[Any]) -> None:
    if not row.cancelled():
        row.exception()


def one_by_key(rows: RowsByKey[Viewer, Row], viewer: Viewer) -> Loader[int, Row | None]:
    """Loads the row with each key, or None."""

    async def load(keys: list[int]) -> list[Row | None]:
        found = {getattr(row, rows.key): row for row in await rows.read(viewer, keys)}
        return [found.get(each) for each in keys]

    return Loader(load_fn=load)


def many_by_key(rows: RowsByKey[Viewer, Row], viewer: Viewer) -> Loader[int, list[Row]]:
    """Loads all rows that point to each key, oldest first."""

    async def load(keys: list[int]) -> list[list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in await rows.read(viewer, keys):
            found[getattr(row, rows.key)].append(row)
        return [found[each] for each in keys]

    return Loader(load_fn=load)


def from_mapping(read: Callable[[Sequence[int]], Awaitable[dict[int, Value]]]) -> Loader[int, Value]:
    """Loads what a function reads for all keys at once."""

    async def load(keys: list[int]) -> list[Value]:
        found = await read(keys)
        return [found[each] for each in keys]

    return Loader(load_fn=load)


class Loaders:
    """What the fields of one response read, each loader made when first used."""

    def __init__(self, viewer: Viewer, frameworks: Frameworks) -> None:
        self._viewer = viewer
        self._frameworks = frameworks

    def forget(self) -> None:
        """Let go of what was read: loaders lead to the functions that load, and these back to us, so that all of it
        would be there until the collector comes by.
        """
        for name in [name for name in vars(self) if not name.startswith("_")]:
            del vars(self)[name]

    @cached_property
    def organisation(self) -> Loader[int, Organisation | None]:
        return one_by_key(readable.ORGANISATION, self._viewer)

    @cached_property
    def person(self) -> Loader[int, Person | None]:
        return one_by_key(readable.PERSON, self._viewer)

    @cached_property
    def mentor(self) -> Loader[int, Mentor | None]:
        return one_by_key(readable.MENTOR, self._viewer)

    @cached_property
    def mentor_card(self) -> Loader[int, Mentor | None]:
        """Mentors found by their own id, not through a row that points to them."""
        return one_by_key(readable.MENTOR_CARD, self._viewer)

    @cached_property
    def event(self) -> Loader[int, Event | None]:
        return one_by_key(readable.EVENT, self._viewer)

    @cached_property
    def skill(self) -> Loader[int, Skill | None]:
        return one_by_key(readable.SKILL, self._viewer)

    @cached_property
    def option(self) -> Loader[int, PreferenceOption | None]:
        return one_by_key(readable.OPTION, self._viewer)

    @cached_property
    def role_profile(self) -> Loader[int, RoleProfile | None]:
        return one_by_key(readable.ROLE_PROFILE, self._viewer)

    @cached_property
    def action_type(self) -> Loader[int, ActionType | None]:
        return one_by_key(readable.ACTION_TYPE, self._viewer)

    @cached_property
    def request(self) -> Loader[int, MentorRequest | None]:
        return one_by_key(readable.REQUEST, self._viewer)

    @cached_property
    def mentorship(self) -> Loader[int, Mentorship | None]:
        return one_by_key(readable.MENTORSHIP, self._viewer)

    @cached_property
    def mentorship_of_request(self) -> Loader[int, Mentorship | None]:
        return one_by_key(readable.MENTORSHIP_OF_REQUEST, self._viewer)

    @cached_property
    def action(self) -> Loader[int, Action | None]:
        return one_by_key(readable.ACTION, self._viewer)

    @cached_property
    def device(self) -> Loader[int, Device | None]:
        return one_by_key(readable.DEVICE, self._viewer)

    @cached_property
    def requirements_of_role(self) -> Loader[int, list[RoleRequirement]]:
        return many_by_key(readable.REQUIREMENTS_OF_ROLE, self._viewer)

    @cached_property
    def framework(self) -> Loader[int, Framework]:
        """All skills, by organisation; the viewer's own."""

        async def load(keys: list[int]) -> list[Framework]:
            return [await self._frameworks.of(key) for key in keys]

        return Loader(load_fn=load)

    @cached_property
    def held_by(self) -> Loader[int, Holding]:
        """What each person holds."""
        return from_mapping(lambda keys: held_by(self._viewer.organisation_id, keys))

    @cached_property
    def preferences_of_person(self) -> Loader[int, list[MenteePreference]]:
        return many_by_key(readable.PREFERENCES_OF_PERSON, self._viewer)

    @cached_property
    def options_of_mentor(self) -> Loader[int, tuple[int, ...]]:
        """The keys of what each mentor offers, in no order."""

        async def load(keys: list[int]) -> list[tuple[int, ...]]:
            found: dict[int, list[int]] = defaultdict(list)
            for row in await readable.OPTIONS_OF_MENTOR.read(self._viewer, keys):
                found[row.mentor_id].append(row.option_id)
            return [tuple(found[each]) for each in keys]

        return Loader(load_fn=load)

    @cached_property
    def mentorships_of_mentee(self) -> Loader[int, list[Mentorship]]:
        return many_by_key(readable.MENTORSHIPS_OF_MENTEE, self._viewer)

    @cached_property
    def mentorships_of_mentor(self) -> Loader[int, list[Mentorship]]:
        return many_by_key(readable.MENTORSHIPS_OF_MENTOR, self._viewer)

    @cached_property
    def gaps_of_request(self) -> Loader[int, AskedGaps]:
        """What each request asks for help with."""

        async def load(keys: list[int]) -> list[AskedGaps]:
            found: dict[int, list[AskedGap]] = defaultdict(list)
            for row in await readable.GAPS_OF_REQUEST.read(self._viewer, keys):
                gap = AskedGap(row.skill_id, row.current_level, row.required_level, row.mentor_level)
                found[row.request_id].append(gap)
            return [AskedGaps(tuple(found[each])) for each in keys]

        return Loader(load_fn=load)

    @cached_property
    def notification_settings(self) -> Loader[int, list[NotificationSetting]]:
        return many_by_key(readable.NOTIFICATION_SETTINGS, self._viewer)

    @cached_property
    def devices_of_person(self) -> Loader[int, list[Device]]:
        return many_by_key(readable.DEVICES_OF_PERSON, self._viewer)

    @cached_property
    def watches_of_person(self) -> Loader[int, list[AvailabilityWatch]]:
        return many_by_key(readable.WATCHES_OF_PERSON, self._viewer)

    @cached_property
    def wanted(self) -> Loader[int, Wanted]:
        """What each person looks for in a mentor."""

        async def load(keys: list[int]) -> list[Wanted]:
            return [await wanted_by(key) for key in keys]

        return Loader(load_fn=load)

    @cached_property
    def standing(self) -> Loader[int, Standing]:
        """How each mentor stands to the viewer."""

        async def load(keys: list[int]) -> list[Standing]:
            rule = await self.rule.load(self._viewer.organisation_id)
            return await standings(self._viewer, rule, keys)

        return Loader(load_fn=load)

    @cached_property
    def offered(self) -> Loader[int, Offered]:
        """What each mentor brings."""

        async def load(keys: list[int]) -> list[Offered]:
            mentors = await Mentor.filter(id__in=keys, organisation_id=self._viewer.organisation_id)
            found = await offered_by(mentors)
            return [found[key] for key in keys]

        return Loader(load_fn=load)

    @cached_property
    def gaps_of_person(self) -> Loader[int, tuple[Gap, ...]]:
        return from_mapping(gaps_of)

    @cached_property
    def relations(self) -> Loader[int, frozenset[Relation]]:
        """What the viewer is to each person."""
        return from_mapping(lambda keys: relations_to(self._viewer, keys))

    @cached_property
    def rule(self) -> Loader[int, MentoringRule]:
        """The mentoring rule, by organisation."""

        async def load(keys: list[int]) -> list[MentoringRule]:
            return [await mentoring_rule(key) for key in keys]

        return Loader(load_fn=load)

    @cached_property
    def findable(self) -> Loader[int, bool]:
        """Whether each mentor can be found and asked today."""

        async def load(keys: list[int]) -> list[bool]:
            rule = await self.rule.load(self._viewer.organisation_id)
            found = await findable_among(rule, keys)
            return [key in found for key in keys]

        return Loader(load_fn=load)


def present(rows: Iterable[Row | None]) -> list[Row]:
    """Without those that were not found."""
    return [row for row in rows if row is not None]
