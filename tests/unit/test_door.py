"""Who comes in one after the other."""

import asyncio
from functools import partial

from api.guards.door import Door, door_of


async def test_whoever_is_inside_waits_for_one_and_not_for_all() -> None:
    door, order = Door(), list[str]()
    for name in ("first", "second", "third"):
        door.enter(partial(order.append, name))
    while "third" not in order:
        order.append("inside")
        await asyncio.sleep(0)
    assert order == ["inside", "first", "inside", "second", "inside", "third"]


async def test_one_who_fails_keeps_nobody_out() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    door, entered = Door(), asyncio.Event()

    def fail() -> None:
        raise ValueError("at the door")

    door.enter(fail)
    door.enter(entered.set)
    async with asyncio.timeout(5):
        await entered.wait()
    assert [str(each) for each in told] == ["at the door"]


async def test_who_comes_while_another_enters_waits_for_a_turn() -> None:
    door, entered = Door(), list[int]()
    door.enter(lambda: door.enter(lambda: entered.append(1)))
    await asyncio.sleep(0)
    assert entered == []
    await asyncio.sleep(0)
    assert entered == [1]


def test_each_server_has_one() -> None:
    class Server:
        pass

    one, other = Server(), Server()
    assert door_of(one) is door_of(one)
    assert door_of(one) is not door_of(other)
