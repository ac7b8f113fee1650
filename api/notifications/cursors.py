"""Cursors of a person's log: opaque to clients, carrying the log's epoch and a number in it."""

import base64
import binascii
import struct
from typing import Final
from uuid import UUID

_FORM: Final = struct.Struct(">16sQ")
_LARGEST: Final = 2**63 - 1


def log_cursor(epoch: UUID, seq: int) -> str:
    """The cursor of the entry numbered ``seq``; 0 stands before the first."""
    return base64.urlsafe_b64encode(_FORM.pack(epoch.bytes, seq)).decode()


def read_log_cursor(cursor: str) -> tuple[UUID, int]:
    """Epoch and number of a cursor. Raises ``ValueError`` where the text is none."""
    try:
        epoch, seq = _FORM.unpack(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, struct.error, UnicodeEncodeError) as error:
        raise ValueError("not a cursor of a log") from error
    if seq > _LARGEST:
        raise ValueError("not a cursor of a log")
    return UUID(bytes=epoch), seq
