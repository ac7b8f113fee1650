"""Organisations, as they begin."""

from typing import Final

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from api.actions.work import Waker, Work, action
from api.models import ActionType, Organisation, PreferenceOption
from api.models.row_security import found_across_organisations, within

# What an organisation begins with, until it chooses otherwise.
PREFERENCE_OPTIONS: Final = (
    "Career development",
    "Technical depth",
    "Leadership",
    "Stakeholder management",
    "New to the role",
    "Returning to work",
    "Work-life balance",
)
ACTION_TYPES: Final = (
    ("Mentorship", True),
    ("Course", False),
    ("Reading", False),
    ("On-the-job learning", False),
    ("Certification", False),
)


_NAMED: Final = "SELECT id FROM organisation WHERE name = $1"
NEXT_KEY: Final = "SELECT nextval(pg_get_serial_sequence('organisation', 'id')) AS id"


async def ensure_organisation(waker: Waker, /, *, name: str) -> Organisation:
    """The organisation of this name, made with everything it needs where there is none."""
    found = await found_across_organisations(_NAMED, name)
    if not found:
        # Its key comes first: whoever writes says within which organisation.
        found = await get_connection("default").execute_query_dict(NEXT_KEY)
        try:
            await _begin(waker, organisation_id=found[0]["id"], name=name)
        except IntegrityError:
            # Somebody else was faster.
            found = await found_across_organisations(_NAMED, name)
            if not found:
                raise
    with within(found[0]["id"]):
        return await Organisation.get(id=found[0]["id"])


@action
async def _begin(work: Work, *, organisation_id: int, name: str) -> None:
    await Organisation.create(id=organisation_id, name=name)
    await PreferenceOption.bulk_create(
        PreferenceOption(organisation_id=organisation_id, label=label, position=position)
        for position, label in enumerate(PREFERENCE_OPTIONS)
    )
    await ActionType.bulk_create(
        ActionType(organisation_id=organisation_id, label=label, mentorship=mentorship, position=position)
        for position, (label, mentorship) in enumerate(ACTION_TYPES)
    )
    work.audit(
        organisation_id=organisation_id,
        actor_id=None,
        verb="found",
        subject="organisation",
        subject_id=organisation_id,
    )
