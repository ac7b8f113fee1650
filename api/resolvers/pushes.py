"""What a push tells, read from the rows as they are when it is sent, with the eyes of whoever it is for."""

from api.domain.events import PRESSING, EventKind
from api.domain.ids import encode_id
from api.domain.lifecycle import RequestStatus
from api.domain.viewer import Viewer
from api.models import Device, Event, MentorRequest, NotificationSetting, Person
from api.models.row_security import within
from api.notifications.cursors import log_cursor
from api.notifications.log import log_of
from api.notifications.outbox import organisation_of_event
from api.notifications.push.pusher import LIFE, Push
from api.resolvers import visibility
from api.resolvers.notifications import count_entries


async def push_about(event_id: int, device_id: int) -> tuple[Device, Push] | None:
    """The push, and the device that it goes to; None where it is not to be sent any more."""
    organisation_id = await organisation_of_event(event_id)
    if organisation_id is None:
        return None
    with within(organisation_id):
        return await _about(event_id, device_id)


async def _about(event_id: int, device_id: int) -> tuple[Device, Push] | None:
    event = await Event.get_or_none(id=event_id)
    device = await Device.get_or_none(id=device_id)
    if event is None or device is None or event.person_id != device.person_id:
        return None
    person = await Person.get(id=event.person_id)
    if not _is_reached(person, device) or not await _is_wanted(event):
        return None
    viewer = Viewer(person_id=person.id, organisation_id=person.organisation_id)
    if not await visibility.events(viewer).filter(id=event.id).exists():
        return None
    log = await log_of(viewer)
    type_name = type_of(event.kind)
    return device, Push(
        id=encode_id(type_name, event.id),
        type=type_name,
        cursor=log_cursor(log.epoch, event.seq),
        unread=await count_entries(viewer, unread_only=True),
        pressing=event.kind in PRESSING,
        expires_at=event.created_at + LIFE,
    )


def _is_reached(person: Person, device: Device) -> bool:
    """Whoever was signed out is reached again once they have signed in on the device and it says so."""
    signed_out = person.signed_out_at is not None and device.registered_at <= person.signed_out_at
    return person.deactivated_at is None and not signed_out


async def _is_wanted(event: Event) -> bool:
    """What was read on another device need wake nobody, nor a reminder of what was answered."""
    if event.read_at is not None:
        return False
    reminder = event.kind is EventKind.REQUEST_REMINDER
    if reminder and not await MentorRequest.exists(id=event.request_id, status=RequestStatus.PENDING):
        return False
    return not await NotificationSetting.exists(person_id=event.person_id, kind=event.kind, push=False)


def type_of(kind: EventKind) -> str:
    """The type that entries of this kind have in the schema: `REQUEST_RECEIVED` is a `RequestReceived`."""
    return "".join(word.title() for word in kind.split("_"))
