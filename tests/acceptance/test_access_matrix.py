"""Role × field × path: what everybody sees of one person, P, by every way to them, against the rules in `RULES`."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import pytest
from graphql import GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit
from websockets.exceptions import ConnectionClosed

from tests.acceptance.access_paths import (
    ENTRIES,
    HAPPENS,
    PATHS,
    SERVED,
    STREAM,
    TYPES,
    Path,
    Place,
    document,
    shown_in,
)
from tests.acceptance.access_rules import (
    EMPTY,
    NO_CANARY,
    ORGANISATION,
    PERSONAL,
    RULES,
    SKIPPED,
    VIEWERS,
    Refusal,
    Role,
    Rule,
    rule_of_object,
)
from tests.acceptance.access_scene import Scene, Thing, Truth, listening
from tests.acceptance.access_story import told
from tests.acceptance.servers import Server, running
from tests.conftest import database_named

each_role = pytest.mark.parametrize("role", VIEWERS, ids=str)


@pytest.fixture(scope="module")
async def module_server(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Asking for everything there is, of everybody, costs more than anybody else may ask."""
    data = tmp_path_factory.mktemp("data")
    async with (
        database_named(server_url, "shared") as url,
        running(data, database_url=url, MENTORING_QUERY_COST="1000000") as server,
    ):
        yield server


@pytest.fixture(scope="module")
async def scene(module_server: Server) -> AsyncIterator[Scene]:
    async with told(module_server) as scene:
        yield scene


def sees(role: Role, rule: Rule, thing: Thing) -> bool:
    return role in rule.who or (Role.CONCERNED in rule.who and role in thing.concerns)


def is_there(scene: Scene, role: Role, thing: Thing) -> bool:
    """Whether the role is to find this object at all."""
    there = sees(role, rule_of_object(thing.type), thing)
    about = scene.things.get(thing.about or "")
    return there and (about is None or is_there(scene, role, about))


def rules_of(type_name: str) -> Iterator[tuple[str, Rule]]:
    """Fields and their rules. That a field has none is told by one test, not by all."""
    for name in TYPES[type_name].fields:
        if rule := RULES.get(f"{type_name}.{name}"):
            yield name, rule


def agrees(value: Any, truth: Any) -> bool:
    """Whether a value is the true one. It may tell more of an object, where the path goes on through it."""
    if isinstance(value, dict) and isinstance(truth, dict):
        return all(name in value and agrees(value[name], each) for name, each in truth.items())
    if isinstance(value, list) and isinstance(truth, list):
        return len(value) == len(truth) and all(map(agrees, value, truth))
    return bool(value == truth)


@dataclass
class Comparison:
    """Of everything that a role got by one path with the rules. ``faults`` is what is wrong, for people."""

    scene: Scene
    role: Role
    truth: Truth
    faults: list[str] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    granted: list[Any] = field(default_factory=list)
    errors: dict[Place, str] = field(default_factory=dict)

    def read(self, raw: str, refused: dict[Place, str]) -> None:
        """One response: its objects, its errors, and its text. ``refused`` are errors that must be there besides."""
        response = json.loads(raw)
        response = response.get("payload", response)
        self.errors = {tuple(each.get("path", ())): each["extensions"]["code"] for each in response.get("errors", ())}
        for place, shown in shown_in(response.get("data")):
            if thing := self.scene.thing(shown):
                self.found.add(thing.id)
                self._compare(place, shown, thing)
            else:
                self._leave_alone(place, shown["__typename"])
        if self.errors != refused:
            self.faults.append(f"errors {self.errors} instead of {refused}")
        known = json.dumps(self.granted)
        self.faults += [f"{each} in the response" for each in self.scene.canaries if each in raw and each not in known]

    def _compare(self, place: Place, shown: dict[str, Any], thing: Thing) -> None:
        if not is_there(self.scene, self.role, thing):
            self.faults.append(f"{thing.type} at {place} should not be there")
            return
        if self.role in thing.differs:
            self.granted += [shown] if self.role is Role.SELF else []
            return
        for name, rule in rules_of(thing.type):
            error, value = self.errors.pop((*place, name), None), shown[name]
            if sees(self.role, rule, thing):
                if f"{thing.type}.{name}" in PERSONAL:
                    self.granted += [value] if self.role is Role.SELF else []
                    continue
                true = self.truth.get(thing.id, {}).get(name)
                self.granted.append(true)
                if error or not agrees(value, true):
                    self.faults.append(f"{thing.type}.{name} at {place}: {error or value!r} instead of {true!r}")
                continue
            expected = "FORBIDDEN" if rule.otherwise is Refusal.FORBIDDEN else None
            if value is not None or error != expected:
                self.faults.append(f"{thing.type}.{name} at {place}: {value!r}, {error}; must be {rule.otherwise}")

    def _leave_alone(self, place: Place, type_name: str) -> None:
        """An object of somebody else's: it may be refused wherever rules refuse."""
        for name, rule in rules_of(type_name):
            if rule.otherwise is Refusal.FORBIDDEN:
                self.errors.pop((*place, name), None)

    def must_have_found(self, things: Iterable[Thing]) -> None:
        self.faults += [f"{each.type} {each.id} is missing" for each in things if each.id not in self.found]

    def must_have_found_types(self, types: Iterable[str]) -> None:
        found = {self.scene.things[each].type for each in self.found}
        self.faults += [f"no {each} was found" for each in types if each not in found]


