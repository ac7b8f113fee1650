"""People who ask, are asked, mentor and administer, for whatever asks by chance."""

from typing import Any

from api.actions.connect import connect
from api.actions.decide import accept, decline
from api.domain.viewer import Viewer
from api.models import Event, MentorRequest, Mentorship, Organisation, Person, PreferenceOption, Skill
from api.schema.node import global_id
from tests.houses import House, viewer_of
from tests.wakers import Recorder


async def scene() -> list[Viewer]:
    """Whom operations are run as: one who asks and is asked, the same as an administrator, a mentee, a mentor."""
    house = await House.build(open_request_limit=100)
    middle = await house.mentor(held={"PROG": 3}, required={"PROG": 5, "DESN": 4}, wants=["Leadership"])
    for number in range(3):
        mentor = await house.mentor(held={"PROG": 5, "DESN": 4, f"S{number}": 3}, capacity=number or None)
        mentee = await house.person(held={"PROG": 2}, required={"PROG": 5, "DESN": 3}, manager=middle)
        await connect(Recorder(), viewer=viewer_of(middle), mentor_id=mentor.id)
        asked = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=middle.id)
        if number < 2:
            decide = (accept, decline)[number]
            await decide(Recorder(), viewer=viewer_of(middle), request_id=asked.id, comment="So be it")
    return [viewer_of(middle), viewer_of(middle, administrator=True), viewer_of(mentee), viewer_of(mentor)]


async def ids() -> list[str]:
    """Of what there is, and one that is none."""
    kinds: dict[str, Any] = {
        "Person": Person,
        "Mentor": Person,
        "Match": Person,
        "PreferenceMatch": Person,
        "ActionPlan": Person,
        "Organisation": Organisation,
        "MentorRequest": MentorRequest,
        "Mentorship": Mentorship,
        "Skill": Skill,
        "PreferenceOption": PreferenceOption,
        "RequestReceived": Event,
    }
    return [global_id(name, row.id) for name, rows in kinds.items() for row in await rows.all()] + ["no id"]
