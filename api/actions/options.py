"""Choosing among the organisation's preference options."""

from collections.abc import Collection

from api.domain.errors import RefusalCode, Refused
from api.domain.viewer import Viewer
from api.models import PreferenceOption


async def chosen_options(viewer: Viewer, option_ids: Collection[int]) -> list[int]:
    """The options, each once. Raises ``Refused`` (NOT_FOUND) where one is not of the viewer's organisation."""
    wanted = sorted(set(option_ids))
    known = await PreferenceOption.filter(organisation_id=viewer.organisation_id, id__in=wanted).count()
    if known != len(wanted):
        raise Refused(
            RefusalCode.NOT_FOUND,
            "At least one of these is no preference option of your organisation; choose from its list.",
            field="optionIds",
        )
    return wanted
