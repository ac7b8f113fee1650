"""Refusals as data: what the person did wrong comes back beside what was asked for, and nothing was changed."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

import strawberry

from api.domain.errors import Refused
from api.schema.enums import RefusalCode
from api.schema.node import Info

Result = TypeVar("Result")


@strawberry.type(description="Something that the person who asked did wrong. Nothing was changed.")
class UserError:
    code: RefusalCode = strawberry.field(description="What it was, for programs.")
    message: str = strawberry.field(description="What it was and what to do, for people.")
    field: list[str] | None = strawberry.field(
        description="Path of the input field at fault; null where it is none in particular."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[Result]):
    """What an action gave. ``subject`` is the row that stood in its way, where it was refused over one."""

    value: Result | None
    errors: list[UserError]
    subject: object = None


async def outcome(info: Info, work: Awaitable[Result]) -> Outcome[Result]:
    """Run an action; whatever is read afterwards is read anew."""
    try:
        return Outcome(value=await work, errors=[])
    except Refused as refused:
        error = UserError(code=refused.code, message=refused.message, field=[refused.field] if refused.field else None)
        return Outcome(value=None, errors=[error], subject=refused.subject)
    finally:
        info.context.renew()
