"""Choose which mails one gets."""

from collections.abc import Mapping

from api.actions.work import Work, action
from api.domain.errors import RefusalCode, Refused
from api.domain.events import MAILED, EventKind
from api.domain.viewer import Viewer
from api.models import NotificationSetting


@action
async def save_notification_settings(work: Work, *, viewer: Viewer, emails: Mapping[EventKind, bool]) -> None:
    """Get mails of these kinds or not, from now on; other kinds stay as they were.

    Raises ``Refused`` (INVALID) for a kind that is never mailed.
    """
    if never := emails.keys() - set(MAILED):
        raise Refused(
            RefusalCode.INVALID, f"There are no mails of {', '.join(sorted(never))}; leave it out.", field="settings"
        )
    for kind, email in sorted(emails.items()):
        await NotificationSetting.update_or_create(
            person_id=viewer.person_id,
            kind=kind,
            defaults={"organisation_id": viewer.organisation_id, "email": email},
        )
    await work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb="save_notification_settings",
        subject="person",
        subject_id=viewer.person_id,
        emails={kind.value: email for kind, email in emails.items()},
    )
