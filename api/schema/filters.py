import strawberry
from strawberry import ID

from api.domain.errors import Fault, FaultCode
from api.domain.ids import decode_id
from api.domain.levels import HIGHEST, LOWEST, is_level
from api.resolvers.arguments import clean_search
from api.search.criteria import Criteria

_MOST_IDS = 100


@strawberry.input(
    description="Limits on which mentors are listed. All that are given must hold; within a list, any entry will do."
)
class MentorFilter:
    options: list[ID] | None = strawberry.field(
        default=None, description="Those who offer any of these options; at most 100. Null: whatever they offer."
    )
    skills: list[ID] | None = strawberry.field(
        default=None,
        description="Those who hold any of these professional skills; at most 100. Null: whatever they hold.",
    )
    minimum_level: int | None = strawberry.field(
        default=None,
        description="With `skills`: at this level, 1 to 7, or above. Alone: any professional skill at it or above.",
    )
    location: str | None = strawberry.field(
        default=None, description="Those at exactly this location, in upper or lower case. Null: anywhere."
    )
    time_zone: str | None = strawberry.field(
        default=None, description="Those in exactly this IANA time zone, in upper or lower case. Null: in any."
    )
    search: str | None = strawberry.field(
        default=None, description="Those with this text in their name or job title; at most 200 characters."
    )


def criteria(given: MentorFilter | None) -> Criteria:
    """Raises ``Fault`` (BAD_USER_INPUT) where a value could never fit."""
    if given is None:
        return Criteria()
    if given.minimum_level is not None and not is_level(given.minimum_level):
        raise Fault(
            FaultCode.BAD_USER_INPUT,
            f"`minimumLevel` is {given.minimum_level}; levels run from {LOWEST} to {HIGHEST}.",
        )
    return Criteria(
        options=_keys(given.options, "PreferenceOption", "options"),
        skills=_keys(given.skills, "Skill", "skills"),
        minimum_level=given.minimum_level,
        location=clean_search(given.location),
        time_zone=clean_search(given.time_zone),
        text=clean_search(given.search),
    )


def _keys(ids: list[ID] | None, type_name: str, field: str) -> tuple[int, ...] | None:
    if ids is None:
        return None
    parsed = [decode_id(each) for each in ids]
    if len(ids) > _MOST_IDS or any(each is None or each[0] != type_name for each in parsed):
        raise Fault(FaultCode.BAD_USER_INPUT, f"`{field}` takes at most {_MOST_IDS} ids, each of a {type_name}.")
    return tuple(each[1] for each in parsed if each)
