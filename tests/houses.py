"""Organisations made for tests, one call a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tortoise.connection import get_connection

from api.actions.organisations import NEXT_KEY
from api.domain.viewer import Viewer
from api.models import (
    ActionType,
    HeldLevel,
    MenteePreference,
    Mentor,
    MentorOption,
    Organisation,
    Person,
    PreferenceOption,
    RoleProfile,
    RoleRequirement,
    Skill,
    SkillKind,
)
from api.models.row_security import within

_numbers = count(1)


def viewer_of(person: Person, *, administrator: bool = False) -> Viewer:
    return Viewer(person_id=person.id, organisation_id=person.organisation_id, administrator=administrator)


@dataclass
class House:
    """One organisation. Its framework has one attribute under Business skills, and whatever skills are mentioned."""

    organisation: Organisation
    options: dict[str, PreferenceOption] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)
    action_types: dict[str, ActionType] = field(default_factory=dict)

    @classmethod
    async def build(cls, name: str | None = None, **settings: Any) -> "House":
        (key,) = await get_connection("default").execute_query_dict(NEXT_KEY)
        with within(key["id"]):
            name = name or f"Organisation {next(_numbers)}"
            house = cls(await Organisation.create(id=key["id"], name=name, **settings))
            await house._begin()
        return house

    async def _begin(self) -> None:
        organisation_id = self.organisation.id
        for position, label in enumerate(("Career development", "Leadership", "Technical depth")):
            self.options[label] = await PreferenceOption.create(
                organisation_id=organisation_id, label=label, position=position
            )
        for position, (label, mentorship) in enumerate((("Mentorship", True), ("Course", False))):
            self.action_types[label] = await ActionType.create(
                organisation_id=organisation_id, label=label, mentorship=mentorship, position=position
            )
        await self.skill("BUSI", SkillKind.ATTRIBUTE, category="Business skills")

    async def skill(self, code: str, kind: SkillKind = SkillKind.PROFESSIONAL, *, category: str | None = None) -> Skill:
        if code not in self.skills:
            self.skills[code] = await Skill.create(
                organisation_id=self.organisation.id,
                kind=kind,
                code=code,
                name=f"Skill {code}",
                category=category,
                levels=list(range(1, 8)),
            )
        return self.skills[code]

    async def person(
        self,
        name: str | None = None,
        *,
        held: Mapping[str, int] | None = None,
        required: Mapping[str, int] | None = None,
        wants: Iterable[str] = (),
        manager: Person | None = None,
        **fields: Any,
    ) -> Person:
        number = next(_numbers)
        person = await Person.create(
            organisation_id=self.organisation.id,
            subject=f"subject-{number}",
            email=f"person{number}@example.com",
            name=name or f"Person {number}",
            line_manager_id=manager.id if manager else None,
            role_profile_id=await self._role(required, number) if required else None,
            **fields,
        )
        await self.hold(person, held or {})
        for label in wants:
            await MenteePreference.create(
                organisation_id=self.organisation.id, person_id=person.id, option_id=self.options[label].id
            )
        return person

    async def mentor(
        self,
        name: str | None = None,
        *,
        held: Mapping[str, int] | None = None,
        offers: Iterable[str] = ("Leadership",),
        capacity: int | None = None,
        paused: bool = False,
        **fields: Any,
    ) -> Person:
        """An eligible person who offers to mentor."""
        person = await self.person(name, held={"BUSI": 4, **(held or {})}, **fields)
        offers = list(offers)
        await Mentor.create(
            id=person.id,
            organisation_id=self.organisation.id,
            capacity=capacity,
            paused=paused,
            announced_available=bool(offers) and not paused,
        )
        for label in offers:
            await MentorOption.create(
                organisation_id=self.organisation.id, mentor_id=person.id, option_id=self.options[label].id
            )
        return person

    async def hold(self, person: Person, levels: Mapping[str, int]) -> None:
        for code, level in levels.items():
            skill = await self.skill(code)
            await HeldLevel.update_or_create(
                person_id=person.id,
                skill_id=skill.id,
                defaults={"organisation_id": self.organisation.id, "level": level},
            )

    async def _role(self, required: Mapping[str, int], number: int) -> int:
        role = await RoleProfile.create(organisation_id=self.organisation.id, name=f"Role {number}")
        for code, level in required.items():
            skill = await self.skill(code)
            await RoleRequirement.create(
                organisation_id=self.organisation.id, role_profile_id=role.id, skill_id=skill.id, level=level
            )
        return int(role.id)
