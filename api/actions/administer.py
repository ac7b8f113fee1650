"""Run mentoring in an organisation: its settings, its preference options, its action types."""

from typing import Any, Final, TypeVar

from api.actions.work import Work, action
from api.domain.access import check_administrator
from api.domain.errors import RefusalCode, Refused
from api.domain.levels import HIGHEST, LOWEST
from api.domain.text import LONGEST_LINE, required_text
from api.domain.unchanged import UNCHANGED, NotSaid, said
from api.domain.viewer import Viewer
from api.models import Action, ActionType, MenteePreference, MentorOption, Organisation, PreferenceOption
from api.notifications.outbox import defer_reconcile

LONGEST_EXPIRY_DAYS: Final = 365
LARGEST_REQUEST_LIMIT: Final = 100
LARGEST_POSITION: Final = 10_000

Entry = TypeVar("Entry", PreferenceOption, ActionType)


@action
async def save_mentoring_settings(
    work: Work,
    *,
    viewer: Viewer,
    mentoring_enabled: bool | NotSaid = UNCHANGED,
    mentor_level: int | NotSaid = UNCHANGED,
    request_expiry_days: int | NotSaid = UNCHANGED,
    open_request_limit: int | NotSaid = UNCHANGED,
) -> Organisation:
    """Set what is said. Raises ``Fault`` (FORBIDDEN) and ``Refused`` (INVALID).

    What a request was promised it keeps: a new expiry or limit is for requests to come.
    """
    organisation = await _administered(viewer)
    _check_number(mentor_level, "mentorLevel", LOWEST, HIGHEST)
    _check_number(request_expiry_days, "requestExpiryDays", 1, LONGEST_EXPIRY_DAYS)
    _check_number(open_request_limit, "openRequestLimit", 1, LARGEST_REQUEST_LIMIT)
    values = said(
        mentoring_enabled=mentoring_enabled,
        mentor_level=mentor_level,
        request_expiry_days=request_expiry_days,
        open_request_limit=open_request_limit,
    )
    await organisation.update_from_dict(values).save(update_fields=list(values))
    # The one place where an administrator's act changes who can be found.
    await defer_reconcile(work.connection, organisation.id)
    work.audit(
        organisation_id=organisation.id,
        actor_id=viewer.person_id,
        verb="save_mentoring_settings",
        subject="organisation",
        subject_id=organisation.id,
        **values,
    )
    return organisation


@action
async def save_preference_option(
    work: Work,
    *,
    viewer: Viewer,
    option_id: int | None = None,
    label: str | NotSaid | None = UNCHANGED,
    position: int | NotSaid = UNCHANGED,
    retired: bool | NotSaid = UNCHANGED,
) -> PreferenceOption:
    """Add an option, where no id is given, or change one. Raises ``Fault`` (FORBIDDEN) and ``Refused``: NOT_FOUND,
    INVALID.
    """
    await _administered(viewer)
    return await _save(work, viewer, PreferenceOption, option_id, said(label=label, position=position, retired=retired))


@action
async def save_action_type(
    work: Work,
    *,
    viewer: Viewer,
    type_id: int | None = None,
    label: str | NotSaid | None = UNCHANGED,
    position: int | NotSaid = UNCHANGED,
    mentorship: bool | NotSaid = UNCHANGED,
    retired: bool | NotSaid = UNCHANGED,
) -> ActionType:
    """Add an action type, where no id is given, or change one. Raises like ``save_preference_option``; INVALID also
    where none would be left for mentoring.
    """
    await _administered(viewer)
    values = said(label=label, position=position, mentorship=mentorship, retired=retired)
    saved = await _save(work, viewer, ActionType, type_id, values)
    await _check_mentorship_type_left(viewer, field="retired" if saved.retired else "mentorship")
    return saved


@action
async def remove_preference_option(work: Work, *, viewer: Viewer, option_id: int) -> PreferenceOption | None:
    """Delete an option that nobody has chosen; one in use is retired, and returned. Raises ``Fault`` (FORBIDDEN) and
    ``Refused`` (NOT_FOUND).
    """
    await _administered(viewer)
    option = await _entry(viewer, PreferenceOption, option_id)
    in_use = (
        await MentorOption.filter(option_id=option.id).exists()
        or await MenteePreference.filter(option_id=option.id).exists()
    )
    return await _remove(work, viewer, option, in_use=in_use)


