"""What was seen with and without a siege, as people read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.served import Delays

_HEAD: Final = (
    "| siege | answers p50 | answers p99 | alerts p50 | alerts p99 | core busy | held, turned away, thrown out |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Besieging:
    """``kind`` is one of `bench.besiegers`; ``frozen`` is whose process is stopped once they have come in, so that it
    answers nothing any more. All are the same ``person``, or else those whom events are about.
    """

    name: str
    kind: str
    count: int
    person: bool = False
    frozen: bool = False


@dataclass(kw_only=True)
class Seen:
    """One measurement, with what became of the besiegers, where there were any."""

    delays: Delays
    busy: float
    memory: int
    tally: dict[str, int] = field(default_factory=dict)


def markdown(
    machine: Mapping[str, str],
    *,
    intent: str,
    sieges: Sequence[Besieging],
    without: Sequence[Seen],
    besieged: Sequence[Seen],
) -> str:
    """``besieged`` are as many as the ``sieges``, ``without`` one more: each lies between two of those."""
    lines = [
        "# What served people notice of a siege",
        "",
        intent,
        "",
        *_HEAD,
        *(_row(each, _together(without[number : number + 2]), besieged[number]) for number, each in enumerate(sieges)),
        "",
        _noise(without),
        "",
        "## The machine",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {fact} |" for name, fact in machine.items()),
    ]
    return "\n".join(lines) + "\n"


def _together(some: Sequence[Seen]) -> Seen:
    delays = Delays(
        answers=[each for seen in some for each in seen.delays.answers],
        alerts=[each for seen in some for each in seen.delays.alerts],
    )
    return Seen(delays=delays, busy=sum(seen.busy for seen in some) / len(some), memory=some[0].memory)


def _row(siege_: Besieging, without: Seen, with_: Seen) -> str:
    cells = [
        f"{_milliseconds(getattr(without.delays, kind), share)} → {_milliseconds(getattr(with_.delays, kind), share)}"
        for kind in ("answers", "alerts")
        for share in (0.5, 0.99)
    ]
    tally = with_.tally
    counts = f"{tally['held']:,}, {tally['refused']:,}, {tally['ended']:,}"
    return f"| {siege_.name} | {' | '.join(cells)} | {without.busy:.0%} → {with_.busy:.0%} | {counts} |"


def _noise(without: Sequence[Seen]) -> str:
    """How far measurements of the same lie apart."""
    spans = [
        f"{kind} from {_milliseconds_of(min(found))} to {_milliseconds_of(max(found))} ms"
        for kind in ("answers", "alerts")
        for found in [[_quantile(getattr(seen.delays, kind), 0.99) for seen in without]]
    ]
    return f"Noise: of the {len(without)} measurements without a siege, the p99 of {', and that of '.join(spans)}."


def _quantile(delays: Sequence[float], share: float) -> float:
    return sorted(delays)[min(len(delays) - 1, int(share * len(delays)))]


def _milliseconds(delays: Sequence[float], share: float) -> str:
    return _milliseconds_of(_quantile(delays, share))


def _milliseconds_of(delay: float) -> str:
    return f"{delay * 1_000:.1f}"