def questions(scene: Scene, path: Path) -> list[dict[str, Any]]:
    """The variables to ask the path with: `$id` one by one, `$ids` all at once."""
    ids = [each.id for each in scene.things.values() if each.type in path.of]
    if "$ids:" in path.operation:
        return [{"ids": ids}]
    return [{"id": each} for each in ids] if "$id:" in path.operation else [{}]


def refusals(role: Role, path: Path) -> dict[Place, str]:
    """The errors of a response beside those at the fields of P's objects."""
    if role is Role.NO_TOKEN:
        return {(): "UNAUTHENTICATED"}
    brings_nothing = path.finds is not None and role not in path.finds
    if path.refused and brings_nothing and role in path.refuses:
        return {tuple(path.refused.split(".")): "FORBIDDEN"}
    return {}


@each_role
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
async def test_asking_shows_what_the_rules_say(scene: Scene, path: Path, role: Role) -> None:
    comparison = Comparison(scene, role, scene.truth)
    for variables in questions(scene, path):
        response = await scene.ask(scene.token(role), document(path.operation), **variables)
        assert response.status_code == (401 if role is Role.NO_TOKEN else 200), response.text
        comparison.read(response.text, refusals(role, path))
    if path.finds is None:
        things = [each for each in scene.things.values() if each.type in path.of]
        assert things, "a path to nothing proves nothing"
        comparison.must_have_found(each for each in things if is_there(scene, role, each))
    else:
        comparison.must_have_found_types(path.finds.get(role, ()))
    assert comparison.faults == []


@each_role
async def test_a_log_replayed_shows_what_the_rules_say(scene: Scene, role: Role) -> None:
    if role is Role.NO_TOKEN:
        await assert_nobody_listens_without_a_token(scene)
        return
    comparison = Comparison(scene, role, scene.truth)
    async with listening(scene.server, scene.token(role), scene.beginnings[role]) as ear:
        for frame in await ear.until(scene.ends[role]):
            comparison.read(frame, {})
    entries = [each for each in scene.things.values() if each.type in ENTRIES]
    comparison.must_have_found(each for each in entries if is_there(scene, role, each))
    assert comparison.faults == []


@each_role
@pytest.mark.parametrize("event", HAPPENS)
async def test_an_event_heard_live_shows_what_the_rules_say(scene: Scene, event: str, role: Role) -> None:
    if role is Role.NO_TOKEN:
        await assert_nobody_listens_without_a_token(scene)
        return
    step, types = scene.steps[event], HAPPENS[event].get(role, frozenset[str]())
    assert len(step.frames[role]) == bool(types)
    comparison = Comparison(scene, role, step.truth)
    for frame in step.frames[role]:
        comparison.read(frame, {})
    comparison.must_have_found_types(types)
    assert comparison.faults == []


async def assert_nobody_listens_without_a_token(scene: Scene) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        async with listening(scene.server, None, None):
            pass
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403


def test_every_field_has_a_rule_and_every_rule_a_field() -> None:
    served = {f"{name}.{each}" for name, found in TYPES.items() for each in found.fields}
    assert {"without a rule": served - RULES.keys(), "without a field": RULES.keys() - served} == {
        "without a rule": set(),
        "without a field": set(),
    }


def test_every_reason_to_skip_types_has_types() -> None:
    names = [name for name, found in SERVED.type_map.items() if isinstance(found, GraphQLObjectType)]
    assert [pattern for pattern in SKIPPED if not any(fnmatchcase(name, pattern) for name in names)] == []


def test_every_rule_is_put_to_the_test_by_a_path() -> None:
    info, selected = TypeInfo(SERVED), set[str]()

    class Collector(Visitor):
        def enter_field(self, *_: object) -> None:
            parent, definition = info.get_parent_type(), info.get_field_def()
            if parent and definition and definition.ast_node:
                selected.add(f"{parent.name}.{definition.ast_node.name.value}")

    for operation in (STREAM, *(path.operation for path in PATHS)):
        visit(parse(document(operation)), TypeInfoVisitor(info, Collector()))
    assert RULES.keys() - selected == set()


async def test_every_field_of_p_has_a_value_to_compare(scene: Scene) -> None:
    """Nothing compared with nothing proves nothing."""
    types = {each.type for each in scene.things.values()}
    filled = {
        f"{thing.type}.{name}"
        for thing in scene.things.values()
        for name, value in scene.truth.get(thing.id, {}).items()
        if value not in (None, [])
    }
    rules = RULES.keys() - EMPTY.keys()
    assert [name for name in rules if name.split(".")[0] in types and name not in filled] == []


async def test_every_private_text_of_p_is_a_canary(scene: Scene) -> None:
    missing = []
    for type_name in {each.type for each in scene.things.values()}:
        for name, rule in rules_of(type_name):
            text = get_named_type(TYPES[type_name].fields[name].type).name == "String"
            if text and not rule.who >= ORGANISATION and name not in NO_CANARY:
                things = [each.id for each in scene.things.values() if each.type == type_name]
                texts = {str(scene.truth[each][name]) for each in things if each in scene.truth}
                missing += [f"{type_name}.{name}: {each}" for each in texts - {"None"} if "canary" not in each]
    assert missing == []
    assert [each for each in scene.canaries if each not in json.dumps(scene.truth)] == []
