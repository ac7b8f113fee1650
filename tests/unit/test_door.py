"""Who comes in one after the other."""

import asyncio
import time
from functools import partial

from api.guards.door import Door, door_of


async def test_whoever_is_inside_waits_for_some_and_not_for_all() -> None:
    door, order = Door(), list[str]()

    def take_long(name: str) -> None:
        time.sleep(0.002)
        order.append(name)

    for name in ("first", "second", "third"):
        door.enter(partial(take_long, name))
    while "third" not in order:
        order.append("inside")
        await asyncio.sleep(0)
    assert order == ["inside", "first", "inside", "second", "inside", "third"]


async def test_who_takes_no_time_does_not_keep_the_others_waiting() -> None:
    door, order = Door(), list[int]()
    for number in range(5):
        door.enter(partial(order.append, number))
    await asyncio.sleep(0)
    assert order == [0, 1, 2, 3, 4]


async def test_one_who_fails_keeps_nobody_out(unheard: list[BaseException | str]) -> None:
    door, entered = Door(), asyncio.Event()

    def fail() -> None:
        raise ValueError("at the door")

    door.enter(fail)
    door.enter(entered.set)
    async with asyncio.timeout(5):
        await entered.wait()
    assert [str(each) for each in unheard] == ["at the door"]


async def test_who_comes_while_another_enters_comes_after_everybody_who_waits() -> None:
    door, order = Door(), list[str]()
    door.enter(lambda: door.enter(partial(order.append, "last")))
    door.enter(partial(order.append, "first"))
    while len(order) < 2:
        await asyncio.sleep(0)
    assert order == ["first", "last"]
    door.enter(partial(order.append, "later"))
    await asyncio.sleep(0)
    assert order[2:] == ["later"]


def test_each_server_has_one() -> None:
    class Server:
        pass

    one, other = Server(), Server()
    assert door_of(one) is door_of(one)
    assert door_of(one) is not door_of(other)
