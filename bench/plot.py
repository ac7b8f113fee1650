"""The ratios as a picture: how many times as good as each other contestant ours is, and how good it has to be."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from bench.figures import Figure, Judged, find

_OURS: Final = "#1b6ca8"
_BEHIND: Final = "#c0392b"
_LIMIT: Final = "#b8c4ce"
_REQUIRED: Final = "#111111"
_INCHES_A_ROW: Final = 0.3
_INCHES_BESIDE: Final = 1.6
_WHAT: Final = {
    "answers/s": "answers a second",
    "messages/s": "messages a second",
    "ms": "delay",
    "bytes/socket": "memory",
}


def draw(file: Path, *, title: str, figures: Sequence[Figure], judged: Sequence[Judged], ours: str) -> None:
    """A group of bars for each scenario, and in it a bar for each of the others."""
    groups = [
        (scenario, unit, others)
        for scenario, unit in dict.fromkeys((each.scenario, each.unit) for each in figures)
        if (others := _others(figures, scenario, unit, ours))
    ]
    rows = sum(len(others) + 1 for _, _, others in groups)
    figure, axes = plt.subplots(figsize=(11, _INCHES_BESIDE + rows * _INCHES_A_ROW))
    place, ticks = 0, []
    for scenario, unit, others in groups:
        axes.text(-0.01, place, f"{scenario}: {_WHAT[unit]}", transform=axes.get_yaxis_transform(), ha="right",
                  va="center", fontweight="bold", fontsize=9)  # fmt: skip
        place += 1
        for other, ratio in others:
            required = [
                each
                for each in judged
                if (each.bar.scenario, each.bar.unit, each.than) == (scenario, unit, other.contestant)
            ]
            _bar(axes, place, other, ratio, required)
            ticks.append((place, other.contestant))
            place += 1
    _finish(axes, ticks, title, ours)
    figure.savefig(file, dpi=130, bbox_inches="tight")
    plt.close(figure)


def _others(figures: Sequence[Figure], scenario: str, unit: str, ours: str) -> list[tuple[Figure, float]]:
    mine = find(figures, scenario, unit, ours)
    if mine is None:
        return []
    return [
        (each, mine.better_than(each))
        for each in figures
        if (each.scenario, each.unit) == (scenario, unit) and each is not mine
    ]


def _bar(axes: Axes, place: int, other: Figure, ratio: float, judged: Sequence[Judged]) -> None:
    """From 1, where both are the same, to the ratio; a line across it where it has to reach."""
    kept = all(each.kept for each in judged)
    colour = _OURS if other.peer or judged else _LIMIT
    axes.barh(place, ratio - 1, left=1, height=0.7, color=colour if kept else _BEHIND)
    for each in judged:
        axes.plot([each.bar.times] * 2, [place - 0.48, place + 0.48], color=_REQUIRED, linewidth=2.2)
    shown = f"{ratio:,.0f} ×" if ratio >= 100 else f"{ratio:.3g} ×"  # noqa: PLR2004
    beyond = max([ratio, 1.0, *(each.bar.times for each in judged)])
    axes.annotate(shown, (beyond, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)


def _finish(axes: Axes, ticks: Sequence[tuple[int, str]], title: str, ours: str) -> None:
    axes.set_xscale("log")
    axes.axvline(1, color="#555555", linewidth=0.8)
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=8)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g} ×"))
    axes.margins(x=0.15, y=0.01)
    axes.grid(axis="x", which="major", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_title(
        f"{title}: how many times as good as each of the others is {ours}?\n"
        "to the right of 1: better · black line: what is required · red: not reached · grey: a limit, not a peer",
        fontsize=9,
        pad=14,
    )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
