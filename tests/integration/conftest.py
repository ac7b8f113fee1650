"""Actions called directly, in this process."""

from collections.abc import Iterator

import pytest

from api.actions import turns


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Hundreds write at once here, and each is to be answered, however busy the machine is. What a test patches itself
    is none of this fixture's, and so is undone before the test's own fixtures are.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turns, "_MOST_SECONDS", 120.0)
        yield
