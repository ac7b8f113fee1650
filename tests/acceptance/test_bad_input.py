"""Whatever comes in gets a clear, typed answer, and nothing changes."""

import base64
from typing import Any

import asyncpg
import httpx
import pytest

from api.models import AuditEntry, MentorRequest, Person
from api.schema.node import global_id
from tests.acceptance.servers import ASKED_FIRST, Server
from tests.acceptance.test_live_alert import ACCEPT, CONNECT
from tests.houses import House

PAGES = {
    "matches": "{{ matches({}) {{ nodes {{ percent }} }} }}",
    "mentors": "{{ mentors({}) {{ nodes {{ id }} }} }}",
    "requests": "{{ requests(box: SENT, {}) {{ nodes {{ id }} }} }}",
    "notifications": "{{ notifications({}) {{ nodes {{ id }} }} }}",
    "skills": "{{ organisation {{ skills({}) {{ nodes {{ id }} }} }} }}",
    "actions": "{{ viewer {{ actionPlan {{ actions({}) {{ nodes {{ id }} }} }} }} }}",
}
SIZED, AFTER = "query ($first: Int) ", "query ($after: String) "
STRANGE_TEXTS = [
    "",
    "garbage",
    "🙂",
    "é" * 300,
    "\u0000",
    "'; DROP TABLE person; --",
    "A" * 50_000,
    base64.urlsafe_b64encode(b"Person:-1").decode(),
    base64.urlsafe_b64encode(b"Person:99999999999999999999").decode(),
    base64.urlsafe_b64encode(b'["requests", 1e400]').decode(),
    base64.urlsafe_b64encode(b'["requests", true]').decode(),
    base64.urlsafe_b64encode(b'["mentors", "\\u0000", 1]').decode(),
    base64.urlsafe_b64encode(b'["SKILL_GAPS_AND_PREFERENCES", 9223372036854775808, 0, 0, 0]').decode(),
    base64.urlsafe_b64encode(b"[[]]").decode(),
]


