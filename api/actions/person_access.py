"""Who may be here: people are let out, and in again."""

from datetime import UTC, datetime

from api.actions.availability import announce_availability
from api.actions.work import Work, action
from api.models import Person


@action
async def deactivate_person(work: Work, *, person: Person) -> None:
    """They sign in no more, are not found as a mentor, and hear of nothing; what exists stays as it is. Sockets that
    are open close within a minute.
    """
    await Person.filter(id=person.id, deactivated_at=None).update(deactivated_at=datetime.now(UTC))
    await announce_availability(work, person.organisation_id, [person.id])
    _audit(work, person, "deactivate_person")


@action
async def reactivate_person(work: Work, *, person: Person) -> None:
    """Take that back; one who was erased stays so."""
    await Person.filter(id=person.id, erased_at=None).update(deactivated_at=None)
    await announce_availability(work, person.organisation_id, [person.id])
    _audit(work, person, "reactivate_person")


@action
async def sign_out_person(work: Work, *, person: Person) -> None:
    """Make the tokens that they have now worth nothing; sockets that are open close within a minute."""
    await Person.filter(id=person.id).update(signed_out_at=datetime.now(UTC))
    _audit(work, person, "sign_out_person")


def _audit(work: Work, person: Person, verb: str) -> None:
    work.audit(organisation_id=person.organisation_id, actor_id=None, verb=verb, subject="person", subject_id=person.id)
