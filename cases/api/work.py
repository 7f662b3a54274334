"""Cases: read, and worked on from the first acknowledgment to the closing."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from accounts.models import User
from cases import filters, models
from cases.domain import acknowledging, causes, closing, conversation, opening_hours, ownership, promises
from cases.domain.casework import named
from cases.queries import visible_cases, visible_incidents
from cases.queries.particulars import open_investigation, whole, with_obligation
from cases.queries.precedents import bearing_on
from cases.serializers import asked, shown
from journal.keyset import Order
from recovery.rest import NEWEST, Door


class Cases(Door):
    """The recovery of one or more mistakes for one customer."""

    noun = "case"
    orders = {
        "-opened_at": Order(("opened_at", "id")),
        "opened_at": Order(("opened_at", "id"), descending=False),
    }
    filterset_class = filters.CaseFilters
    guarded = frozenset({"acknowledge", "hand_off", "close", "reopen", "contact", "cause", "investigate", "note"})

    @extend_schema(responses=shown.Case(many=True))
    def list(self, request: Request) -> Response:
        """Cases in reach, the newest first."""
        return self.listed(visible_cases(self.caller).select_related("customer", "owner"), shown.Case)

    @extend_schema(responses=shown.CaseWhole)
    def retrieve(self, request: Request, reference: str) -> Response:
        """One case with its incidents, promises, open obligations, investigations and precedents."""
        case = self.found(whole(visible_cases(self.caller)), reference=reference)
        return self.shown(case, shown.CaseWhole, precedents=bearing_on(case, incidents=case.incidents.all()))

    @extend_schema(request=asked.Acknowledging, responses={201: shown.Acknowledgment})
    def acknowledge(self, request: Request, reference: str) -> Response:
        """Name the customer's feeling to them, before any remedy."""
        given, version = self.asked(asked.Acknowledging), self.if_match()
        acknowledgment = acknowledging.acknowledge_feelings(
            named(reference), version=version, by=self.caller, now=timezone.now(), **given
        )
        return self.shown(acknowledgment, shown.Acknowledgment, status=201)

    @extend_schema(request=asked.HandingOff, responses=shown.Case)
    def hand_off(self, request: Request, reference: str) -> Response:
        """Give the case, and what is owed on it, to a colleague who is there."""
        given, version = self.asked(asked.HandingOff), self.if_match()
        to = self.named(User.objects.all(), "to", pk=given["to"])
        held = ownership.hand_off(
            named(reference), to=to, reason=given["reason"], version=version, by=self.caller, now=timezone.now()
        )
        return self.shown(held, shown.Case)

    @extend_schema(request=asked.Closing, responses=shown.Case)
    def close(self, request: Request, reference: str) -> Response:
        """Close the case. It takes a cause or an open investigation, and nothing owed."""
        given, version = self.asked(asked.Closing), self.if_match()
        held = closing.close(named(reference), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(held, shown.Case)

    @extend_schema(request=asked.Reopening, responses=shown.Case)
    def reopen(self, request: Request, reference: str) -> Response:
        """Reopen a closed case: it was not put right after all."""
        given, version = self.asked(asked.Reopening), self.if_match()
        held = closing.reopen(named(reference), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(held, shown.Case)

    @extend_schema(request=asked.Contacting, responses={201: shown.Contact})
    def contact(self, request: Request, reference: str) -> Response:
        """Record a contact with the customer, or an attempt at one."""
        given, version = self.asked(asked.Contacting), self.if_match()
        contact = conversation.record_contact(
            named(reference), version=version, by=self.caller, now=timezone.now(), **given
        )
        return self.shown(contact, shown.Contact, status=201)

    @extend_schema(request=asked.CauseFound, responses=shown.Case)
    def cause(self, request: Request, reference: str) -> Response:
        """Record the cause of one incident, or of all that have none yet."""
        given, version = self.asked(asked.CauseFound), self.if_match()
        cause = self.named(models.Cause.objects.all(), "cause", pk=given["cause"])
        incident = None
        if "incident" in given:
            here = visible_incidents(self.caller).filter(case__reference=reference)
            incident = self.named(here, "incident", pk=given["incident"])
        held = causes.set_cause(
            named(reference), cause=cause, incident=incident, version=version, by=self.caller, now=timezone.now()
        )
        return self.shown(held, shown.Case)

    @extend_schema(request=asked.Question, responses={201: shown.Investigation})
    def investigate(self, request: Request, reference: str) -> Response:
        """Keep a question open where the cause is not known yet."""
        given, version = self.asked(asked.Question), self.if_match()
        opened = causes.open_investigation(
            named(reference), version=version, by=self.caller, now=timezone.now(), **given
        )
        return self.shown(opened, shown.Investigation, status=201)

    @extend_schema(request=asked.Finding, responses=shown.Investigation)
    def find(self, request: Request, reference: str) -> Response:
        """Answer the open question, with the cause if it was found."""
        given = self.asked(asked.Finding)
        investigation = open_investigation(self.found(visible_cases(self.caller), reference=reference))
        if investigation is None:
            raise Refused("wrong_state", "No investigation is open on this case.")
        cause = self.named(models.Cause.objects.all(), "cause", pk=given["cause"]) if "cause" in given else None
        closed = causes.close_investigation(
            investigation, finding=given["finding"], cause=cause, by=self.caller, now=timezone.now()
        )
        return self.shown(closed, shown.Investigation)

    @extend_schema(request=asked.Noting, responses={201: shown.Case})
    def note(self, request: Request, reference: str) -> Response:
        """Write a note for colleagues on the timeline."""
        given, version = self.asked(asked.Noting), self.if_match()
        held = conversation.add_note(named(reference), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(held, shown.Case, status=201)


class CasePromises(Door):
    """The promises made on one case."""

    noun = "case"
    orders = {"id": Order(("pk",), descending=False), "-id": Order(("pk",))}
    filterset_class = filters.PromiseFilters
    guarded = frozenset({"create"})

    @extend_schema(responses=shown.Promise(many=True))
    def list(self, request: Request, reference: str) -> Response:
        """The promises made on this case, the first first."""
        case = self.found(visible_cases(self.caller), reference=reference)
        return self.listed(with_obligation(models.Promise.objects.filter(case=case)), shown.Promise)

    @extend_schema(request=asked.Promising, responses={201: shown.PromiseMade})
    def create(self, request: Request, reference: str) -> Response:
        """Promise to contact the customer by a time. Owed by whoever promises; what a program promises, by the owner.

        `cautions` say what to know of the time: that we are closed, that it is a holiday, that it is late where they are.
        """
        given, version = self.asked(asked.Promising), self.if_match()
        promise = promises.make(named(reference), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(promise, shown.PromiseMade, status=201, at=reverse("api-promise", args=[promise.pk]))


class DueTimes(Door):
    """When the customer of a case could be promised to hear from us."""

    noun = "case"
    reads = frozenset({"read"})

    def _case(self, reference: str) -> models.Case:
        return self.found(visible_cases(self.caller).select_related("customer", "unit"), reference=reference)

    @extend_schema(responses=shown.DueTimes)
    def suggest(self, request: Request, reference: str) -> Response:
        """Good times to promise next, as people say them, on both clocks."""
        own_zone = self.caller.time_zone
        times = opening_hours.suggested(self._case(reference), own_zone=own_zone, now=timezone.now())
        return self.shown({"results": times}, shown.DueTimes)

    @extend_schema(request=asked.Timing, responses=shown.DueTime)
    def read(self, request: Request, reference: str) -> Response:
        """What a due time means that somebody says: the moments, both clocks, and what to know. Promises nothing."""
        given = self.asked(asked.Timing)
        read = opening_hours.reading(
            given["due"],
            self._case(reference),
            zone=given.get("zone"),
            own_zone=self.caller.time_zone,
            now=timezone.now(),
        )
        return self.shown(read, shown.DueTime)


class CauseTree(Door):
    """The tree of causes. Settings change it."""

    noun = "cause"
    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.CauseFilters

    @extend_schema(responses=shown.Cause(many=True))
    def list(self, request: Request) -> Response:
        """All causes; `path` holds the ids from the root, `active` says whether a cause may still be given."""
        return self.listed(models.Cause.objects.all(), shown.Cause)
