"""What is taken away once it has served its time, and what clients hear of it."""

from datetime import UTC, datetime, timedelta

import pytest

from api.actions.connect import connect
from api.actions.trim import forget_idempotency_keys, trim_logs
from api.actions.withdraw import withdraw
from api.models import Event, EventLog, IdempotencyKey, Person
from tests.houses import House, viewer_of
from tests.operations import answer, data
from tests.wakers import Recorder

LOG = """query ($after: String) { notifications(first: 100, after: $after) { totalCount nodes { cursor } } }"""


async def log_of_ten(house: House) -> Person:
    mentor, mentee = await house.mentor(), await house.person()
    for _ in range(5):
        request = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id)
        await withdraw(Recorder(), viewer=viewer_of(mentee), request_id=request.id)
    return mentor


@pytest.mark.parametrize(
    ("read", "unread", "kept"),
    [(10, (), 0), (0, (), 10), (4, (), 6), (10, (3,), 8), (10, (1,), 10), (10, (10,), 1)],
)
async def test_a_log_is_trimmed_up_to_the_first_entry_that_is_unread_or_young(
    database: str, read: int, unread: tuple[int, ...], kept: int
) -> None:
    reader = await log_of_ten(await House.build())
    long_ago = datetime.now(UTC) - timedelta(days=91)
    await Event.filter(person_id=reader.id, seq__lte=read).update(read_at=long_ago)
    await Event.filter(person_id=reader.id, seq__in=unread).update(read_at=None)
    before = await data(reader, LOG)
    cursors = [node["cursor"] for node in before["notifications"]["nodes"]]
    await trim_logs(Recorder(), kept_for=timedelta(days=90))
    assert await trim_logs(Recorder(), kept_for=timedelta(days=90)) == 0
    log = await EventLog.get(id=reader.id)
    assert (log.seq, log.trimmed_to) == (10, 10 - kept)
    left = (await data(reader, LOG))["notifications"]
    assert [node["cursor"] for node in left["nodes"]] == cursors[10 - kept :]
    # Whoever has handled all that was trimmed goes on; whoever has not is told to begin anew, and from where.
    for number, cursor in enumerate(cursors, start=1):
        response = await answer(reader, LOG, after=cursor)
        if number >= log.trimmed_to:
            assert "errors" not in response
            continue
        (error,) = response["errors"]
        assert error["extensions"]["code"] == "CURSOR_RESET"
        anew = await data(reader, LOG, after=error["extensions"]["cursor"])
        assert len(anew["notifications"]["nodes"]) == kept


async def test_names_of_requests_are_kept_for_a_day(database: str) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(), await house.person()
    first = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, idempotency_key="mine")
    await IdempotencyKey.all().update(created_at=datetime.now(UTC) - timedelta(hours=23))
    assert await forget_idempotency_keys(Recorder()) == 0
    again = await connect(Recorder(), viewer=viewer_of(mentee), mentor_id=mentor.id, idempotency_key="mine")
    assert again.id == first.id
    await IdempotencyKey.all().update(created_at=datetime.now(UTC) - timedelta(hours=25))
    assert await forget_idempotency_keys(Recorder()) == 1
