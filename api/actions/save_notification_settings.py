"""Choose which mails and which pushes one gets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.actions.work import Work, action
from api.domain.errors import RefusalCode, Refused
from api.domain.events import MAILED, PUSHED, EventKind
from api.domain.viewer import Viewer
from api.models import NotificationSetting

_NONE: Final[Mapping[EventKind, bool]] = MappingProxyType({})


@action
async def save_notification_settings(
    work: Work, *, viewer: Viewer, emails: Mapping[EventKind, bool] = _NONE, pushes: Mapping[EventKind, bool] = _NONE
) -> None:
    """Get mails and pushes of these kinds or not, from now on; others stay as they were.

    Raises ``Refused`` (INVALID) for a kind that is never mailed or pushed.
    """
    for chosen, possible, what in ((emails, MAILED, "mails"), (pushes, PUSHED, "pushes")):
        if never := chosen.keys() - set(possible):
            raise Refused(
                RefusalCode.INVALID,
                f"There are no {what} of {', '.join(sorted(never))}; leave it out.",
                field="settings",
            )
    for kind in sorted(emails.keys() | pushes.keys()):
        setting, _ = await NotificationSetting.get_or_create(
            person_id=viewer.person_id,
            kind=kind,
            defaults={"organisation_id": viewer.organisation_id, "email": True},
        )
        setting.email = emails.get(kind, setting.email)
        setting.push = pushes.get(kind, setting.push)
        await setting.save()
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb="save_notification_settings",
        subject="person",
        subject_id=viewer.person_id,
        emails={kind.value: email for kind, email in emails.items()},
        pushes={kind.value: push for kind, push in pushes.items()},
    )
