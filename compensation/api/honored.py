"""Errors in the customer's favor: weighed, decided, told to the customer, proven and reviewed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from accounts.models import User
from cases.domain import disclosing, honored_errors, letters, reviewing
from cases.models import HonoredError, Letter
from cases.queries import visible_errors
from cases.queries.honored_errors import latest_letter, with_calls
from compensation import filters
from compensation.domain import honoring, permissions, recommending, rulings
from compensation.queries import in_full
from compensation.serializers import honored as shapes
from journal.keyset import Order
from recovery.rest import Door, Nothing, Pdf


class HonoredErrors(Door):
    """The register of errors in the customer's favor."""

    noun = "error"
    orders = {
        "-opened_at": Order(("opened_at", "id")),
        "opened_at": Order(("opened_at", "id"), descending=False),
    }
    filterset_class = filters.HonoredErrorFilters
    money = frozenset({"honor", "rescind"})
    guarded = frozenset({"honor", "rescind", "legal_review", "disclose", "reassign", "review"})
    versioned = frozenset({"assess"})

    def _one(self, id: int) -> HonoredError:
        return self.found(visible_errors(self.caller), pk=id)

    @staticmethod
    def _versioned(answer: Response, error: HonoredError) -> Response:
        """With the error's version: what was written stands in another table."""
        answer["ETag"] = f'"{error.version}"'
        return answer

    # Read -------------------------------------------------------------------------------------------------------------

    @extend_schema(responses=shapes.HonoredError(many=True))
    def list(self, request: Request) -> Response:
        """Errors in the favor of customers in reach, and those whose call the caller owes, the newest first."""
        return self.listed(with_calls(visible_errors(self.caller)), shapes.HonoredError)

    @extend_schema(responses=shapes.HonoredErrorWhole)
    def retrieve(self, request: Request, id: int) -> Response:
        """One error with its decisions, calls, letters and review. The ETag is what a change has to send as If-Match."""
        return self.shown(self.found(in_full(visible_errors(self.caller)), pk=id), shapes.HonoredErrorWhole)

    @extend_schema(responses=shapes.Recommendation)
    def recommendation(self, request: Request, id: int) -> Response:
        """What bears on the decision now, what the rules say and where, what is recommended, and what the caller may do."""
        rows = visible_errors(self.caller).select_related("customer", "case__owner", "unit", "originator")
        error, now = self.found(rows, pk=id), timezone.now()
        ruling = rulings.ruling_for(error, now=now)
        facts = recommending.facts_of(error, ruling=ruling, now=now)
        recommended = recommending.recommend(error, ruling=ruling, now=now, facts=facts)
        shown = {
            "error": error.pk,
            "facts": facts,
            "ruling": ruling,
            "recommended": recommended.stance,
            "lines": recommended.lines,
            "may": self._may(error, facts),
        }
        return self.shown(shown, shapes.Recommendation)

    def _may(self, error: HonoredError, facts: recommending.Facts) -> dict[str, Any]:
        user, now = self.caller, timezone.now()
        # Asked in two steps, since the facts hold what counsel said already.
        rescind = permissions.may_rescind(user, error) and permissions.lawful(facts.ruling, facts.legal_review)
        told = disclosing.has_call(error)
        call = disclosing.call_about(error) if told else None
        return {
            "assess": honored_errors.can_assess(user, error),
            "honor": permissions.can_honor(user, error, now=now),
            "rescind": rescind,
            "legal_review": permissions.can_record_legal_review(user, error),
            "disclose": disclosing.can_disclose(user, call) if call else told,
            "reassign": disclosing.can_reassign(user, call, now=now) if call else told,
            "review": reviewing.can_review(user, error),
            "letter": letters.can_make_letter(user, error),
        }

    # Decided ----------------------------------------------------------------------------------------------------------

    @extend_schema(request=shapes.Assessing, responses=shapes.HonoredError)
    def assess(self, request: Request, id: int) -> Response:
        """Write down what bears on the decision, until the customer has been told. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(shapes.Assessing)
        error = honored_errors.assess(self._one(id), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(self.found(with_calls(visible_errors(self.caller)), pk=error.pk), shapes.HonoredError)

    @extend_schema(request=shapes.Honoring, responses={201: shapes.Decision})
    def honor(self, request: Request, id: int) -> Response:
        """Stand by it. Whoever made the mistake owes the customer a call that says so."""
        given, version = self.asked(shapes.Honoring), self.if_match()
        decision = honoring.honor(self._one(id), version=version, by=self.caller, now=timezone.now(), **given)
        return self._versioned(self.shown(decision, shapes.Decision, status=201), decision.error)

    @extend_schema(request=shapes.Rescinding, responses={201: shapes.Decision})
    def rescind(self, request: Request, id: int) -> Response:
        """Take it back. Refused with `rescission_prohibited` and the `source` where the rules prohibit it."""
        given, version = self.asked(shapes.Rescinding), self.if_match()
        decision = honoring.rescind(self._one(id), version=version, by=self.caller, now=timezone.now(), **given)
        return self._versioned(self.shown(decision, shapes.Decision, status=201), decision.error)

    @extend_schema(request=shapes.LegalReviewing, responses={201: shapes.LegalReview})
    def legal_review(self, request: Request, id: int) -> Response:
        """Record what counsel concluded about taking it back. A later review goes before an earlier one."""
        given, version = self.asked(shapes.LegalReviewing), self.if_match()
        kept = honoring.record_legal_review(self._one(id), version=version, by=self.caller, now=timezone.now(), **given)
        return self._versioned(self.shown(kept, shapes.LegalReview, status=201), kept.error)

    # Told -------------------------------------------------------------------------------------------------------------

    @extend_schema(request=shapes.Attempting, responses={201: shapes.DisclosureAttempt})
    def attempt(self, request: Request, id: int) -> Response:
        """A try at the call that did not come to it. To call back is promised."""
        given = self.asked(shapes.Attempting)
        call = disclosing.call_about(self._one(id))
        tried = disclosing.attempt(call, by=self.caller, now=timezone.now(), **given)
        return self.shown(tried, shapes.DisclosureAttempt, status=201)

    @extend_schema(request=shapes.Disclosing, responses=shapes.Disclosure)
    def disclose(self, request: Request, id: int) -> Response:
        """The customer has been told, with all four points. Nobody but who owes the call can say so."""
        given, version = self.asked(shapes.Disclosing), self.if_match()
        call = disclosing.call_about(self._one(id))
        made = disclosing.disclose(call, version=version, by=self.caller, now=timezone.now(), **given)
        return self._versioned(self.shown(made, shapes.Disclosure), made.error)

    @extend_schema(request=shapes.Reassigning, responses=shapes.Disclosure)
    def reassign(self, request: Request, id: int) -> Response:
        """Pass on the call of somebody who has left or is away for long, with the reason."""
        given, version = self.asked(shapes.Reassigning), self.if_match()
        call = disclosing.call_about(self._one(id))
        to = self.named(User.objects.all(), "to", pk=given["to"])
        passed = disclosing.reassign(
            call, to=to, reason=given["reason"], version=version, by=self.caller, now=timezone.now()
        )
        return self._versioned(self.shown(passed, shapes.Disclosure), passed.error)

    # Reviewed ---------------------------------------------------------------------------------------------------------

    @extend_schema(request=shapes.Reviewing, responses={201: shapes.ErrorReview})
    def review(self, request: Request, id: int) -> Response:
        """What a supervisor made of it, who neither made the mistake nor decided about it."""
        given, version = self.asked(shapes.Reviewing), self.if_match()
        kept = reviewing.review(self._one(id), version=version, by=self.caller, now=timezone.now(), **given)
        return self._versioned(self.shown(kept, shapes.ErrorReview, status=201), kept.error)

    # Proven -----------------------------------------------------------------------------------------------------------

    @extend_schema(request=shapes.Writing, responses={200: shapes.Letter, 201: shapes.Letter})
    def letter(self, request: Request, id: int) -> Response:
        """Make the letter that says what happened and when it was explained; the one that is kept if nothing changed."""
        given, now = self.asked(shapes.Writing), timezone.now()
        made = letters.make_letter(self._one(id), by=self.caller, now=now, **given)
        is_new = made.made_at == now
        at = reverse("api-honored-error-letter-pdf", args=[id]) if is_new else ""
        return self.shown(made, shapes.Letter, status=201 if is_new else 200, at=at)

    @extend_schema(request=None, responses={200: shapes.LetterMail, 201: shapes.LetterMail})
    def send(self, request: Request, id: int) -> Response:
        """Send the newest letter by email, once to an address; asked for again, the message of the first time."""
        self.asked(Nothing)
        now = timezone.now()
        sent = letters.send_letter(self._newest(id), by=self.caller, now=now)
        return self.shown(sent, shapes.LetterMail, status=201 if sent.created_at == now else 200)

    def _newest(self, id: int) -> Letter:
        error = self._one(id)
        letter = latest_letter(error)
        if letter is None:
            letters.can_make_letter(self.caller, error).enforce()
            raise Refused("no_letter", "No letter about this has been made yet.")
        letter.error = error
        return letter


class LetterPdf(Door):
    """The newest letter about an error, as it was made."""

    noun = "letter"
    filterset_class = filters.HonoredErrorFilters
    renderer_classes = (Pdf,)

    @extend_schema(responses={(200, Pdf.media_type): OpenApiTypes.BINARY})
    def read(self, request: Request, id: int) -> Response:
        """The newest letter as a PDF. Its `sha256` stands with the letter."""
        error = self.found(visible_errors(self.caller), "error", pk=id)
        letter = self.found(error.letters.order_by("-id"))
        headers = {"Content-Disposition": f'attachment; filename="letter-{id}.pdf"'}
        return Response(bytes(letter.pdf), headers=headers)
