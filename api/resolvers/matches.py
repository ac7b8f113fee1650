"""Mentors found for the viewer, page by page."""

from dataclasses import dataclass
from typing import Final

from api.domain.listing import UnlistedCode, reasons_unlisted
from api.domain.matching import Match, MatchBasis, Rank, explain, match
from api.models import Mentor
from api.resolvers.context import Context
from api.resolvers.paging import Page, PageArguments, cursor, cursor_reader, page, window
from api.search.criteria import Criteria
from api.search.profiles import offered_by, wanted_by
from api.search.ranking import Listing

_DIRECTORY: Final = "mentors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mentor and how they suit the viewer; ``rank`` is where they stood when the page was read."""

    mentor: Mentor
    match: Match
    rank: Rank
    basis: MatchBasis

    @property
    def cursor(self) -> str:
        return cursor(self.basis.value, *self.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mentor in the directory."""

    mentor: Mentor
    listing: Listing

    @property
    def cursor(self) -> str:
        return cursor(_DIRECTORY, *self.listing)


async def page_of_matches(
    context: Context, basis: MatchBasis, criteria: Criteria, arguments: PageArguments
) -> Page[Found]:
    """The ranking, best first. The search proposes; what is shown is read and matched from the rows themselves."""
    asked = window(arguments, cursor_reader(basis.value, Rank, int, int, int, int))
    wanted = await wanted_by(context.viewer.person_id)
    ranks = page(
        await context.services.search.ranked(
            rule=await context.loaders.rule.load(context.viewer.organisation_id),
            mentee_id=context.viewer.person_id,
            wanted=wanted,
            basis=basis,
            criteria=criteria,
            window=asked,
        ),
        asked,
    )
    mentors = {row.id: row for row in await Mentor.filter(id__in=[rank.mentor_id for rank in ranks.rows])}
    offered = await offered_by(list(mentors.values()))
    found = []
    for rank in ranks.rows:
        suits = match(wanted, offered[rank.mentor_id], basis) if rank.mentor_id in offered else None
        if suits:
            found.append(Found(mentor=mentors[rank.mentor_id], match=suits, rank=rank, basis=basis))
    return Page(rows=found, has_next=ranks.has_next, has_previous=ranks.has_previous)


async def match_with(context: Context, mentor_id: int, basis: MatchBasis) -> tuple[Match, tuple[UnlistedCode, ...]]:
    """How one mentor suits the viewer, findable or not, and everything that keeps them off the viewer's list."""
    loaders = context.loaders
    found = explain(await loaders.wanted.load(context.viewer.person_id), await loaders.offered.load(mentor_id), basis)
    return found, reasons_unlisted(await loaders.standing.load(mentor_id), found)


async def page_of_mentors(context: Context, criteria: Criteria, arguments: PageArguments) -> Page[Listed]:
    """Mentors whom the viewer could ask today, by name."""
    asked = window(arguments, cursor_reader(_DIRECTORY, Listing, str, int))
    listed = page(
        await context.services.search.directory(
            rule=await context.loaders.rule.load(context.viewer.organisation_id),
            mentee_id=context.viewer.person_id,
            criteria=criteria,
            window=asked,
        ),
        asked,
    )
    rows = await context.loaders.mentor.load_many([each.mentor_id for each in listed.rows])
    return Page(
        rows=[Listed(mentor=row, listing=each) for row, each in zip(rows, listed.rows, strict=True) if row],
        has_next=listed.has_next,
        has_previous=listed.has_previous,
    )
