"""What is tried: at the domain itself, and what is sent for it at each door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.domain import acknowledging, causes, closing, ownership, promises
from compensation.domain import approvals, awards, confirming, coupons, delivering, offers, resubmitting, reversing
from compensation.domain.coupon_lines import Line
from tests.factories import DAY, MINUTE, NOW, again

LATER = NOW + MINUTE
TOMORROW = (NOW + DAY).isoformat()
YESTERDAY = (NOW - DAY).isoformat()
API_ONLY = {"browser": None}
# What has to say which version it saw says that any will do.
ANY = {"If-Match": "*"}


def give(amount: int | None = 500, **more: Any) -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: awards.give(
            scene["case"], scene["remedy"], amount_minor=amount, by=by, now=LATER
        ),
        "browser": (
            "/cases/{case.reference}/award",
            {"remedy": "{remedy.pk}", "amount-{remedy.pk}": f"{amount / 100:.2f}" if amount else ""},
        ),
        "api": ("cases/{case.reference}/awards/", {"remedy": "{remedy.code}", "amount_minor": amount}),
    } | more


def promise(due: str = TOMORROW, channel: str = "phone") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: promises.make(
            scene["case"], due_end=datetime.fromisoformat(due), channel=channel, by=by, now=LATER
        ),
        "browser": ("/cases/{case.reference}/promise", {"due": due, "channel": channel}),
        "api": ("cases/{case.reference}/promises/", {"due_end": due, "channel": channel}),
    }


def hand_off(reason: str = "Going home", to: str = "bob", version: int | None = None) -> dict[str, Any]:
    return {
        "domain": lambda house, scene, by: ownership.hand_off(
            scene["case"], to=again(getattr(house, to)), reason=reason, by=by, now=LATER, version=version
        ),
        "browser": (
            "/cases/{case.reference}/hand-off",
            {"to": f"{{house.{to}.pk}}", "reason": reason, "version": version or ""},
        ),
        "api": ("cases/{case.reference}/handoff/", {"to": f"{{house.{to}.pk}}", "reason": reason}),
        "headers": {"If-Match": f'"{version}"'} if version else {},
    }


def close(version: int | None = None) -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: closing.close(
            scene["case"], outcome="put_right", by=by, now=LATER, version=version
        ),
        "browser": ("/cases/{case.reference}/close", {"outcome": "put_right", "version": version or ""}),
        "api": ("cases/{case.reference}/close/", {"outcome": "put_right"}),
        "headers": {"If-Match": f'"{version}"'} if version else {},
    }


def reopen(reason: str = "Charged again") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: closing.reopen(scene["case"], reason=reason, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/reopen", {"reason": reason}),
        "api": ("cases/{case.reference}/reopen/", {"reason": reason}),
    }


def approve(amount: int | None = None) -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: approvals.approve(scene["approval"], amount_minor=amount, by=by, now=LATER),
        "browser": (
            "/approvals/{approval.pk}/approve",
            {"amount_minor": f"{amount / 100:.2f}" if amount else "", "version": "{approval.version}"},
        ),
        "api": ("approvals/{approval.pk}/approve/", {"amount_minor": amount} if amount else {}),
        "headers": ANY,
    }


def decline(reason: str = "Too much") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: approvals.decline(scene["approval"], reason=reason, by=by, now=LATER),
        "browser": ("/approvals/{approval.pk}/decline", {"reason": reason, "version": "{approval.version}"}),
        "api": ("approvals/{approval.pk}/decline/", {"reason": reason}),
    }


def counter(version: int | None = None) -> dict[str, Any]:
    """Another remedy, of the scene, instead."""
    return {
        "domain": lambda _, scene, by: offers.counter(
            scene["approval"], remedy=scene["instead"], version=version, by=by, now=LATER
        ),
        "browser": (
            "/approvals/{approval.pk}/counter",
            {"remedy": "{instead.pk}", "version": version or "{approval.version}"},
        ),
        "api": ("approvals/{approval.pk}/counter/", {"remedy": "{instead.code}"}),
        "headers": {"If-Match": f'"{version}"'} if version else ANY,
    }


def take() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: offers.take(scene["offer"], by=by, now=LATER),
        "browser": ("/offers/{offer.pk}/take", {"version": "{offer.version}"}),
        "api": ("offers/{offer.pk}/take/", {}),
        "headers": ANY,
    }


def leave() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: offers.leave(scene["offer"], by=by, now=LATER),
        "browser": ("/offers/{offer.pk}/leave", {"version": "{offer.version}"}),
        "api": ("offers/{offer.pk}/leave/", {}),
    }


def resubmit(note: str = "It was their wedding") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: resubmitting.resubmit(scene["approval"], note=note, by=by, now=LATER),
        "browser": ("/approvals/{approval.pk}/resubmit", {"note": note, "version": "{approval.version}"}),
        "api": ("approvals/{approval.pk}/resubmit/", {"note": note}),
    }


def reverse(reason: str = "By mistake") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: reversing.reverse(scene["award"], reason=reason, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/reverse", {"reason": reason}),
        "api": ("awards/{award.pk}/reverse/", {"reason": reason}),
    }


def deliver(proof: str = "") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: delivering.deliver(scene["award"], proof=proof, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/deliver", {"proof": proof}),
        "api": ("awards/{award.pk}/fulfill/", {"proof": proof}),
    }


def confirm(reference: str = "PAY-1") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: confirming.confirm(scene["payout"], reference=reference, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/paid", {"reference": reference}),
        "api": ("payouts/{payout.pk}/confirm/", {"reference": reference}),
    }


def fail(reason: str = "Account closed") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: confirming.fail(scene["payout"], reason=reason, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/not-paid", {"reason": reason}),
        "api": ("payouts/{payout.pk}/fail/", {"reason": reason}),
    }


def send_again() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: confirming.send_again(scene["payout"], by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/send-again", {}),
        "api": ("payouts/{payout.pk}/send-again/", {}),
    }


def add_pool(code: str = "winter") -> dict[str, Any]:
    return {
        "domain": lambda _, __, by: coupons.save_pool(None, code=code, name="Winter", low_at=5, by=by, now=LATER),
        "browser": ("/settings/coupons/new", {"code": code, "name": "Winter", "low_at": "5"}),
        "api": ("coupon-pools/", {"code": code, "name": "Winter", "low_at": 5}),
    }


def retire_pool(version: int | None = None) -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: coupons.save_pool(
            scene["pool"], active=False, version=version, by=by, now=LATER
        ),
        "browser": ("/settings/coupons/{pool.pk}", {"name": "Summer", "low_at": "20", "version": version or ""}),
    }


def fill_pool() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: coupons.fill(scene["pool"], [Line(1, "A-1")], by=by, now=LATER),
        "browser": ("/settings/coupons/{pool.pk}/codes", {"pasted": "A-1"}),
        "api": ("coupon-pools/{pool.code}/codes/", {"codes": [{"code": "A-1"}]}),
    }


def keep() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: promises.keep(scene["promise"], by=by, now=LATER),
        "browser": ("/cases/{case.reference}/promises/{promise.pk}/keep", {"reached": "customer"}),
        "api": ("promises/{promise.pk}/keep/", {"reached": "customer"}),
    }


def interim(due: str = TOMORROW) -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: promises.interim(
            scene["promise"], due_end=datetime.fromisoformat(due), by=by, now=LATER
        ),
        "browser": ("/cases/{case.reference}/promises/{promise.pk}/interim", {"due": due}),
        "api": ("promises/{promise.pk}/interim/", {"due_end": due}),
    }


def move(due: str = TOMORROW) -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: promises.move(
            scene["promise"], due_end=datetime.fromisoformat(due), agreed=True, by=by, now=LATER
        ),
        "browser": ("/cases/{case.reference}/promises/{promise.pk}/move", {"due": due, "agreed": "on"}),
        "api": ("promises/{promise.pk}/move/", {"due_end": due, "agreed": True}),
    }


def abandon(reason: str = "She wrote") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: promises.abandon(scene["promise"], reason=reason, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/promises/{promise.pk}/abandon", {"reason": reason}),
        "api": ("promises/{promise.pk}/abandon/", {"reason": reason}),
    }


def acknowledge(feeling: str = "angry") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: acknowledging.acknowledge_feelings(
            scene["case"], feeling=feeling, by=by, now=LATER
        ),
        "browser": ("/cases/{case.reference}/acknowledge", {"feeling": feeling}),
        "api": ("cases/{case.reference}/acknowledge/", {"feeling": feeling}),
    }


def set_cause() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: causes.set_cause(scene["case"], cause=scene["cause"], by=by, now=LATER),
        "api": ("cases/{case.reference}/cause/", {"cause": "{cause.pk}"}),
    }


def investigate() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: causes.open_investigation(
            scene["case"], question="Which till?", by=by, now=LATER
        ),
        "browser": ("/cases/{case.reference}/cause", {"question": "Which till?"}),
        "api": ("cases/{case.reference}/investigation/", {"question": "Which till?"}),
    }


def find(finding: str = "Till 4") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: causes.close_investigation(
            scene["investigation"], finding=finding, by=by, now=LATER
        ),
        "browser": ("/cases/{case.reference}/finding", {"finding": finding}),
        "api": ("cases/{case.reference}/investigation/finding/", {"finding": finding}),
    }
