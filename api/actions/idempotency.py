"""A client's own names for what it sends, so that sending it again makes nothing new, and gives the same answer.

Refusals are kept as well: else a first attempt that was held up on its way could still be carried out after a second
one had been refused, and nobody would have been told.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from api.actions.work import Work
from api.domain.errors import RefusalCode, Refused
from api.domain.text import is_storable
from api.domain.viewer import Viewer

_LONGEST: Final = 200

_KEEP: Final = """
INSERT INTO idempotency_key (organisation_id, person_id, key, digest, request_id, refusal, created_at)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, clock_timestamp())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentUnderKey:
    """One input as sent under a key; None is a key of nobody, and remembers nothing."""

    viewer: Viewer
    key: str | None
    digest: bytes

    @classmethod
    def of(cls, viewer: Viewer, key: str | None, **given: object) -> "SentUnderKey":
        """Raises ``Refused`` (INVALID) where the key is blank, too long, or cannot be stored."""
        if key is not None and not (key.strip() and len(key) <= _LONGEST and is_storable(key)):
            raise Refused(
                RefusalCode.INVALID,
                f"An idempotency key has 1 to {_LONGEST} characters; a UUID will do.",
                field="idempotencyKey",
            )
        return cls(viewer=viewer, key=key, digest=hashlib.sha256(orjson.dumps(given)).digest())

    def earlier_request_id(self, kept: Mapping[str, Any]) -> int | None:
        """The request that the same input made before, where ``kept`` has the digest, ``kept_request_id`` and refusal
        of the key, None where there is no such key. Raises ``Refused`` where it was refused, or another input.
        """
        if kept["digest"] is None:
            return None
        if bytes(kept["digest"]) != self.digest:
            raise Refused(
                RefusalCode.IDEMPOTENCY_KEY_REUSED,
                "This key was used for something else; take a new one for each new request.",
                field="idempotencyKey",
            )
        if kept["refusal"] is not None:
            raise _refused_before(orjson.loads(kept["refusal"]))
        return int(kept["kept_request_id"])

    def remember(self, work: Work, answer: int | Refused) -> None:
        """Keep the key of the request that was made, or why there is none."""
        if self.key is None:
            return
        refusal = orjson.dumps(_as_data(answer)).decode() if isinstance(answer, Refused) else None
        request_id = None if isinstance(answer, Refused) else answer
        viewer = self.viewer
        work.write(_KEEP, viewer.organisation_id, viewer.person_id, self.key, self.digest, request_id, refusal)


def _as_data(refused: Refused) -> dict[str, str]:
    data = {"code": refused.code.value, "message": refused.message}
    return data if refused.field is None else {**data, "field": refused.field}


def _refused_before(data: Mapping[str, str]) -> Refused:
    return Refused(RefusalCode(data["code"]), data["message"], field=data.get("field"))