@action
async def remove_action_type(work: Work, *, viewer: Viewer, type_id: int) -> ActionType | None:
    """Delete an action type that no action has; one in use is retired, and returned. Raises ``Fault`` (FORBIDDEN) and
    ``Refused``: NOT_FOUND, INVALID where none would be left for mentoring.
    """
    await _administered(viewer)
    kind = await _entry(viewer, ActionType, type_id)
    # Actions that were taken off their plan stay as rows, and keep their type.
    removed = await _remove(work, viewer, kind, in_use=await Action.filter(type_id=kind.id).exists())
    await _check_mentorship_type_left(viewer, field="id")
    return removed


def _check_number(number: int | NotSaid, field: str, least: int, most: int) -> None:
    if number is not UNCHANGED and not least <= number <= most:
        raise Refused(RefusalCode.INVALID, f"This takes a number from {least} to {most:,}.", field=field)


async def _administered(viewer: Viewer) -> Organisation:
    """The viewer's organisation, theirs alone to change until the commit, so that what is looked up stands.

    Raises ``Fault`` (FORBIDDEN) for anybody but an administrator.
    """
    check_administrator(viewer)
    return await Organisation.select_for_update(no_key=True).get(id=viewer.organisation_id)


async def _entry(viewer: Viewer, model: type[Entry], entry_id: int) -> Entry:
    """An entry of a list, which nobody can choose until the commit. Raises ``Refused`` (NOT_FOUND)."""
    entry = await model.select_for_update().get_or_none(id=entry_id, organisation_id=viewer.organisation_id)
    if entry is None:
        raise Refused(RefusalCode.NOT_FOUND, "Your organisation's list has no such entry.", field="id")
    return entry


async def _save(work: Work, viewer: Viewer, model: type[Entry], entry_id: int | None, values: dict[str, Any]) -> Entry:
    entry = None if entry_id is None else await _entry(viewer, model, entry_id)
    if entry is None:
        values = {"label": None, "position": await _last_position(viewer, model), **values}
    _check_number(values.get("position", UNCHANGED), "position", 0, LARGEST_POSITION)
    if "label" in values:
        values["label"] = await _free_label(viewer, model, entry_id, values["label"])
    if entry is None:
        entry, verb = await model.create(organisation_id=viewer.organisation_id, **values), "add"
    else:
        await entry.update_from_dict(values).save(update_fields=list(values))
        verb = "change"
    facts = {name: value for name, value in values.items() if name != "label"}
    _audit(work, viewer, verb, entry, relabelled="label" in values, **facts)
    return entry


async def _last_position(viewer: Viewer, model: type[Entry]) -> int:
    last = await model.filter(organisation_id=viewer.organisation_id).order_by("-position").first()
    return min(last.position + 1, LARGEST_POSITION) if last else 0


async def _free_label(viewer: Viewer, model: type[Entry], entry_id: int | None, label: str | None) -> str:
    """The label as it is kept. Raises ``Refused`` (INVALID) where another entry of the list has it."""
    label = required_text(
        label, "label", code=RefusalCode.INVALID, message="Give it a label that can be read.", longest=LONGEST_LINE
    )
    same = model.filter(organisation_id=viewer.organisation_id, label__iexact=label)
    if await same.exclude(id=entry_id or 0).exists():
        raise Refused(
            RefusalCode.INVALID,
            "The list has an entry with this label already, in upper or lower case; a retired one can be brought back.",
            field="label",
        )
    return label


async def _remove(work: Work, viewer: Viewer, entry: Entry, *, in_use: bool) -> Entry | None:
    if in_use:
        entry.retired = True
        await entry.save(update_fields=["retired"])
    else:
        await entry.delete()
    _audit(work, viewer, "retire" if in_use else "remove", entry)
    return entry if in_use else None


async def _check_mentorship_type_left(viewer: Viewer, *, field: str) -> None:
    if not await ActionType.exists(organisation_id=viewer.organisation_id, mentorship=True, retired=False):
        raise Refused(
            RefusalCode.INVALID,
            "This is the last action type for mentoring, and mentors need one; mark or add another first.",
            field=field,
        )


def _audit(work: Work, viewer: Viewer, verb: str, entry: Entry, **facts: object) -> None:
    noun = "preference_option" if isinstance(entry, PreferenceOption) else "action_type"
    work.audit(
        organisation_id=viewer.organisation_id,
        actor_id=viewer.person_id,
        verb=f"{verb}_{noun}",
        subject=noun,
        subject_id=entry.id,
        **facts,
    )
