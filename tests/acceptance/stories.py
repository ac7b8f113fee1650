"""What people do and look at, as operations on a server."""

from typing import Any

from api.models import Person
from api.schema.node import global_id
from tests.acceptance.servers import Server

_ELIGIBILITY = """{ viewer { mentorEligibility { eligible
    reasons { code message attribute { name } heldLevel requiredLevel } } } }"""
_MATCHES = """query ($basis: MatchBasis! = SKILL_GAPS_AND_PREFERENCES, $first: Int, $after: String, $last: Int,
    $before: String) {
  matches(basis: $basis, first: $first, after: $after, last: $last, before: $before) {
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    nodes { percent skillPercent preferencePercent mentor { person { name } }
            gaps { gap { skill { code } levels } mentorLevel coveredLevels points } } } }"""
_PAYLOADS = {
    "connect": "request { id status }",
    "accept": "request { id status comment }",
    "decline": "request { id status comment }",
    "withdraw": "request { id status }",
    "endMentorship": "mentorship { id active endReason }",
    "saveMentorProfile": "mentor { id available }",
    "saveAction": "action { id version createdBy { name } updatedBy { name } }",
}


async def eligibility(server: Server, person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await server.ask(person, _ELIGIBILITY))["viewer"]["mentorEligibility"]
    return found


async def page_of_matches(server: Server, person: Person, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await server.ask(person, _MATCHES, **arguments))["matches"]
    return found


async def matches(server: Server, person: Person, **arguments: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await page_of_matches(server, person, **arguments))["nodes"]
    return nodes


async def listed(server: Server, person: Person, **arguments: Any) -> list[str]:
    """The names on a person's list, in its order."""
    return [each["mentor"]["person"]["name"] for each in await matches(server, person, **arguments)]


async def do(server: Server, person: Person, mutation: str, **given: Any) -> dict[str, Any]:
    """What a mutation answers; `error` is the code of its refusal, or None."""
    kind = f"{ {'accept': 'Decide', 'decline': 'Decide'}.get(mutation) or mutation[0].upper() + mutation[1:] }Input"
    operation = f"""mutation ($input: {kind}!) {{
      done: {mutation}(input: $input) {{ {_PAYLOADS[mutation]} errors {{ code message }} }} }}"""
    answer: dict[str, Any] = (await server.ask(person, operation, input=given))["done"]
    answer["error"] = answer["errors"][0]["code"] if answer["errors"] else None
    return answer


async def connect(server: Server, mentee: Person, mentor: Person, **given: Any) -> dict[str, Any]:
    return await do(server, mentee, "connect", mentorId=global_id("Mentor", mentor.id), **given)


async def asked(server: Server, mentee: Person, mentor: Person) -> str:
    """The id of a new request."""
    answer = await connect(server, mentee, mentor)
    assert answer["errors"] == []
    request: str = answer["request"]["id"]
    return request


async def mentored(server: Server, mentee: Person, mentor: Person) -> str:
    """The id of a new mentorship."""
    request = await asked(server, mentee, mentor)
    assert (await do(server, mentor, "accept", requestId=request, comment="Yes"))["error"] is None
    operation = "query ($id: ID!) { node(id: $id) { ... on MentorRequest { mentorship { id } } } }"
    mentorship: str = (await server.ask(mentee, operation, id=request))["node"]["mentorship"]["id"]
    return mentorship


async def seen(server: Server, viewer: Person, person: Person, fields: str) -> tuple[dict[str, Any] | None, list[str]]:
    """What the viewer gets of a person by `node`, and the fields that answer FORBIDDEN."""
    response = await server.ask_raw(
        server.token(viewer),
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Person {{ {fields} }} }} }}",
        {"id": global_id("Person", person.id)},
    )
    errors = response.json().get("errors", [])
    assert {error["extensions"]["code"] for error in errors} <= {"FORBIDDEN"}
    return response.json()["data"]["node"], sorted(error["path"][-1] for error in errors)
