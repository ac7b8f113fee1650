"""What `demo` says: where to look, who to be, and what to paste in order to see a live alert."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.domain.lifecycle import RequestStatus
from api.domain.matching import MatchBasis
from api.models import MentorRequest, Organisation, Person
from api.schema.node import global_id
from api.search.criteria import Criteria, Window
from api.search.eligible import mentoring_rule
from api.search.profiles import wanted_by
from api.search.ranking import PostgresMentorSearch
from api.settings import Settings

_NEAR_THE_TOP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A mentee and a mentor whom their search finds near the top, with nothing between them yet."""

    mentee: Person
    mentor: Person


async def fresh_pair() -> Pair | None:
    """The first such pair, by the mentee's key; None once everybody has asked everybody."""
    async for mentee in Person.filter(role_profile_id__isnull=False).order_by("id"):
        organisation = await Organisation.get(id=mentee.organisation_id)
        asked = await MentorRequest.filter(mentee_id=mentee.id)
        pending = sum(request.status is RequestStatus.PENDING for request in asked)
        if pending >= organisation.open_request_limit:
            continue
        ranks = await PostgresMentorSearch().ranked(
            rule=await mentoring_rule(organisation.id),
            mentee_id=mentee.id,
            wanted=await wanted_by(mentee.id),
            basis=MatchBasis.SKILL_GAPS_AND_PREFERENCES,
            criteria=Criteria(),
            window=Window(limit=_NEAR_THE_TOP),
        )
        known = {request.mentor_id for request in asked}
        for rank in ranks:
            if rank.mentor_id not in known:
                return Pair(mentee=mentee, mentor=await Person.get(id=rank.mentor_id))
    return None


_LISTEN = """subscription {
  requestReceived {
    request { id message percent mentee { name jobTitle } }
  }
}"""

_FIND = """query {
  matches(first: 5) {
    nodes {
      percent
      mentor { id person { name jobTitle } }
      gaps { gap { skill { code } } coveredLevels points }
    }
  }
}"""

_CONNECT = """mutation {{
  connect(input: {{ mentorId: "{mentor_id}", message: "Would you mentor me?" }}) {{
    request {{ id status percent }}
    errors {{ code message }}
  }}
}}"""


async def welcome(settings: Settings, *, graphiql_path: str) -> str:
    """The text, for a terminal."""
    base = f"http://localhost:{settings.port}"
    graphiql = base + graphiql_path
    pair = await fresh_pair()
    if pair is None:
        return f"Console: {base}/\nGraphiQL: {graphiql}\nThe demo is used up: remove {settings.data} to begin again."
    key = local_key(settings.signing_key_file)
    mentee, mentor = (issue_token(settings, key, person.subject) for person in (pair.mentee, pair.mentor))
    connect = _CONNECT.format(mentor_id=global_id("Mentor", pair.mentor.id))
    return f"""{_console(settings, base, pair, mentee=mentee, mentor=mentor)}
GraphiQL: {graphiql}

{pair.mentee.name} looks for a mentor:
mentee token: {mentee}

{pair.mentor.name} is one whom the search finds:
mentor token: {mentor}

See a live alert in GraphiQL: open two tabs of it, and in the headers of each put {{"Authorization": "Bearer <token>"}}.

1. In the mentor's tab, run:

{_LISTEN}

2. In the mentee's tab, find a mentor:

{_FIND}

3. In the mentee's tab, ask {pair.mentor.name}, and watch the mentor's tab:

{connect}

Or open these, where each is filled in already, and run them in this order:
mentor's tab: {_link(graphiql, mentor, _LISTEN)}
mentee's tab: {_link(graphiql, mentee, connect)}

{_mails(settings)}
Ctrl+C stops the service; what you did is kept in {settings.data}.
"""


def _console(settings: Settings, base: str, pair: Pair, *, mentee: str, mentor: str) -> str:
    if not settings.console:
        return ""
    return f"""
The console, with both of them side by side: find a mentor on the left, and watch the request arrive on the right.
{base}/demo#{urlencode({"mentee": mentee, "mentor": mentor})}

Or each in a tab of their own:
{pair.mentee.name}: {base}/#{urlencode({"token": mentee})}
{pair.mentor.name}: {base}/#{urlencode({"token": mentor})}
"""


def _mails(settings: Settings) -> str:
    if settings.smtp_url:
        return f"Mails leave through {urlsplit(settings.smtp_url).hostname}."
    return f"Mails are written into the folder {settings.mail_folder}: open them with any mail program."


def _link(graphiql: str, token: str, query: str) -> str:
    return f"{graphiql}#{urlencode({'token': token, 'query': query}, quote_via=quote)}"
