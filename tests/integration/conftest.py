"""Actions called directly, in this process."""

import pytest

from api.actions import turns


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds write at once here, and each is to be answered, however busy the machine is."""
    monkeypatch.setattr(turns, "_MOST_SECONDS", 120.0)
