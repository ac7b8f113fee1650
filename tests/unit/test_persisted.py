"""Documents that clients name instead of sending them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from api.domain.errors import Fault, FaultCode
from api.transport.parameters import Operation
from api.transport.persisted import Documents, NotAManifest, read_manifest

TEXT = "{ viewer { id } }"
OTHER = "{ viewer { name } }"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(text: str, **changes: Any) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text), **changes}}


def refused(documents: Documents, operation: Operation) -> FaultCode:
    with pytest.raises(Fault) as caught:
        documents.text_of(operation)
    return caught.value.code


def test_a_text_is_what_it_is() -> None:
    assert Documents().text_of(Operation(query=TEXT)) == TEXT


def test_a_document_is_known_by_its_hash_once_it_was_sent() -> None:
    documents = Documents()
    by_hash = Operation(extensions=persisted(TEXT))
    with pytest.raises(Fault, match=r"^PersistedQueryNotFound$"):
        documents.text_of(by_hash)
    assert documents.text_of(Operation(query=TEXT, extensions=persisted(TEXT))) == TEXT
    assert documents.text_of(by_hash) == TEXT
    assert documents.text_of(Operation(document_id=f"sha256:{hash_of(TEXT)}")) == TEXT


def test_nobody_files_a_text_under_the_hash_of_another() -> None:
    documents = Documents()
    assert refused(documents, Operation(query=OTHER, extensions=persisted(TEXT))) is FaultCode.BAD_USER_INPUT
    assert refused(documents, Operation(extensions=persisted(TEXT))) is FaultCode.PERSISTED_QUERY_NOT_FOUND


@pytest.mark.parametrize(
    "given",
    [[], "x", {}, {"version": 2, "sha256Hash": "x"}, {"version": 1}, {"version": 1, "sha256Hash": 7}],
    ids=str,
)
def test_a_strange_way_to_name_a_document_is_told_so(given: object) -> None:
    operation = Operation(query=TEXT, extensions={"persistedQuery": given})
    assert refused(Documents(), operation) is FaultCode.BAD_USER_INPUT


def test_what_is_sent_once_is_forgotten_when_a_thousand_others_came_since() -> None:
    documents = Documents()
    texts = [f"{{ a{number}: __typename }}" for number in range(1_001)]
    for text in texts:
        documents.text_of(Operation(query=text, extensions=persisted(text)))
    known = [refused_or_text(documents, text) for text in texts]
    assert known == [None, *texts[1:]]


def refused_or_text(documents: Documents, text: str) -> str | None:
    try:
        return documents.text_of(Operation(extensions=persisted(text)))
    except Fault:
        return None


def test_a_long_text_is_run_and_not_kept() -> None:
    documents, text = Documents(), TEXT + " " * 70_000
    assert documents.text_of(Operation(query=text, extensions=persisted(text))) == text
    assert refused_or_text(documents, text) is None


def test_trusted_documents_are_known_by_id_and_by_hash() -> None:
    documents = Documents({"Viewer": TEXT})
    for name in ("Viewer", hash_of(TEXT), f"sha256:{hash_of(TEXT)}"):
        assert documents.text_of(Operation(document_id=name)) == TEXT
    assert documents.text_of(Operation(extensions=persisted(TEXT))) == TEXT
    assert refused(documents, Operation(document_id="Nobody")) is FaultCode.PERSISTED_QUERY_NOT_FOUND
    assert refused(documents, Operation(document_id="Viewer", query=TEXT)) is FaultCode.BAD_USER_INPUT


def test_where_trusted_documents_alone_are_run_others_are_not_however_they_come() -> None:
    documents = Documents({"Viewer": TEXT}, trusted_alone=True)
    assert documents.text_of(Operation(query=TEXT)) == TEXT
    assert refused(documents, Operation(query=OTHER)) is FaultCode.FORBIDDEN
    assert refused(documents, Operation(query=OTHER, extensions=persisted(OTHER))) is FaultCode.FORBIDDEN
    assert refused(documents, Operation(extensions=persisted(OTHER))) is FaultCode.PERSISTED_QUERY_NOT_FOUND


@pytest.mark.parametrize(
    "manifest",
    [
        {"abc": TEXT},
        {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [{"id": "abc", "name": "Viewer", "type": "query", "body": TEXT}],
        },
    ],
    ids=["an object", "Apollo's"],
)
def test_manifests_of_the_usual_tools_are_read(tmp_path: Path, manifest: object) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(manifest))
    assert read_manifest(file) == {"abc": TEXT}


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"operations": [{"id": "a"}]}', "{"])
def test_a_file_that_is_no_manifest_is_told_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(text)
    with pytest.raises(NotAManifest, match=r"documents\.json"):
        read_manifest(file)
