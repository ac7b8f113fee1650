"""Pages cut from what was read within a window."""

import pytest

from api.resolvers.paging import Page, page
from api.search.criteria import Window

ROWS = list(range(5))


def read(asked: Window[int]) -> Page[int]:
    """The page of ``ROWS`` in a window, read as the database would."""
    lower = -1 if asked.after is None else asked.after
    upper = len(ROWS) if asked.before is None else asked.before
    within = [row for row in ROWS if lower < row < upper]
    return page((within[::-1] if asked.backwards else within)[: asked.limit], asked)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("after", [None, 0, 2])
@pytest.mark.parametrize("before", [None, 2, 4])
def test_a_page_tells_whether_there_is_more_on_either_side(
    *, backwards: bool, after: int | None, before: int | None
) -> None:
    found = read(Window(limit=3, backwards=backwards, after=after, before=before))
    if found.rows:
        assert (found.has_previous, found.has_next) == (found.rows[0] > 0, found.rows[-1] < len(ROWS) - 1)
