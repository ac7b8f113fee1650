"""Action plans, page by page."""

from tortoise.queryset import QuerySet

from api.models import Action
from api.resolvers.paging import Page, PageArguments, cursor, page_by_id

KIND = "actions"


def _of(owner_id: int) -> QuerySet[Action]:
    return Action.filter(owner_id=owner_id, removed_at=None)


async def page_of_actions(owner_id: int, arguments: PageArguments) -> Page[Action]:
    """Actions on a plan, oldest first."""
    return await page_by_id(_of(owner_id), arguments, KIND, newest_first=False)


async def count_actions(owner_id: int) -> int:
    return await _of(owner_id).count()


def action_cursor(row: Action) -> str:
    return cursor(KIND, row.id)
