"""Action plans and what became of their actions, page by page."""

from tortoise.queryset import QuerySet

from api.models import Action, ActionChange
from api.resolvers.paging import Page, PageArguments, cursor, page_by_id

KIND = "actions"
HISTORY = "history"


def _of(owner_id: int) -> QuerySet[Action]:
    return Action.filter(owner_id=owner_id, removed_at=None)


async def page_of_actions(owner_id: int, arguments: PageArguments) -> Page[Action]:
    """Actions on a plan, oldest first."""
    return await page_by_id(_of(owner_id), arguments, KIND, newest_first=False)


async def count_actions(owner_id: int) -> int:
    return await _of(owner_id).count()


def action_cursor(row: Action) -> str:
    return cursor(KIND, row.id)


async def page_of_changes(action_id: int, arguments: PageArguments) -> Page[ActionChange]:
    """What was done to an action, oldest first."""
    return await page_by_id(ActionChange.filter(action_id=action_id), arguments, HISTORY, newest_first=False)


async def count_changes(action_id: int) -> int:
    return await ActionChange.filter(action_id=action_id).count()


async def change_of(key: int) -> ActionChange | None:
    """One of them; whether the viewer may see it is not asked here."""
    return await ActionChange.get_or_none(id=key)


def change_cursor(row: ActionChange) -> str:
    return cursor(HISTORY, row.id)
