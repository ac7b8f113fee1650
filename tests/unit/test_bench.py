"""The benchmark's own arithmetic: what is better is better, and no mentee asks a mentor twice."""

from itertools import islice

import pytest

from bench.contestants.words import asking
from bench.figures import Bar, Figure, judge
from bench.load import Measured
from bench.questions import Connecting, milliseconds


def figure(contestant: str, *values: float, unit: str = "answers/s", peer: bool = True) -> Figure:
    return Figure(scenario="find", contestant=contestant, unit=unit, values=values, peer=peer)


def test_a_ratio_is_the_median_of_what_the_rounds_say() -> None:
    ours, other = figure("ours", 10, 40, 30), figure("other", 5, 10, 30)
    assert ours.better_than(other) == 2


def test_less_is_better_where_delays_and_memory_are_measured() -> None:
    ours, other = figure("ours", 2, unit="ms"), figure("other", 6, unit="ms")
    assert ours.better_than(other) == 3


def test_figures_of_different_rounds_are_compared_by_their_medians() -> None:
    assert figure("ours", 8).better_than(figure("other", 1, 2, 30)) == 4


@pytest.mark.parametrize(("times", "kept"), [(1.9, True), (2.0, True), (2.1, False)])
def test_a_bar_is_about_the_best_peer_and_no_limit(times: float, kept: bool) -> None:
    figures = [figure("ours", 20, peer=False), figure("slow", 5), figure("fast", 10), figure("limit", 99, peer=False)]
    (judged,) = judge([Bar(scenario="find", unit="answers/s", times=times)], figures, "ours")
    assert (judged.than, judged.times, judged.kept) == ("fast", 2, kept)


def test_what_was_not_measured_is_neither_kept_nor_broken() -> None:
    (judged,) = judge([Bar(scenario="find", unit="answers/s", times=1, than="nobody")], [figure("ours", 1)], "ours")
    assert judged.kept is None


def test_no_mentee_asks_a_mentor_twice() -> None:
    mentors = range(1201, 1951)
    asked = [(each.subject, each.mentor_id) for each in islice(Connecting(mentors=mentors), 200_000)]
    assert len(set(asked)) == len(asked)


def test_a_percentile_is_one_of_the_delays() -> None:
    measured = Measured(seconds=2, delays=[0.001, 0.002, 0.003, 0.1], busy=0.5)
    assert (measured.rate, measured.milliseconds(0.5), measured.milliseconds(0.99)) == (2, 3, 100)


def test_moments_compare_as_far_as_everybody_tells_them() -> None:
    assert milliseconds("2026-01-02T03:04:05.678901+00:00") == milliseconds("2026-01-02T03:04:05.678Z")
    assert milliseconds("2026-01-02T03:04:05+00:00") == milliseconds("2026-01-02T03:04:05.000Z")


def test_gaps_are_compared_in_one_order() -> None:
    def node(*codes: str) -> dict[str, object]:
        gap = {"currentLevel": 1, "requiredLevel": 3, "mentorLevel": 2}
        person = {"id": "5", "name": "Ada"}
        gaps = [{"skill": {"code": code, "name": code}, **gap} for code in codes]
        return {
            "id": "7",
            "status": "PENDING",
            "message": None,
            "percent": 1.0,
            "createdAt": "2026-01-02T03:04:05Z",
            "mentee": person,
            "gaps": gaps,
        }

    answer = asking()["inbox"].answer

    def inbox(*codes: str) -> object:
        return answer({"requests": {"nodes": [node(*codes)], "pageInfo": {"hasNextPage": False}}})

    assert inbox("A", "B") == inbox("B", "A")
