"""The figures as people read them: a table in Markdown, the same as JSON, and a page's worth of facts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import orjson

from bench.figures import Figure, Judged, find

_WHAT: Final = {
    "answers/s": "answers a second",
    "messages/s": "messages a second",
    "ms": "milliseconds",
    "bytes/socket": "bytes a socket",
}
_TOGETHER: Final = 1_000


def write(
    file: Path, *, title: str, facts: Mapping[str, str], figures: Sequence[Figure], judged: Sequence[Judged], ours: str
) -> None:
    """Both files, beside each other."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".md").write_text(markdown(title, facts, figures, judged, ours), encoding="utf-8")
    whole = {
        "title": title,
        "machine": facts,
        "figures": [{**asdict(each), "median": each.median} for each in figures],
        "bars": [{**asdict(each.bar), "than": each.than, "seen": each.times, "kept": each.kept} for each in judged],
    }
    file.with_suffix(".json").write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2))


def markdown(
    title: str, facts: Mapping[str, str], figures: Sequence[Figure], judged: Sequence[Judged], ours: str
) -> str:
    lines = [f"# {title}", "", *_bars(judged)]
    for scenario, unit in dict.fromkeys((each.scenario, each.unit) for each in figures):
        lines += ["", *_table(scenario, unit, figures, ours)]
    lines += ["", "## The machine", "", "| | |", "|---|---|", *(f"| {name} | {fact} |" for name, fact in facts.items())]
    return "\n".join(lines) + "\n"


def _bars(judged: Sequence[Judged]) -> list[str]:
    """Of what was measured."""
    rows = [
        f"| {each.bar.scenario} | {_WHAT[each.bar.unit]} | {each.than} | {_times(each.bar.times)} | {_seen(each)} |"
        for each in judged
        if each.times is not None
    ]
    head = ["| scenario | measured in | compared with | at least | seen |", "|---|---|---|---:|---:|"]
    return [*head, *rows]


def _seen(judged: Judged) -> str:
    return f"{_times(judged.times or 0)}{'' if judged.kept else ' ✗'}"


def _table(scenario: str, unit: str, figures: Sequence[Figure], ours: str) -> list[str]:
    mine = find(figures, scenario, unit, ours)
    rows = []
    notes = list(
        dict.fromkeys(note for each in figures if (each.scenario, each.unit) == (scenario, unit) for note in each.notes)
    )
    for each in figures:
        if (each.scenario, each.unit) == (scenario, unit):
            ratio = _times(mine.better_than(each)) if mine and each is not mine else ""
            spread = f"{_number(min(each.values))} to {_number(max(each.values))}"
            noted = "".join(f" {_number(each.notes[note])} |" if note in each.notes else " |" for note in notes)
            rows.append(f"| {each.contestant} | {_number(each.median)} | {spread} | {ratio} |{noted}")
    heads = "".join(f" {note} |" for note in notes)
    return [
        f"## {scenario.capitalize()}, {_WHAT[unit]}",
        "",
        f"| | median | of all rounds | ours is better by |{heads}",
        "|---|---:|---:|---:|" + "---:|" * len(notes),
        *rows,
    ]


def _times(ratio: float) -> str:
    return f"{_number(ratio)} ×"


def _number(value: float) -> str:
    """Three digits that count, as whole numbers where there are more."""
    return f"{value:,.0f}" if abs(value) >= _TOGETHER else f"{value:.3g}"
