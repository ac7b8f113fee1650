"""What an organisation chooses, and the framework that it uses."""

from typing import NamedTuple

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from api.models import ActionType, FrameworkLevel, PreferenceOption, Skill
from api.resolvers.arguments import clean_search
from api.resolvers.paging import Page, PageArguments, cursor, cursor_reader, page, window

_KIND = "skills"


class _Key(NamedTuple):
    code: str
    id: int


async def options_of(organisation_id: int) -> list[PreferenceOption]:
    """Those that can be chosen."""
    return await PreferenceOption.filter(organisation_id=organisation_id, retired=False).order_by("position", "id")


async def action_types_of(organisation_id: int) -> list[ActionType]:
    """Those that can be chosen."""
    return await ActionType.filter(organisation_id=organisation_id, retired=False).order_by("position", "id")


async def mentorship_type_of(organisation_id: int) -> ActionType | None:
    """The first action type of the list that belongs to mentoring."""
    types = ActionType.filter(organisation_id=organisation_id, mentorship=True, retired=False)
    return await types.order_by("position", "id").first()


async def levels_of_framework(organisation_id: int) -> list[FrameworkLevel]:
    return await FrameworkLevel.filter(organisation_id=organisation_id).order_by("level")


def skill_cursor(row: Skill) -> str:
    return cursor(_KIND, row.code, row.id)


async def page_of_skills(organisation_id: int, search: str | None, arguments: PageArguments) -> Page[Skill]:
    """Skills and attributes by code, those that the framework retired left out."""
    asked = window(arguments, cursor_reader(_KIND, _Key, str, int))
    rows = _matching(organisation_id, search)
    if asked.after:
        rows = rows.filter(Q(code__gt=asked.after.code) | Q(code=asked.after.code, id__gt=asked.after.id))
    if asked.before:
        rows = rows.filter(Q(code__lt=asked.before.code) | Q(code=asked.before.code, id__lt=asked.before.id))
    order = ("-code", "-id") if asked.backwards else ("code", "id")
    return page(await rows.order_by(*order).limit(asked.limit), asked)


async def count_skills(organisation_id: int, search: str | None) -> int:
    return await _matching(organisation_id, search).count()


def _matching(organisation_id: int, search: str | None) -> QuerySet[Skill]:
    rows = Skill.filter(organisation_id=organisation_id, retired=False)
    text = clean_search(search)
    return rows.filter(Q(code__icontains=text) | Q(name__icontains=text)) if text else rows
