"""Organisations, as they begin."""

from typing import Final

from api.actions.work import Work, action
from api.models import ActionType, Organisation, PreferenceOption

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


@action
async def ensure_organisation(work: Work, *, name: str) -> Organisation:
    """The organisation of this name, made with everything it needs where there is none."""
    organisation, new = await Organisation.get_or_create(name=name)
    if new:
        await PreferenceOption.bulk_create(
            PreferenceOption(organisation_id=organisation.id, label=label, position=position)
            for position, label in enumerate(PREFERENCE_OPTIONS)
        )
        await ActionType.bulk_create(
            ActionType(organisation_id=organisation.id, label=label, mentorship=mentorship, position=position)
            for position, (label, mentorship) in enumerate(ACTION_TYPES)
        )
        work.audit(
            organisation_id=organisation.id,
            actor_id=None,
            verb="found",
            subject="organisation",
            subject_id=organisation.id,
        )
    return organisation
