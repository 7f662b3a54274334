"""Does what a case counts agree with the rows it counts?"""

from __future__ import annotations

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from cases.enums import ObligationStatus
from cases.models import Case, Obligation


def differences() -> list[str]:
    """Every case whose count of open obligations is not the number of its open rows, in words. Empty when all agree."""
    owed = Obligation.objects.filter(case=OuterRef("pk"), status=ObligationStatus.OPEN).order_by().values("case")
    counted = Case.objects.annotate(owed=Coalesce(Subquery(owed.annotate(n=Count("*")).values("n")), 0))
    wrong = counted.exclude(open_obligations=F("owed")).order_by("id")
    return [
        f"case {case.reference} counts {case.open_obligations} open obligations and has {case.owed}"
        for case in wrong.iterator(chunk_size=1000)
    ]
