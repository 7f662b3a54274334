"""Whose a request is: nobody answers what they asked for themself, however often others asked for it since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from compensation.models import Approval
from compensation.queries.approvals import asked_in_vain


def askers_of(approvals: Iterable[Approval]) -> dict[int, frozenset[int]]:
    """Whose each of these requests is, as ids of users by its own id: whoever made it, and whoever asked for anything on
    the same case before and was not given all of it.

    Of one case everything asked for is one wish, whoever says it again and in whatever way: made anew or simply asked
    for, after a refusal, an offer, less than all, no answer in time or none yet, for the same remedy or for another.
    One query, however many there are.
    """
    wanted = list(approvals)
    before = defaultdict(list)
    for case, request, asker in asked_in_vain({each.award.case_id for each in wanted}):
        before[case].append((request, asker))
    return {
        each.pk: frozenset(
            {each.requested_by_id, *(asker for request, asker in before[each.award.case_id] if request < each.pk)}
        )
        for each in wanted
    }


def askers_so_far(case_id: int) -> frozenset[int]:
    """Whose a request made now on this case would be, besides whoever makes it. One query."""
    return frozenset(asker for _, _, asker in asked_in_vain({case_id}))
