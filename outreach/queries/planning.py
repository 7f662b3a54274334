"""What has to be known of customers before it is decided who is called: read for a batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Max

from cases.enums import Favor
from cases.models import Case, Incident
from outreach.enums import CallOutcome
from outreach.models import FollowUpCall, HeldOut, Signal
from outreach.queries.programs import LIVE

SPOKEN = (CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND, CallOutcome.REFUSED)


def facts_of(signals: Iterable[Signal]) -> dict[str, Any]:
    """For the customers of these signals: who has a live call, when we last spoke, when a lot left them out, the incidents
    in which we let them down, by case; and the severity of the signals' cases. Five queries, however many.

    What was only in a customer's favor let nobody down.
    """
    listed = list(signals)
    customers = {signal.customer_id for signal in listed}
    calls = FollowUpCall.objects.filter(customer__in=customers).order_by()
    spoken = calls.filter(outcome__in=SPOKEN).values("customer").annotate(last=Max("finished_at"))
    left_out = HeldOut.objects.filter(customer__in=customers).values("customer", "program").annotate(last=Max("at"))
    past = Incident.objects.filter(customer__in=customers).exclude(favor=Favor.CUSTOMER)
    cases = Case.objects.filter(pk__in={signal.case_id for signal in listed if signal.case_id is not None})
    baggage: dict[int, dict[int, int]] = defaultdict(dict)
    for customer, case, count in past.order_by().values_list("customer", "case").annotate(n=Count("pk")):
        baggage[customer][case] = count
    return {
        "live": set(calls.filter(status__in=LIVE).values_list("customer", flat=True)),
        "spoken": dict(spoken.values_list("customer", "last")),
        "left_out": {
            (customer, program): last for customer, program, last in left_out.values_list("customer", "program", "last")
        },
        "baggage": baggage,
        "severities": dict(cases.values_list("pk", "severity")),
    }
