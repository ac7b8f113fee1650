"""The words that everybody understands who serves our own schema, and how their answers are compared."""

from typing import Any, Final

from bench.questions import PAGE, Asking, Question, milliseconds

_FIND: Final = """query Find($first: Int!) {
  matches(first: $first) {
    nodes {
      percent
      mentor { id person { name jobTitle location } skills { level skill { code name } } }
    }
  }
}"""

_INBOX: Final = """query Inbox($first: Int!) {
  requests(box: RECEIVED, first: $first) {
    nodes {
      id status message percent createdAt
      mentee { id name jobTitle location }
      gaps { skill { code name } currentLevel requiredLevel mentorLevel }
    }
    pageInfo { hasNextPage }
  }
}"""

_CONNECT: Final = """mutation Connect($mentor: ID!, $message: String!) {
  connect(input: {mentorId: $mentor, message: $message}) {
    request { id status message percent }
    errors { code message }
  }
}"""

# The same without a viewer, for those who answer from memory.
MEMORY: Final = """query Memory { matches { percent mentor {
  id person { name jobTitle location } skills { level skill { code name } } } } }"""


def plain(identity: str) -> int:
    """The key of a row, where ids are keys."""
    return int(identity)


def asking(key: Any = plain, identity: Any = lambda _type, number: str(number)) -> dict[str, Asking]:
    """``key`` reads an id, ``identity`` makes one."""

    def found(data: Any) -> Any:
        return [
            {
                "percent": each["percent"],
                "mentor": key(each["mentor"]["id"]),
                "person": each["mentor"]["person"],
                "skills": [
                    [held["skill"]["code"], held["skill"]["name"], held["level"]] for held in each["mentor"]["skills"]
                ],
            }
            for each in data["matches"]["nodes"]
        ]

    def inbox(data: Any) -> Any:
        page = data["requests"]
        return {"more": page["pageInfo"]["hasNextPage"], "requests": [request(each) for each in page["nodes"]]}

    def request(node: Any) -> Any:
        return {
            **{name: node[name] for name in ("status", "message", "percent")},
            "id": key(node["id"]),
            "created": milliseconds(node["createdAt"]),
            "mentee": {**node["mentee"], "id": key(node["mentee"]["id"])},
            "gaps": [
                [gap["skill"]["code"], gap["skill"]["name"], *levels(gap)]
                for gap in sorted(node["gaps"], key=lambda gap: str(gap["skill"]["code"]))
            ],
        }

    def asked(question: Question) -> dict[str, object]:
        return {"mentor": identity("Mentor", question.mentor_id), "message": question.message}

    def connected(data: Any) -> Any:
        answer = data["connect"]
        made = answer["request"]
        return {"errors": answer["errors"], **{name: made[name] for name in ("status", "message", "percent")}}

    return {
        "find": Asking(document=_FIND, variables=_page, answer=found),
        "inbox": Asking(document=_INBOX, variables=_page, answer=inbox),
        "connect": Asking(document=_CONNECT, variables=asked, answer=connected),
    }


def levels(gap: Any) -> list[int]:
    return [gap["currentLevel"], gap["requiredLevel"], gap["mentorLevel"]]


def _page(_question: Question) -> dict[str, object]:
    return {"first": PAGE}


FROM_MEMORY: Final = Asking(document=MEMORY, variables=lambda _question: {}, answer=lambda data: data["matches"])
