"""Fields that not everybody may see. What each relation sees stands in `api.domain.access`."""

from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from api.domain.access import Aspect, check_administrator, may
from api.domain.errors import Fault, FaultCode
from api.schema.node import Info


class Needs(FieldExtension):
    """Resolves a field only for those who may see this aspect of the person it belongs to: ``of`` names that person's
    key in the row behind the field.

    Anybody else gets null and, unless ``silently``, a FORBIDDEN error on the field; the rest of the response stands.
    """

    def __init__(self, aspect: Aspect, *, of: str = "id", silently: bool = False) -> None:
        self.aspect = aspect
        self.of = of
        self.silently = silently

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        relations = await info.context.loaders.relations.load(getattr(source.record, self.of))
        if may(relations, self.aspect):
            return await next_(source, info, **kwargs)
        if self.silently:
            return None
        raise Fault(FaultCode.FORBIDDEN, "You may not see this of this person.")


class NeedsAdministrator(FieldExtension):
    """Resolves a field only for administrators. Anybody else gets null and a FORBIDDEN error on the field."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        check_administrator(info.context.viewer)
        return await next_(source, info, **kwargs)
