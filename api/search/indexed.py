"""The search over the match index; what the index does not hold, or not yet, the plain search finds."""

from api.domain.matching import MatchBasis, Rank, Wanted
from api.search.criteria import Criteria, Window
from api.search.eligible import MentoringRule
from api.search.index.asking import Question
from api.search.index.organisations import MatchIndex
from api.search.ranking import Listing, MentorSearch


class IndexedMentorSearch:
    """The order of the plain search, from memory."""

    def __init__(self, index: MatchIndex, plain: MentorSearch) -> None:
        self._index = index
        self._plain = plain

    async def ranked(
        self,
        *,
        rule: MentoringRule,
        mentee_id: int,
        wanted: Wanted,
        basis: MatchBasis,
        criteria: Criteria,
        window: Window[Rank],
    ) -> list[Rank]:
        question = Question(rule=rule, wanted=wanted, basis=basis, criteria=criteria)
        if question.hopeless:
            return []
        held = self._index.of(rule.organisation_id) if question.answerable else None
        if held is not None:
            left_out = await self._index.brought_up(held, mentee_id)
            if left_out is not None:
                return await held.ranks(question, window, left_out)
        return await self._plain.ranked(
            rule=rule, mentee_id=mentee_id, wanted=wanted, basis=basis, criteria=criteria, window=window
        )

    async def directory(
        self, *, rule: MentoringRule, mentee_id: int, criteria: Criteria, window: Window[Listing]
    ) -> list[Listing]:
        """By name, as the database collates it."""
        return await self._plain.directory(rule=rule, mentee_id=mentee_id, criteria=criteria, window=window)
