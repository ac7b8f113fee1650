"""What is kept of changes to a plan, and what an acceptance offers to put on it."""

from tests.houses import House
from tests.operations import answer, data

SAVE = """mutation ($input: SaveActionInput!) {
  saveAction(input: $input) { action { id version } errors { code message } } }"""
REMOVE = """mutation ($id: ID!, $version: Int!) {
  removeAction(input: {id: $id, version: $version}) { removedId errors { code } } }"""
HISTORY = """query ($id: ID!, $after: String) { node(id: $id) { ... on Action { history(first: 2, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { kind version changedBy { name } fields { field before after } } } } } }"""
LEVELS = ("currentLevel", "requiredLevel", "mentorLevel", "coveredLevels")
DECLINE = """mutation ($id: ID!) {
  decline(input: {requestId: $id, comment: "No"}) { draft { title } request { status } } }"""
TYPES = "{ organisation { actionTypes { id label } } }"
CHANGED = """{ notifications(last: 1) { nodes { ... on ActionPlanChanged {
  action { history { nodes { kind } } } } } } }"""
CONNECT = "mutation ($id: ID!) { connect(input: {mentorId: $id}) { request { id } errors { code } } }"
ACCEPT = """mutation ($id: ID!) { accept(input: {requestId: $id, comment: "Yes"}) {
  draft { title owner { id name } type { id mentorship } mentorship { id } gaps {
    skill { id code } currentLevel requiredLevel mentorLevel coveredLevels } }
  errors { code } } }"""


async def test_an_acceptance_offers_a_draft_that_can_be_saved_as_it_is(database: str) -> None:
    house = await House.build()
    mentor = await house.mentor("Grace", held={"PROG": 4, "DESN": 6})
    mentee = await house.person("Ada", held={"PROG": 3, "DESN": 2}, required={"PROG": 5, "DESN": 4, "TEST": 3})
    card = (await data(mentor, "{ viewer { mentor { id } } }"))["viewer"]["mentor"]["id"]
    request = (await data(mentee, CONNECT, id=card))["connect"]["request"]["id"]
    # What was asked about stays as it was, whatever happens meanwhile.
    await house.hold(mentee, {"PROG": 5})
    accepted = (await data(mentor, ACCEPT, id=request))["accept"]
    assert accepted["errors"] == []
    draft = accepted["draft"]
    assert (draft["title"], draft["owner"]["name"], draft["type"]["mentorship"]) == (
        "Mentorship with Grace",
        "Ada",
        True,
    )
    gaps = [
        (each["skill"]["code"], each["currentLevel"], each["requiredLevel"], each["mentorLevel"])
        for each in draft["gaps"]
    ]
    assert gaps == [("DESN", 2, 4, 6), ("PROG", 3, 5, 4)]
    assert [each["coveredLevels"] for each in draft["gaps"]] == [[3, 4], [4]]
    saved = await data(
        mentor,
        SAVE,
        input={
            "ownerId": draft["owner"]["id"],
            "title": draft["title"],
            "typeId": draft["type"]["id"],
            "mentorshipId": draft["mentorship"]["id"],
            "skillId": draft["gaps"][0]["skill"]["id"],
        },
    )
    assert saved["saveAction"]["errors"] == []


async def test_a_refusal_offers_no_draft(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    card = (await data(mentor, "{ viewer { mentor { id } } }"))["viewer"]["mentor"]["id"]
    request = (await data(mentee, CONNECT, id=card))["connect"]["request"]["id"]
    declined = await data(mentor, DECLINE, id=request)
    assert declined["decline"] == {"draft": None, "request": {"status": "DECLINED"}}


async def test_who_changed_what_and_when_is_kept_for_the_owner_alone(database: str) -> None:
    house = await House.build()
    manager = await house.person("Manager")
    owner = await house.person("Owner", manager=manager)
    types = (await data(owner, TYPES))["organisation"]["actionTypes"]
    kinds = {each["label"]: each["id"] for each in types}
    owner_id = (await data(owner, "{ viewer { id } }"))["viewer"]["id"]
    added = await data(manager, SAVE, input={"ownerId": owner_id, "title": "Read", "typeId": kinds["Course"]})
    action = added["saveAction"]["action"]["id"]
    await data(
        owner,
        SAVE,
        input={
            "id": action,
            "version": 1,
            "title": "Read a book",
            "typeId": kinds["Mentorship"],
            "dueOn": "2027-01-31",
            "status": "DONE",
        },
    )
    await data(owner, SAVE, input={"id": action, "version": 2, "details": "To the end"})
    first = (await data(owner, HISTORY, id=action))["node"]["history"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert first["nodes"][0] == {"kind": "ADDED", "version": 1, "changedBy": {"name": "Manager"}, "fields": []}
    assert first["nodes"][1]["changedBy"] == {"name": "Owner"}
    assert {each["field"]: (each["before"], each["after"]) for each in first["nodes"][1]["fields"]} == {
        "title": ("Read", "Read a book"),
        "typeId": (kinds["Course"], kinds["Mentorship"]),
        "dueOn": (None, "2027-01-31"),
        "status": ("PLANNED", "DONE"),
    }
    rest = (await data(owner, HISTORY, id=action, after=first["pageInfo"]["endCursor"]))["node"]["history"]
    assert [each["fields"] for each in rest["nodes"]] == [[{"field": "details", "before": None, "after": "To the end"}]]

    refused = await answer(manager, HISTORY, id=action)
    assert refused["data"]["node"] == {"history": None}
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]

    await data(manager, REMOVE, id=action, version=3)
    seen = await data(
        owner,
        "{ notifications(last: 1) { nodes { ... on ActionPlanChanged { action { history { nodes { kind } } } } } } }",
    )
    kept = seen["notifications"]["nodes"][0]["action"]["history"]["nodes"]
    assert [each["kind"] for each in kept] == ["ADDED", "CHANGED", "CHANGED", "REMOVED"]
