"""Each list costs a fixed number of SQL statements, whatever its length."""

import pytest

from api.actions.connect import connect
from api.actions.decide import accept
from api.models import Person
from tests.houses import House, viewer_of
from tests.operations import data
from tests.sql import statements
from tests.wakers import Recorder

PERSON = "id name jobTitle email lineManager { name } roleProfile { name requirements { level skill { code } } }"
MENTOR = f"id available activeMentees options {{ label }} skills {{ level skill {{ code }} }} person {{ {PERSON} }}"
# One way to each relation: two would be read together or apart, as the answers come in.
REQUEST = "id status mentor { id available options { label } } mentee { name email } mentorship { active }"

LISTS = {
    "matches": f"""{{ matches(first: 100) {{ edges {{ cursor node {{
        percent gaps {{ points coveredLevels gap {{ skill {{ code }} }} }} sharedOptions {{ label }}
        mentor {{ {MENTOR} }} }} }} }} }}""",
    "mentors": f"{{ mentors(first: 100) {{ nodes {{ {MENTOR} }} }} }}",
    "requests sent": f"{{ requests(box: SENT, first: 100) {{ totalCount nodes {{ {REQUEST} }} }} }}",
    "requests received": f"{{ requests(box: RECEIVED, first: 100) {{ totalCount nodes {{ {REQUEST} }} }} }}",
    "notifications": f"""{{ notifications(first: 100) {{ totalCount nodes {{
        ... on RequestReceived {{ request {{ {REQUEST} }} }}
        ... on RequestDecided {{ request {{ {REQUEST} }} }} }} }} }}""",
    "mentorships": f"""{{ viewer {{ mentors {{ active mentor {{ {PERSON} }} }}
        mentees {{ mentee {{ {PERSON} skills {{ level skill {{ name }} }} skillGaps {{ levels }} }} }} }} }}""",
    "active mentorships": f"""{{ administration {{ activeMentorships(first: 100) {{ totalCount nodes {{
        mentor {{ {PERSON} }} mentee {{ {PERSON} }} }} }} }} }}""",
    "skills": "{ organisation { skills(first: 100) { totalCount nodes { code levels } } } }",
    "nodes": f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on Person {{ {PERSON} }} }} }}",
}


async def crowd(house: House, middle: Person, size: int) -> list[Person]:
    """Mentors whom the person can find, has asked and has; and mentees who asked them."""
    people = []
    for number in range(size):
        mentor = await house.mentor(held={"PROG": 5, "DESN": 4, f"S{number}": 3})
        asked = await house.mentor(held={"PROG": 5})
        mentee = await house.person(held={"PROG": 2}, required={"PROG": 5, "DESN": number % 5 + 1}, manager=middle)
        await connect(Recorder(), viewer=viewer_of(middle), mentor_id=asked.id)
        request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=middle.id)
        if number % 2:
            await accept(Recorder(), viewer=viewer_of(middle), request_id=request.id, comment="Yes")
        people += [mentor, asked, mentee]
    return people


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_costs_the_same_whatever_its_length(database: str, name: str) -> None:
    house = await House.build(open_request_limit=100)
    middle = await house.mentor(held={"PROG": 3}, required={"PROG": 5, "DESN": 4}, wants=["Leadership"])
    counts = []
    for size in (2, 10):
        people = await crowd(house, middle, size)
        variables = {"ids": [await node_id(person) for person in people]} if name == "nodes" else {}
        with statements() as sent:
            found = await data(viewer_of(middle, administrator=True), LISTS[name], **variables)
        assert str(found).count("{") > size
        counts.append(len(sent))
    # What two ways lead to is read together or apart, as answers come in; one statement an entry would be four more.
    assert counts[0] > 0
    assert abs(counts[0] - counts[1]) <= 2


async def test_asking_costs_one_statement_that_reads_and_one_that_writes(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor(held={"PROG": 5, "DESN": 4})
    mentee = await house.person(held={"PROG": 2}, required={"PROG": 5, "DESN": 3}, wants=["Leadership"])
    with statements() as sent:
        await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, idempotency_key="3f0c")
    assert [each.split()[0] for each in sent] == ["SELECT", "WITH"]


async def node_id(person: Person) -> str:
    return str((await data(person, "{ viewer { id } }"))["viewer"]["id"])
