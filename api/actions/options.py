"""Choosing from the organisation's lists: preference options and action types."""

from collections.abc import Collection
from typing import Any, Final

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from api.domain.errors import RefusalCode, Refused
from api.domain.viewer import Viewer
from api.models import MenteePreference, MentorOption

# What is chosen stays on its list until the choice is committed: whoever removes it waits, and finds it in use.
_OPTIONS: Final = """
SELECT id, retired FROM preference_option WHERE organisation_id = $1 AND id = ANY($2::bigint[])
ORDER BY id FOR KEY SHARE
"""
_ACTION_TYPE: Final = "SELECT id, retired FROM action_type WHERE organisation_id = $1 AND id = $2 FOR KEY SHARE"


async def chosen_options(
    viewer: Viewer, option_ids: Collection[int], *, so_far: QuerySet[MentorOption] | QuerySet[MenteePreference]
) -> list[int]:
    """The options, each once. Raises ``Refused``: NOT_FOUND where one is not of the viewer's organisation, INVALID
    where one is retired and not among those that the viewer has chosen ``so_far``.
    """
    wanted = sorted(set(option_ids))
    known = await _rows(_OPTIONS, viewer.organisation_id, wanted)
    if len(known) != len(wanted):
        raise Refused(
            RefusalCode.NOT_FOUND,
            "At least one of these is no preference option of your organisation; choose from its list.",
            field="optionIds",
        )
    retired = {row["id"] for row in known if row["retired"]}
    if retired and not retired <= {choice.option_id for choice in await so_far}:
        raise Refused(
            RefusalCode.INVALID,
            "At least one of these options is retired and can no longer be chosen; choose from the present list.",
            field="optionIds",
        )
    return wanted


async def chosen_action_type(viewer: Viewer, type_id: int | None, *, so_far: int | None) -> int:
    """The action type. Raises ``Refused`` (INVALID) where it is none of the viewer's organisation, or is retired and
    not the one that the action has had ``so_far``.
    """
    known = await _rows(_ACTION_TYPE, viewer.organisation_id, type_id or 0)
    if not known:
        raise Refused(RefusalCode.INVALID, "Choose one of the organisation's action types.", field="typeId")
    chosen = int(known[0]["id"])
    if known[0]["retired"] and chosen != so_far:
        raise Refused(
            RefusalCode.INVALID,
            "This action type is retired and can no longer be chosen; choose from the present list.",
            field="typeId",
        )
    return chosen


async def _rows(statement: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))
