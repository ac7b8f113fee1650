"""PostGraphile 5: its schema is made from the tables, so the questions are the same in its own words."""

from typing import Any, Final

from bench.contestants.contestant import Contestant, node
from bench.contestants.words import levels, plain
from bench.questions import PAGE, Asking, Question, milliseconds

_FIND: Final = """query Find($first: Int!) {
  matches(first: $first) {
    percent
    mentor { rowId name jobTitle location taught { nodes { level code name } } }
  }
}"""

_INBOX: Final = """query Inbox($first: Int!) {
  viewer {
    received(first: $first, orderBy: PRIMARY_KEY_DESC) {
      nodes {
        rowId status message percent createdAt
        mentee { rowId name jobTitle location }
        gaps { nodes { skill { code name } currentLevel requiredLevel mentorLevel } }
      }
      pageInfo { hasNextPage }
    }
  }
}"""

_CONNECT: Final = """mutation Connect($mentor: BigInt!, $message: String!) {
  ask(mentorId: $mentor, message: $message) { rowId status message percent }
}"""


def _page(_question: Question) -> dict[str, object]:
    return {"first": PAGE}


def _found(data: Any) -> Any:
    return [
        {
            "percent": each["percent"],
            "mentor": plain(each["mentor"]["rowId"]),
            "person": {name: each["mentor"][name] for name in ("name", "jobTitle", "location")},
            "skills": [[held["code"], held["name"], held["level"]] for held in each["mentor"]["taught"]["nodes"]],
        }
        for each in data["matches"]
    ]


def _inbox(data: Any) -> Any:
    page = data["viewer"]["received"]
    return {"more": page["pageInfo"]["hasNextPage"], "requests": [_request(each) for each in page["nodes"]]}


def _request(node_: Any) -> Any:
    mentee = node_["mentee"]
    gaps = [[gap["skill"]["code"], gap["skill"]["name"], *levels(gap)] for gap in node_["gaps"]["nodes"]]
    return {
        **{name: node_[name] for name in ("status", "message", "percent")},
        "id": plain(node_["rowId"]),
        "created": milliseconds(node_["createdAt"]),
        "mentee": {
            "id": plain(mentee["rowId"]),
            **{name: mentee[name] for name in ("name", "jobTitle", "location")},
        },
        "gaps": sorted(gaps),
    }


def _asked(question: Question) -> dict[str, object]:
    return {"mentor": str(question.mentor_id), "message": question.message}


def _connected(data: Any) -> Any:
    return {"errors": [], **{name: data["ask"][name] for name in ("status", "message", "percent")}}


POSTGRAPHILE: Final = Contestant(
    name="PostGraphile 5",
    start=node("postgraphile/server.mjs"),
    asking={
        "find": Asking(document=_FIND, variables=_page, answer=_found),
        "inbox": Asking(document=_INBOX, variables=_page, answer=_inbox),
        "connect": Asking(document=_CONNECT, variables=_asked, answer=_connected),
    },
)
