"""Mentees who ask, withdraw and end; mentors who answer what reaches their devices."""

import asyncio
import itertools
import random
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import orjson

from api.domain.ids import decode_id, encode_id
from soak.devices import Entry
from soak.history import Acknowledged, History
from soak.patience import LONGEST_FOR_A_QUESTION, seconds_before
from soak.posts import LOST, posted

_CONNECT = """mutation ($mentor: ID!, $mark: String!) {
  done: connect(input: {mentorId: $mentor, idempotencyKey: $mark}) { about: request { id } errors { code } } }"""
_DECIDE = """mutation ($id: ID!, $mark: String!) {
  done: %s(input: {requestId: $id, comment: $mark}) { about: request { id mark: comment } errors { code } } }"""
_WITHDRAW = """mutation ($id: ID!) {
  done: withdraw(input: {requestId: $id}) { about: request { id mark: status } errors { code } } }"""
_END = """mutation ($id: ID!, $mark: String!) {
  done: endMentorship(input: {mentorshipId: $id, reason: $mark}) {
    about: mentorship { id mark: endReason } errors { code } } }"""
_WITHDRAWN = "WITHDRAWN"
# What may come of asking somebody whom one happens to have asked before.
_KNOWN_REFUSALS = {"ALREADY_REQUESTED", "ALREADY_MENTORED", "MENTOR_UNAVAILABLE", "TOO_MANY_OPEN_REQUESTS"}
_SECONDS_TO_ANSWER = 4.0


class Service:
    """The service as an app sees it: it asks again until there is an answer."""

    def __init__(self, port: int, history: History) -> None:
        self._port = port
        self._history = history

    async def settle(self, token: str, change: str, query: str, mark: str, **variables: str) -> dict[str, Any]:
        """What the service says of a change, asked again until it says something. A yes is noted: also where it was
        done the first time, and the answer got lost.
        """
        for trial in itertools.count():
            answer = await self._ask(token, query, {**variables, "mark": mark})
            if answer is not None:
                about = answer["about"] or {}
                if about and (not answer["errors"] or about.get("mark") == mark):
                    identity = decode_id(about["id"])
                    key = identity[1] if identity else 0
                    self._history.acknowledged.append(Acknowledged(change, key, mark, time.time()))
                elif {error["code"] for error in answer["errors"]} - _KNOWN_REFUSALS - {"ALREADY_DECIDED"}:
                    self._history.wrong_answers.append(f"{change}: {answer}")
                return answer
            self._history.retries += 1
            await asyncio.sleep(seconds_before(trial, longest=LONGEST_FOR_A_QUESTION))
        raise AssertionError("there is no end to asking")

    async def _ask(self, token: str, query: str, variables: dict[str, str]) -> dict[str, Any] | None:
        body = {"query": query, "variables": variables}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Connection": "close"}
        try:
            async with (
                asyncio.timeout(_SECONDS_TO_ANSWER),
                posted(self._port, body, headers, seconds=_SECONDS_TO_ANSWER) as response,
            ):
                content = await response.read()
        except LOST:
            return None
        try:
            answer = orjson.loads(content)
        except ValueError:
            self._history.wrong_answers.append(f"{response.status}: {content[:300]!r}")
            return None
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        if codes - {"UNAVAILABLE"}:
            self._history.wrong_answers.append(f"{response.status}: {content[:300]!r}")
        if codes:
            return None
        done: dict[str, Any] = answer["data"]["done"]
        return done


@dataclass
class Habits:
    """How people are: seconds between two questions of a mentee, and before somebody reacts, on average."""

    seconds_between: float
    seconds_to_react: float = 0.5


class Person:
    """What somebody does with what they hear. ``mentors`` are the keys of those whom a mentee may ask."""

    def __init__(
        self, service: Service, token: str, *, habits: Habits, rng: random.Random, mentors: list[int] | None = None
    ) -> None:
        self._service = service
        self._token = token
        self._habits = habits
        self._rng = rng
        self._mentors = mentors or []
        self._reactions: set[asyncio.Task[None]] = set()

    def hear(self, entry: Entry) -> None:
        """React to an entry, after a moment."""
        match entry["__typename"]:
            case "RequestReceived":
                self._react(self._decide(entry["request"]["id"]))
            case "RequestDecided" if entry["request"]["mentorship"]:
                self._react(self._end(entry["request"]["mentorship"]["id"]))

    async def ask_around(self) -> None:
        """Until cancelled. What was begun is finished all the same: see ``finished``."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / self._habits.seconds_between))
            # Not before the last one was answered.
            await asyncio.wait({self._react(self._ask(self._rng.choice(self._mentors)))})

    async def finished(self) -> None:
        """Wait until whatever was begun has been answered."""
        while self._reactions:
            await asyncio.wait(self._reactions)

    def _react(self, what: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(what)
        self._reactions.add(task)
        task.add_done_callback(self._reactions.discard)
        return task

    async def _moment(self) -> None:
        await asyncio.sleep(self._rng.expovariate(1 / self._habits.seconds_to_react))

    async def _ask(self, mentor: int) -> None:
        key = uuid.uuid4().hex
        mentor_id = encode_id("Mentor", mentor)
        answer = await self._service.settle(self._token, "connect", _CONNECT, key, mentor=mentor_id)
        if answer["about"] and not answer["errors"] and self._rng.random() < 0.25:  # noqa: PLR2004 - one in four
            await self._moment()
            await self._service.settle(self._token, "withdraw", _WITHDRAW, _WITHDRAWN, id=answer["about"]["id"])

    async def _decide(self, request: str) -> None:
        await self._moment()
        verb = self._rng.choice(("accept", "accept", "decline"))
        mark = f"{verb} {uuid.uuid4().hex}"
        await self._service.settle(self._token, verb, _DECIDE % verb, mark, id=request)

    async def _end(self, mentorship: str) -> None:
        await self._moment()
        await self._service.settle(self._token, "end", _END, f"end {uuid.uuid4().hex}", id=mentorship)
