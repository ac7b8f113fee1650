"""An answer that the application knows nothing of, after which the connection ends."""

from http import HTTPStatus

from api.transport.headers import SAFE


def last_answer(status: HTTPStatus, message: str) -> bytes:
    """As it goes over the wire. The message is ASCII."""
    lines = [
        b"HTTP/1.1 %d %s" % (status, status.phrase.encode()),
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(message),
        b"connection: close",
        *(name + b": " + value for name, value in SAFE),
    ]
    return b"\r\n".join((*lines, b"", message.encode()))
