"""Documents that clients name instead of sending them: those that the operator trusts, and those that a client sent
once, together with their hash.

A client names one by `documentId` (GraphQL over HTTP, persisted documents) or by `extensions.persistedQuery` (automatic
persisted queries, as Apollo's clients speak them); over HTTP, and in the payload of a socket's `subscribe`. What
clients sent is kept by each process for itself: one that does not know it says so, and the client sends it once more.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from api.domain.errors import Fault, FaultCode
from api.transport.parameters import Operation

_MOST_KEPT: Final = 1_000
_LONGEST_KEPT: Final = 65_536
_HASH_PREFIX: Final = "sha256:"
_VERSION: Final = 1
# What clients look for, letter by letter.
_NOT_FOUND: Final = "PersistedQueryNotFound"


class NotAManifest(ValueError):  # noqa: N818 - said to the operator as it is
    """What the file lacks, in words for an operator."""


def read_manifest(file: Path) -> dict[str, str]:
    """The documents of a file, by id: an object of texts by id, as GraphQL Code Generator and relay-compiler write it,
    or Apollo's manifest. Raises ``NotAManifest``.
    """
    try:
        found = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise NotAManifest(f"{file} is not JSON: {error}") from error
    if isinstance(found, dict) and isinstance(operations := found.get("operations"), list):
        found = {each.get("id"): each.get("body") for each in operations if isinstance(each, dict)}
    if not isinstance(found, dict) or not all(isinstance(part, str) for pair in found.items() for part in pair):
        raise NotAManifest(f"{file} is neither an object of documents by id nor a manifest of operations.")
    return found


class Documents:
    """Finds the text of an operation. ``trusted`` are texts by id; with ``trusted_alone`` nothing else is run."""

    def __init__(self, trusted: Mapping[str, str] | None = None, *, trusted_alone: bool = False) -> None:
        given = dict(trusted or {})
        # Clients may name them by their hash, too, or send the text itself.
        self._trusted = {_hash(text): text for text in given.values()} | given
        self._trusted_alone = trusted_alone
        self._sent: OrderedDict[str, str] = OrderedDict()

    def text_of(self, operation: Operation) -> str:
        """Raises ``Fault``: `PERSISTED_QUERY_NOT_FOUND` where the text has to be sent as well."""
        name = _persisted_hash(operation.extensions)
        if operation.document_id is not None:
            return self._named(operation)
        if operation.query is None:
            return self._known(name or "", _NOT_FOUND)
        if name is not None:
            self._keep(name, operation.query)
        if self._trusted_alone and _hash(operation.query) not in self._trusted:
            raise Fault(FaultCode.FORBIDDEN, "Only documents that were registered here are run: send a `documentId`.")
        return operation.query

    def _named(self, operation: Operation) -> str:
        if operation.query is not None:
            raise Fault(FaultCode.BAD_USER_INPUT, "Send either `query` or `documentId`, not both.")
        return self._known(
            (operation.document_id or "").removeprefix(_HASH_PREFIX),
            "No document of this id is known here. Register it, or send its text as `query`.",
        )

    def _known(self, name: str, otherwise: str) -> str:
        if name in self._trusted:
            return self._trusted[name]
        if self._trusted_alone or name not in self._sent:
            raise Fault(FaultCode.PERSISTED_QUERY_NOT_FOUND, otherwise)
        self._sent.move_to_end(name)
        return self._sent[name]

    def _keep(self, name: str, text: str) -> None:
        if name != _hash(text):
            raise Fault(FaultCode.BAD_USER_INPUT, "`sha256Hash` is not the SHA-256 hash of `query`.")
        if len(text) > _LONGEST_KEPT:
            return
        self._sent[name] = text
        self._sent.move_to_end(name)
        if len(self._sent) > _MOST_KEPT:
            self._sent.popitem(last=False)


def _persisted_hash(extensions: dict[str, Any] | None) -> str | None:
    given = (extensions or {}).get("persistedQuery")
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("version") != _VERSION or not isinstance(given.get("sha256Hash"), str):
        raise Fault(
            FaultCode.BAD_USER_INPUT, f"`persistedQuery` takes `version` {_VERSION} and `sha256Hash`, in hexadecimal."
        )
    return str(given["sha256Hash"]).lower()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
