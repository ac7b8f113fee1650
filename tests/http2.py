"""A server that speaks HTTP/2 over TLS and nothing else, as FCM and APNs do, with a certificate of the tests' own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config

from tests.ports import free_port

_HOST: Final = "localhost"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, as it came."""

    version: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Http2Server:
    """``answer`` says what to say to a request; all of them are kept."""

    port: int
    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{_HOST}:{self.port}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        asked = Asked(
            version=scope["http_version"],
            method=scope["method"],
            path=scope["path"],
            headers={name.decode(): value.decode() for name, value in scope["headers"]},
            body=body,
        )
        self.asked.append(asked)
        answer = self.answer(asked)
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        text = json.dumps(answer.body).encode() if answer.body is not None else b""
        await send({"type": "http.response.body", "body": text})


@asynccontextmanager
async def serving(folder: Path, answer: Callable[[Asked], Answer]) -> AsyncIterator[Http2Server]:
    """The server, and in ``folder`` the certificate to trust: `ca.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf = authority.issue_cert(_HOST)
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    server = Http2Server(port=free_port(), answer=answer)
    config = Config.from_mapping(
        bind=[f"127.0.0.1:{server.port}"],
        certfile=str(folder / "cert.pem"),
        keyfile=str(folder / "key.pem"),
        alpn_protocols=["h2"],
        graceful_timeout=0.1,
        errorlog=None,
        accesslog=None,
    )
    done = asyncio.Event()
    task = asyncio.create_task(serve(server, config, shutdown_trigger=done.wait))
    await _until_open(server.port)
    try:
        yield server
    finally:
        done.set()
        await task


async def _until_open(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return
