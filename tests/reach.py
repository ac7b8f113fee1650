"""Which tests execute operations of the schema, told from what their modules import."""

import sys
from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Any, Final

import pytest

# Whoever executes an operation has the schema, the application, or the command that serves it.
_EXECUTING: Final = {"api.schema.build", "api.app", "tests.acceptance.demos", "tests.acceptance.servers"}


def executes_operations(item: pytest.Item) -> bool:
    """Whether an operation can be executed from a test: whether its module, or that of a fixture of its, imports what
    that takes, or imports a module of tests that does. None that executes one is missed; some that do not are found.
    """
    info: Any = getattr(item, "_fixtureinfo", None)
    fixtures = [each.func.__module__ for found in info.name2fixturedefs.values() for each in found]
    return any(_reaches(name) for name in (item.module.__name__, *fixtures))  # type: ignore[attr-defined]


@cache
def _reaches(module: str) -> bool:
    seen, due = set[str](), [module]
    while due:
        name = due.pop()
        if name in _EXECUTING:
            return True
        if name not in seen and name.startswith("tests."):
            seen.add(name)
            due.extend(_imported(vars(sys.modules[name]).values()))
    return False


def _imported(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        name = getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", None)
        if isinstance(name, str):
            yield name
