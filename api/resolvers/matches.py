"""Mentors found for the viewer, page by page."""

from dataclasses import dataclass
from typing import Final

from api.domain.listing import UnlistedCode, reasons_unlisted
from api.domain.matching import Match, MatchBasis, Rank, explain
from api.models import Mentor
from api.resolvers.context import Context
from api.resolvers.paging import Page, PageArguments, cursor, cursor_reader, page, window
from api.search.criteria import Criteria
from api.search.mentee import read_mentee
from api.search.ranking import Listing
from api.search.suited import Beside, suited

_DIRECTORY: Final = "mentors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mentor and how they suit the viewer, as it was when the page was read."""

    mentor: Mentor
    match: Match
    basis: MatchBasis

    @property
    def cursor(self) -> str:
        return cursor(self.basis.value, *self.match.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mentor in the directory."""

    mentor: Mentor
    listing: Listing

    @property
    def cursor(self) -> str:
        return cursor(_DIRECTORY, *self.listing)


async def page_of_matches(
    context: Context, basis: MatchBasis, criteria: Criteria, arguments: PageArguments, beside: Beside
) -> Page[Found]:
    """The ranking, best first, from as few statements as a page can be read with: what the viewer looks for, what the
    search asks, and the rows of whoever it proposes, with what is shown ``beside`` them.
    """
    asked = window(arguments, cursor_reader(basis.value, Rank, int, int, int, int))
    mentee = await read_mentee(context.viewer, framework=True)
    loaders, organisation_id = context.loaders, mentee.rule.organisation_id
    loaders.rule.give(organisation_id, mentee.rule)
    loaders.framework.give(organisation_id, await context.services.frameworks.of(organisation_id, mentee.framework))
    found = page(
        await suited(
            context.services.search, mentee=mentee, basis=basis, criteria=criteria, window=asked, beside=beside
        ),
        asked,
    )
    for each in found.rows:
        loaders.options_of_mentor.give(each.mentor.id, each.options)
        if each.person is not None:
            loaders.person.give(each.mentor.id, each.person)
        if each.held is not None:
            loaders.held_by.give(each.mentor.id, each.held)
    return Page(
        rows=[Found(mentor=each.mentor, match=each.match, basis=basis) for each in found.rows],
        has_next=found.has_next,
        has_previous=found.has_previous,
    )


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
