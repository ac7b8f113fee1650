"""Which media type an answer takes."""

import pytest

from api.transport.negotiation import Medium, acceptable

RESPONSE, JSON, EVENTS, PARTS, INCREMENTS, INCREMENTS_BY_PATH = Medium
DEFERRING_APOLLO = "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9"
STREAMING_APOLLO = "multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9"
APOLLO = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
URQL = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", [JSON, RESPONSE]),
        ("*/*", [JSON, RESPONSE]),
        ("application/*", [JSON, RESPONSE]),
        ("application/json", [JSON]),
        ("Application/JSON; charset=utf-8", [JSON]),
        ("application/graphql-response+json", [RESPONSE]),
        ("application/json, application/graphql-response+json", [RESPONSE, JSON]),
        ("application/graphql-response+json;q=0.5, application/json", [JSON, RESPONSE]),
        ("text/event-stream", [EVENTS]),
        ("text/event-stream, */*", [EVENTS, JSON, RESPONSE]),
        ("text/event-stream;q=0.1, application/json", [JSON, EVENTS]),
        ("text/event-stream;q=0, application/json", [JSON]),
        ("text/*", []),
        ("image/png", []),
        ("application/json;q=0", []),
        ("application/json;q=nonsense", []),
        (DEFERRING_APOLLO, [RESPONSE, INCREMENTS_BY_PATH, JSON]),
        (STREAMING_APOLLO, [RESPONSE, INCREMENTS, JSON]),
        (APOLLO, [JSON, PARTS]),
        (URQL, [RESPONSE, JSON, EVENTS, INCREMENTS]),
    ],
)
def test_the_client_gets_what_it_would_rather_have(accept: str, expected: list[Medium]) -> None:
    assert list(acceptable(accept)) == expected
