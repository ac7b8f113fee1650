from datetime import datetime

import strawberry

from api.models import AvailabilityWatch as AvailabilityWatchRow
from api.schema.mentor import Mentor, mentor_view
from api.schema.node import Info


@strawberry.type(description="A mentor of whom the viewer hears once they can be found again.")
class AvailabilityWatch:
    record: strawberry.Private[AvailabilityWatchRow]

    @strawberry.field(description="Who it is.")
    async def mentor(self, info: Info) -> Mentor:
        return await mentor_view(info, self.record.mentor_id)

    @strawberry.field(description="When the viewer asked to be told.")
    def created_at(self) -> datetime:
        return self.record.created_at