async def codes(server: Server, person: Person, operation: str, **variables: Any) -> list[str]:
    """The codes of a response's errors; its data, if any, must be null where they are."""
    answer = (await server.ask_raw(server.token(person), operation, variables)).json()
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def test_pages_of_impossible_size_say_what_is_possible(server: Server) -> None:
    person = await (await House.build()).person()
    for operation in PAGES.values():
        for size in (-1, 101, 1_000_000):
            answer = await server.ask_raw(
                server.token(person), SIZED + operation.format("first: $first"), {"first": size}
            )
            (error,) = answer.json()["errors"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
            assert str(size) in error["message"]
            assert "100" in error["message"]
        assert await codes(server, person, operation.format("first: 1, last: 1")) == ["BAD_USER_INPUT"]
        assert await codes(server, person, operation.format("first: 0")) == []
        assert await codes(server, person, SIZED + operation.format("first: $first"), first=2**31) == ["BAD_USER_INPUT"]


async def test_unknown_cursors_are_told_so(server: Server) -> None:
    person = await (await House.build()).person()
    for name, operation in PAGES.items():
        expected = "CURSOR_RESET" if name == "notifications" else "BAD_USER_INPUT"
        for text in STRANGE_TEXTS:
            for argument in ("after", "before"):
                found = await codes(server, person, AFTER + operation.format(f"{argument}: $after"), after=text)
                assert found == [expected], (name, argument, text)


async def test_malformed_and_foreign_ids_look_like_absent_ones(server: Server) -> None:
    house, elsewhere = await House.build(), await House.build()
    person, mentor = await house.person(), await house.mentor()
    stranger = await elsewhere.mentor()
    strange = [
        *STRANGE_TEXTS,
        global_id("Person", stranger.id),
        global_id("Mentor", stranger.id),
        global_id("Nobody", 1),
        global_id("Mentor", 10**18),
        global_id("Organisation", elsewhere.organisation.id),
        global_id("Skill", elsewhere.skills["BUSI"].id),
    ]
    nodes = (await server.ask(person, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=strange))["nodes"]
    assert nodes == [None] * len(strange)
    for each in strange:
        assert (await server.ask(person, "query ($id: ID!) { node(id: $id) { id } }", id=each))["node"] is None
        assert (await server.ask(person, CONNECT, mentor=each))["connect"]["errors"][0]["code"] == "NOT_FOUND"
        answered = await server.ask(mentor, ACCEPT, request=each, comment="Yes")
        assert answered["accept"]["errors"][0]["code"] == "NOT_FOUND"
    assert await MentorRequest.all().count() == 0
    assert await AuditEntry.all().count() == 0
    assert await codes(server, person, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101) == [
        "BAD_USER_INPUT"
    ]


async def test_comments_are_kept_as_written_or_refused(server: Server) -> None:
    house = await House.build()
    mentor = await house.mentor("ليلى 🌙")
    mentees = [await house.person("Zoë \u202eنور") for _ in range(2)]
    requests = []
    for mentee in mentees:
        asked = await server.ask(mentee, CONNECT, mentor=global_id("Mentor", mentor.id), message="👩‍🚀 مرحبا \u2067")
        requests.append(asked["connect"]["request"]["id"])
    for comment, code in (
        ("", "COMMENT_REQUIRED"),
        ("\u200b ", "COMMENT_REQUIRED"),
        ("x" * 100_000, "INVALID"),
        ("\u0000", "INVALID"),
    ):
        refused = (await server.ask(mentor, ACCEPT, request=requests[0], comment=comment))["accept"]
        assert [error["code"] for error in refused["errors"]] == [code]
    kept = (await server.ask(mentor, ACCEPT, request=requests[0], comment="  تمام 👍🏽 \n"))["accept"]
    assert kept == {"request": {"status": "ACCEPTED"}, "errors": []}
    assert (await MentorRequest.get(mentee_id=mentees[0].id)).comment == "تمام 👍🏽"
    assert (await MentorRequest.get(mentee_id=mentees[0].id)).message == "👩‍🚀 مرحبا \u2067"


async def test_a_request_decided_twice_tells_the_state_that_won(server: Server) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    asked = await server.ask(mentee, CONNECT, mentor=global_id("Mentor", mentor.id))
    request = asked["connect"]["request"]["id"]
    await server.ask(mentor, ACCEPT, request=request, comment="Yes")
    again = (await server.ask(mentor, ACCEPT.replace("accept(", "decline("), request=request, comment="No"))["decline"]
    assert again["request"] == {"status": "ACCEPTED"}
    assert [error["code"] for error in again["errors"]] == ["ALREADY_DECIDED"]
    assert "ACCEPTED" in again["errors"][0]["message"]


async def test_filters_that_could_never_fit_are_told_so(server: Server) -> None:
    person = await (await House.build()).person()
    operation = "query ($filter: MentorFilter) { matches(filter: $filter) { nodes { percent } } }"
    for bad in (
        {"minimumLevel": 0},
        {"minimumLevel": 8},
        {"options": ["garbage"]},
        {"skills": [global_id("Person", 1)]},
        {"search": "\u0000"},
        {"search": "x" * 201},
        {"location": "\u0000"},
        {"skills": [global_id("Skill", 1)] * 101},
    ):
        assert await codes(server, person, operation, filter=bad) == ["BAD_USER_INPUT"], bad
    good: list[dict[str, Any]] = [{"search": "100%_\\"}, {"options": [], "skills": []}, {"timeZone": "Mars/Olympus"}]
    for fine in good:
        assert await codes(server, person, operation, filter=fine) == [], fine


async def test_every_other_wrong_request_is_typed_too(server: Server) -> None:
    person = await (await House.build()).person()
    for operation in (
        "query A { viewer { id } } query B { viewer { name } }",
        "{",
        "{ nothing }",
        "query { requests(box: NOWHERE) { totalCount } }",
        "{ node(id: [1]) { id } }",
    ):
        assert set(await codes(server, person, operation)) == {"BAD_USER_INPUT"}
    assert (await codes(server, person, "mutation { saveMentorProfile(input: {}) { errors { code } } }")) == [
        "BAD_USER_INPUT"
    ]


async def test_what_breaks_inside_reaches_the_client_as_an_id_that_is_in_the_log(server: Server, database: str) -> None:
    person = await (await House.build()).person()
    token = server.token(person)
    await break_table(server, "role_requirement")
    answer = (await server.ask_raw(token, "{ viewer { name skillGaps { levels } } }")).json()
    assert answer["data"]["viewer"]["name"] == person.name, "the rest of the response stands"
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in error["message"]
    assert "role_requirement" not in str(answer)
    assert error["extensions"]["id"] in server.log.read_text()
    await break_table(server, "person")
    answer = (await server.ask_raw(token, "{ viewer { name } }")).json()
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["INTERNAL"]
    assert "person" not in str(answer)


async def break_table(server: Server, table: str) -> None:
    owner = await asyncpg.connect(server.database_url)
    await owner.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_gone"')
    await owner.close()


@pytest.mark.parametrize(
    "operation",
    ['mutation { markNotificationsRead(input: {upTo: "garbage"}) { unreadCount errors { code field } } }'],
)
async def test_marking_up_to_no_cursor_changes_nothing(server: Server, operation: str) -> None:
    person = await (await House.build()).person()
    marked = (await server.ask(person, operation))["markNotificationsRead"]
    assert marked == {"unreadCount": 0, "errors": [{"code": "INVALID", "field": ["upTo"]}]}


BODIES = [
    b"",
    b"{",
    b"null",
    b"7",
    b'"x"',
    b"[]",
    b"[1]",
    b"{}",
    b'{"query": 7}',
    b'{"query": null}',
    b'{"query": "{ viewer { id } }", "variables": []}',
    b'{"query": "subscription { notificationReceived { id } }"}',
    b'{"query": "\\ud800"}',
    b"\xe9",
    b"[" * 50_000,
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40].decode("latin-1"))
async def test_a_body_that_is_no_operation_is_answered_400_and_leaves_no_traceback(
    module_server: Server, module_person: Person, body: bytes
) -> None:
    headers = {"Authorization": f"Bearer {module_server.token(module_person)}", "Content-Type": "application/json"}
    async with httpx.AsyncClient() as client:
        answer = await client.post(module_server.graphql, content=body, headers=headers)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "Traceback" not in module_server.log.read_text()


