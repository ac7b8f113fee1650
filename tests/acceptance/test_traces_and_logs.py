"""What operators can follow: one request through the lines of the log, and through a trace."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.acceptance.servers import Server, running
from tests.acceptance.stories import asked
from tests.acceptance.test_bad_input import break_table
from tests.acceptance.test_slow_clients import signed_in, subscribe
from tests.houses import House

TRACE = "0af7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OTLP/HTTP endpoint: its address, and what it was sent."""
    received: list[ExportTraceServiceRequest] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                request = ExportTraceServiceRequest()
                request.ParseFromString(await reader.readexactly(length))
                assert head.startswith("post /v1/traces")
                received.append(request)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


def spans_of(received: list[ExportTraceServiceRequest]) -> list[Span]:
    return [
        span
        for request in received
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


async def test_an_operation_its_statements_and_its_deliveries_are_traced_without_anything_private(
    database: str, tmp_path: Path
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Amina Canary"), await house.person()
    async with collector() as (endpoint, received):
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
        async with running(tmp_path / "data", database_url=database, **settings) as server:
            async with signed_in(server, mentor) as client:
                await subscribe(client, 1)
                await asyncio.sleep(1)
                await asked(server, mentee, mentor)
                await client.recv()
            headers = {
                "Authorization": f"Bearer {server.token(mentor)}",
                "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
            }
            body = {
                "query": "query Who($id: ID!) { node(id: $id) { id } viewer { name } }",
                "variables": {"id": "canary"},
            }
            async with httpx.AsyncClient() as http:
                await http.post(server.graphql, json=body, headers=headers)
        spans = spans_of(received)
    (named,) = [span for span in spans if span.name == "query Who"]
    assert named.trace_id.hex() == TRACE
    beneath = [span for span in spans if span.trace_id == named.trace_id and span.span_id != named.span_id]
    assert any(span.parent_span_id == named.span_id for span in beneath), "statements belong to their operation"
    (delivery,) = [span for span in spans if span.name == "deliver"]
    assert 0 < delivery.end_time_unix_nano - delivery.start_time_unix_nano < 5e9
    everything = str(received)
    assert "SELECT" in everything
    assert "anary" not in everything
    assert "mentoring-api" in everything


def lines_of(server: Server, event: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("event") == event]


async def test_every_line_of_a_request_carries_its_id_and_the_client_gets_it(database: str, tmp_path: Path) -> None:
    person = await (await House.build()).person("Ada Canary")
    settings = {"MENTORING_LOG_FORMAT": "json", "MENTORING_LOG_LEVEL": "debug"}
    async with running(tmp_path / "data", database_url=database, **settings) as server:
        headers = {"Authorization": f"Bearer {server.token(person)}"}
        async with httpx.AsyncClient(headers=headers) as client:
            body = {"query": "query Me { viewer { name } }"}
            given = await client.post(server.graphql, json=body, headers={"X-Request-Id": "from-the-app-1"})
            made = await client.post(server.graphql, json=body, headers={"X-Request-Id": "not sane {}"})
            streamed = await client.post(server.graphql, json=body, headers={"Accept": "text/event-stream"})
            assert given.headers["x-request-id"] == "from-the-app-1"
            assert len(made.headers["x-request-id"]) == len(streamed.headers["x-request-id"]) == 32
            await break_table(server, "role_requirement")
            broken = await client.post(server.graphql, json={"query": "{ viewer { skillGaps { levels } } }"})
        async with signed_in(server, person) as socket:
            message = {"id": "op-7", "type": "subscribe", "payload": body}
            await socket.send(json.dumps(message))
            await socket.recv()
        ended = lines_of(server, "operation")
        ids = [line["request_id"] for line in ended]
        assert ids[:2] == ["from-the-app-1", made.headers["x-request-id"]]
        assert {line["person_id"] for line in ended} == {person.id}
        assert [line["name"] for line in ended[:3]] == ["Me"] * 3
        assert ended[-1]["operation_id"] == "op-7"
        (fault,) = lines_of(server, "internal_error")
        assert fault["request_id"] == broken.headers["x-request-id"]
        assert fault["error_id"] == broken.json()["errors"][0]["extensions"]["id"]
        told = [line for line in ended if line["level"] == "info"]
        assert [line["codes"] for line in told] == [["INTERNAL"]], "what went well is for those who look closely"
        assert "anary" not in server.log.read_text()
        assert server.token(person)[-20:] not in server.log.read_text()
