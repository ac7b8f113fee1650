"""Who sees what of a person, and who may do what (design, section 2), as tables. There is no other place."""

from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final

from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer

# A role on the token and not a mark on a person: whoever signs tokens knows who runs what, and it ends with the token.
ADMINISTRATOR: Final = "mentoring:admin"


class Relation(StrEnum):
    """What the viewer is to the person looked at. Somebody of another organisation is none of these."""

    SELF = "SELF"
    LINE_MANAGER = "LINE_MANAGER"
    ACTIVE_MENTOR = "ACTIVE_MENTOR"
    ACTIVE_MENTEE = "ACTIVE_MENTEE"
    COLLEAGUE = "COLLEAGUE"


class Aspect(StrEnum):
    """What there is to see, or do."""

    CARD = "CARD"  # name, job title, location, time zone, the public mentor card
    CONTACT = "CONTACT"  # email
    ROLE = "ROLE"  # role profile and line manager
    SKILLS = "SKILLS"  # skills, attributes and gaps
    MENTORSHIPS = "MENTORSHIPS"
    PLAN = "PLAN"  # the action plan, to read and to change
    HISTORY = "HISTORY"  # who changed what on the plan, and when
    MENTORING = "MENTORING"  # one's own eligibility, preferences, requests, log and settings
    DEVICES = "DEVICES"  # what one is reached on


_DEVELOPMENT: Final = frozenset({Aspect.ROLE, Aspect.SKILLS, Aspect.MENTORSHIPS, Aspect.PLAN})

SEES: Final = {
    Relation.SELF: frozenset(Aspect),
    Relation.LINE_MANAGER: frozenset({Aspect.CARD, Aspect.CONTACT}) | _DEVELOPMENT,
    Relation.ACTIVE_MENTOR: frozenset({Aspect.CARD, Aspect.CONTACT}) | _DEVELOPMENT,
    Relation.ACTIVE_MENTEE: frozenset({Aspect.CARD, Aspect.CONTACT}),
    Relation.COLLEAGUE: frozenset({Aspect.CARD}),
}


class Side(StrEnum):
    """Which part the viewer has in a request or a mentorship."""

    MENTEE = "MENTEE"
    MENTOR = "MENTOR"
    ADMINISTRATOR = "ADMINISTRATOR"  # of the organisation, by the token's role: none of the two


class Act(StrEnum):
    """What can be done about a request or a mentorship."""

    READ = "READ"
    ANSWER = "ANSWER"
    WITHDRAW = "WITHDRAW"
    END = "END"


DOES: Final = {
    Side.MENTEE: frozenset({Act.READ, Act.WITHDRAW, Act.END}),
    Side.MENTOR: frozenset({Act.READ, Act.ANSWER, Act.END}),
    Side.ADMINISTRATOR: frozenset({Act.END}),
}


def side_of(viewer: Viewer, *, mentee_id: int, mentor_id: int) -> Side | None:
    """The viewer's part between these two of their organisation, or None."""
    if viewer.person_id == mentee_id:
        return Side.MENTEE
    if viewer.person_id == mentor_id:
        return Side.MENTOR
    return Side.ADMINISTRATOR if viewer.administrator else None


def does(side: Side | None, act: Act) -> bool:
    """Whether somebody on this side may do this."""
    return side is not None and act in DOES[side]


def may(relations: AbstractSet[Relation], aspect: Aspect) -> bool:
    """Whether somebody in ``relations`` to a person may see (or, for the plan, change) this aspect of them."""
    return any(aspect in SEES[relation] for relation in relations)


def check_administrator(viewer: Viewer) -> None:
    """Raises ``Fault`` (FORBIDDEN) for anybody who does not run mentoring in their organisation."""
    if not viewer.administrator:
        raise Fault(FaultCode.FORBIDDEN, f"This takes a token with the role `{ADMINISTRATOR}`.")