async def test_reading_alone_goes_by_get(module_server: Server, module_person: Person) -> None:
    headers = {"Authorization": f"Bearer {module_server.token(module_person)}", **ASKED_FIRST}
    async with httpx.AsyncClient(base_url=module_server.url, headers=headers) as client:
        read = await client.get("/graphql", params={"query": "{ viewer { name } }"})
        assert read.json() == {"data": {"viewer": {"name": "Ada"}}}
        written = await client.get(
            "/graphql",
            params={"query": "mutation { saveMentorPreferences(input: {optionIds: []}) { errors { code } } }"},
        )
        assert (written.status_code, written.headers["allow"]) == (405, "POST")
        page = await client.get("/graphql", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (307, "/graphiql/")


async def test_a_slash_at_the_end_is_the_same_endpoint_and_another_path_says_where_it_is(
    module_server: Server, module_person: Person
) -> None:
    headers = {"Authorization": f"Bearer {module_server.token(module_person)}"}
    async with httpx.AsyncClient(base_url=module_server.url, headers=headers) as client:
        answer = await client.post("/graphql/", json={"query": "{ viewer { name } }"})
        assert (answer.status_code, answer.json()) == (200, {"data": {"viewer": {"name": "Ada"}}})
        for path in ("/api", "/graphql/x", "/graphqls"):
            nowhere = await client.post(path, json={"query": "{ viewer { name } }"})
            assert (nowhere.status_code, "The API is at /graphql." in nowhere.text) == (404, True)
