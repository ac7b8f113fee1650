"""Where a value goes that may be yet to come. Each method writes how the variable ``out`` gets it."""

from typing import Protocol

from api.compiled.writing import Function


class Sink(Protocol):
    """``awaited`` says that the value was awaited before it is completed."""

    awaited: bool

    def slow(self, place: str, value: str, out: str) -> None:
        """Let graphql-core complete a value."""

    def resume(self, place: str, rest: str, out: str) -> None:
        """Do what a guard has left to do."""

    def join(self, place: str, pending: str, out: str, *, nullable: bool) -> None:
        """Wait for what is pending in the object or list ``out``, if anything."""

    def hold(self, awaitable: str, out: str) -> None:
        """Take what is yet to come for certain."""


class Held:
    """Into an object or a list, which waits for it."""

    awaited = False

    def __init__(self, function: Function, pending: str, key: str) -> None:
        self._function = function
        self._pending = pending
        self._key = key

    def slow(self, place: str, value: str, out: str) -> None:
        at, pending = self._function.at, self._pending
        self._function.write(f"{out}, {pending} = slow(E, {place}, {value}, {at}, {pending}, {self._key})")

    def resume(self, place: str, rest: str, out: str) -> None:
        at, pending = self._function.at, self._pending
        self._function.write(f"{out}, {pending} = resume(E, {place}, {rest}, {at}, {pending}, {self._key})")

    def join(self, place: str, pending: str, out: str, *, nullable: bool) -> None:
        with self._function.under(f"if {pending} is not None:"):
            whole = f"joined({out}, {pending})"
            self.hold(f"guarded(E, {place}, {whole}, {self._function.at})" if nullable else whole, out)
            self._function.write(f"{pending} = None")

    def hold(self, awaitable: str, out: str) -> None:
        with self._function.under(f"if {self._pending} is None:"):
            self._function.write(f"{self._pending} = {{}}")
        self._function.write(f"{self._pending}[{self._key}] = {awaitable}", f"{out} = None")


class Awaited:
    """To whoever awaits the function."""

    awaited = True

    def __init__(self, function: Function) -> None:
        self._function = function

    def slow(self, place: str, value: str, out: str) -> None:
        self._function.write(f"{out} = await slowly(E, {place}, {value}, {self._function.at})")

    def resume(self, place: str, rest: str, out: str) -> None:
        self._function.write(f"{out} = await resumed(E, {place}, {rest}, {self._function.at})")

    def join(self, place: str, pending: str, out: str, *, nullable: bool) -> None:  # noqa: ARG002 - of the protocol
        with self._function.under(f"if {pending} is not None:"):
            # What is awaited is no longer ours to settle.
            self._function.write(f"w = {pending}", f"{pending} = None", f"await joined({out}, w)")

    def hold(self, awaitable: str, out: str) -> None:
        self._function.write(f"{out} = await {awaitable}")
