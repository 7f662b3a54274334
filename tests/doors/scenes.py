"""Every refusal of the main path: how it comes about, who tries, and what they try at each door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.enums import Role
from accounts.models import User
from cases.domain import acknowledging, causes, closing, ownership, promises
from compensation.domain import approvals, awards, catalog
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away

Scene = dict[str, Any]
LATER = NOW + MINUTE
TOMORROW = (NOW + DAY).isoformat()
YESTERDAY = (NOW - DAY).isoformat()


@dataclass(frozen=True)
class Refusal:
    """``browser`` and ``api`` are an address and a body, with the things of the scene in braces.

    ``domain`` is the same try without a door. A blank door is one that cannot be asked for this.
    """

    code: str
    what: str
    by: str
    scene: Callable[[House], Scene]
    domain: Callable[[House, Scene, User], Any]
    browser: tuple[str, dict[str, Any]] | None = None
    api: tuple[str, dict[str, Any]] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.by} {self.what}"


# Scenes ---------------------------------------------------------------------------------------------------------------


def live(house: House) -> Scene:
    """A case of Alice's whose customer was heard; caps and catalog as usual."""
    house.usual_caps()
    return {"case": house.heard_case(), "remedy": house.remedy(), "bob": house.bob}


def unheard(house: House) -> Scene:
    return live(house) | {"case": house.case()}


def closed(house: House) -> Scene:
    return live(house) | {"case": house.closed_case()}


def historical(house: House) -> Scene:
    return live(house) | {"case": house.historical_case()}


def no_calls(house: House) -> Scene:
    return live(house) | {"case": house.case(house.customer(do_not_call=True))}


def promised(house: House) -> Scene:
    scene = live(house)
    return scene | {"promise": house.promise(scene["case"])}


def kept(house: House) -> Scene:
    scene = promised(house)
    promises.keep(scene["promise"], by=house.alice, now=NOW)
    return scene


def with_cause(house: House, scene: Scene) -> Scene:
    causes.set_cause(scene["case"], cause=house.cause(), by=house.alice, now=NOW)
    return scene


def promised_with_cause(house: House) -> Scene:
    return with_cause(house, promised(house))


def undelivered_with_cause(house: House) -> Scene:
    scene = live(house)
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=2)
    awards.give(scene["case"], parcel, by=house.alice, now=NOW)
    return with_cause(house, scene)


def asked(house: House) -> Scene:
    scene = live(house)
    return scene | {"approval": house.asked(scene["case"], 3000)}


def asked_with_cause(house: House) -> Scene:
    return with_cause(house, asked(house))


def asked_by_sue(house: House) -> Scene:
    scene = live(house)
    house.caps(house.sam, award=50000)
    return scene | {"approval": house.asked(scene["case"], 25000, by=house.sue)}


def asked_and_alice_was_promoted(house: House) -> Scene:
    scene = asked(house)
    User.objects.filter(pk=house.alice.pk).update(role=Role.SUPERVISOR)
    return scene


def asked_more_than_sue_may(house: House) -> Scene:
    scene = asked(house)
    house.caps(house.sue, award=2999)
    return scene


def answered(house: House) -> Scene:
    scene = asked(house)
    approvals.approve(scene["approval"], by=house.sam, now=NOW)
    return scene


def asked_long_ago(house: House) -> Scene:
    scene = live(house)
    return scene | {"approval": house.asked(scene["case"], 3000, now=NOW - 49 * HOUR)}


def given(house: House) -> Scene:
    scene = live(house)
    return scene | {"award": house.give(scene["case"], 500)}


def reversed_(house: House) -> Scene:
    scene = given(house)
    awards.reverse(scene["award"], reason="Twice", by=house.alice, now=NOW)
    return scene


def apologized(house: House) -> Scene:
    scene = live(house)
    sorry = house.remedy("sorry", kind="apology", cost_minor=0)
    return scene | {"award": awards.give(scene["case"], sorry, by=house.alice, now=NOW)}


def bob_is_away(house: House) -> Scene:
    scene = live(house)
    away(house.bob)
    return scene


def bob_owns(house: House) -> Scene:
    scene = live(house)
    ownership.hand_off(scene["case"], to=house.bob, reason="He knows her", by=house.alice, now=NOW)
    return scene


def investigated(house: House) -> Scene:
    scene = live(house)
    question = causes.open_investigation(scene["case"], question="Which till?", by=house.alice, now=NOW)
    return scene | {"investigation": question}


def retired_cause(house: House) -> Scene:
    cause = house.cause()
    causes.change_cause(cause, name=cause.name, active=False, version=1, by=house.ada, now=NOW)
    return live(house) | {"cause": again(cause)}


def fixed(house: House) -> Scene:
    return live(house) | {"remedy": house.remedy("hamper", cost_minor=500)}


def retired_remedy(house: House) -> Scene:
    return live(house) | {"remedy": catalog.save_remedy(house.remedy(), by=house.ada, now=NOW, active=False)}


# Tries ----------------------------------------------------------------------------------------------------------------


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
        "browser": ("/approvals/{approval.pk}/approve", {"amount_minor": f"{amount / 100:.2f}" if amount else ""}),
        "api": ("approvals/{approval.pk}/approve/", {"amount_minor": amount} if amount else {}),
    }


def decline(reason: str = "Too much") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: approvals.decline(scene["approval"], reason=reason, by=by, now=LATER),
        "browser": ("/approvals/{approval.pk}/decline", {"reason": reason}),
        "api": ("approvals/{approval.pk}/decline/", {"reason": reason}),
    }


def reverse(reason: str = "By mistake") -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: awards.reverse(scene["award"], reason=reason, by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/reverse", {"reason": reason}),
        "api": ("awards/{award.pk}/reverse/", {"reason": reason}),
    }


def deliver() -> dict[str, Any]:
    return {
        "domain": lambda _, scene, by: awards.deliver(scene["award"], by=by, now=LATER),
        "browser": ("/cases/{case.reference}/awards/{award.pk}/deliver", {}),
        "api": ("awards/{award.pk}/fulfill/", {}),
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


def refusal(code: str, what: str, by: str, scene: Callable[[House], Scene], tried: dict[str, Any]) -> Refusal:
    return Refusal(code, what, by, scene, **tried)


API_ONLY = {"browser": None}

REFUSALS = [
    # Feelings before solutions
    refusal("feelings_first", "gives a remedy before a feeling was named", "alice", unheard, give()),
    refusal("invalid", "names a feeling that is none", "alice", live, acknowledge("hungry")),
    # Remedies
    refusal("beyond_every_cap", "gives more than anybody may approve", "alice", live, give(10_000_000)),
    refusal("not_an_amount", "gives no amount", "alice", live, give(None)),
    refusal("amount_fixed", "gives another amount than the catalog's", "alice", fixed, give(700, **API_ONLY)),
    refusal("remedy_retired", "gives what is no longer in the catalog", "alice", retired_remedy, give()),
    refusal("rep_needed", "works on a case", "ada", live, give()),
    refusal("case_closed", "gives on a closed case", "alice", closed, give()),
    refusal("historical_case", "gives on history", "alice", historical, give()),
    refusal("out_of_reach", "gives on a stranger's case", "charlie", live, give()),
    refusal("not_yours", "takes back what Alice gave", "bob", given, reverse()),
    refusal("reason_needed", "takes back without a reason", "alice", given, reverse(" ")),
    refusal("wrong_state", "takes back twice", "alice", reversed_, reverse()),
    refusal("apology_stands", "takes back an apology", "alice", apologized, reverse()),
    refusal("wrong_state", "delivers what was delivered", "alice", given, deliver()),
    refusal("out_of_reach", "takes back a stranger's", "charlie", given, reverse()),
    # Approvals
    refusal("own_approval", "approves her own", "sue", asked_by_sue, approve()),
    refusal("own_approval", "declines her own", "sue", asked_by_sue, decline()),
    refusal(
        "own_approval", "approves her own since she was promoted", "alice", asked_and_alice_was_promoted, approve()
    ),
    refusal("supervisor_needed", "approves", "bob", asked, approve()),
    refusal("supervisor_needed", "declines", "bob", asked, decline()),
    refusal("over_your_cap", "approves above her own cap", "sue", asked_more_than_sue_may, approve()),
    refusal("reason_needed", "declines without a reason", "sue", asked, decline("")),
    refusal("wrong_state", "approves what was answered", "sue", answered, approve()),
    refusal("wrong_state", "declines what was answered", "sue", answered, decline()),
    refusal("approval_expired", "approves too late", "sue", asked_long_ago, approve()),
    refusal("not_an_amount", "approves more than was asked", "sue", asked, approve(3001)),
    refusal("out_of_reach", "approves a stranger's", "charlie", asked, approve()),
    # Handing off
    refusal("reason_needed", "hands off without a reason", "alice", live, hand_off("")),
    refusal("owner_not_available", "hands off to somebody who is away", "alice", bob_is_away, hand_off()),
    refusal("same_owner", "hands off to whoever has it", "alice", live, hand_off(to="alice")),
    refusal("not_yours", "hands off Alice's case", "bob", live, hand_off(to="sam")),
    refusal("changed_meanwhile", "hands off what changed", "alice", live, hand_off(version=1)),
    refusal("case_closed", "hands off a closed case", "alice", closed, hand_off()),
    refusal("historical_case", "hands off history", "sue", historical, hand_off()),
    refusal("out_of_reach", "hands off a stranger's case", "charlie", live, hand_off()),
    # Closing and reopening
    refusal("cause_needed", "closes without a cause", "alice", live, close()),
    refusal("promise_open", "closes with a promise open", "alice", promised_with_cause, close()),
    refusal("delivery_open", "closes with a delivery owed", "alice", undelivered_with_cause, close()),
    refusal("approval_open", "closes with an approval waiting", "alice", asked_with_cause, close()),
    refusal("not_yours", "closes Bob's case", "alice", bob_owns, close()),
    refusal("changed_meanwhile", "closes what changed", "alice", live, close(version=1)),
    refusal("case_closed", "closes twice", "alice", closed, close()),
    refusal("historical_case", "closes history", "sue", historical, close()),
    refusal("person_needed", "closes as a program", "crm", live, close()),
    refusal("out_of_reach", "closes a stranger's case", "charlie", live, close()),
    refusal("not_yours", "reopens Alice's case", "bob", closed, reopen()),
    refusal("reason_needed", "reopens without a reason", "alice", closed, reopen("")),
    refusal("wrong_state", "reopens an open case", "alice", live, reopen()),
    refusal("historical_case", "reopens history", "sue", historical, reopen()),
    refusal("out_of_reach", "reopens a stranger's case", "charlie", closed, reopen()),
    # Causes
    refusal("cause_retired", "finds a cause that is retired", "alice", retired_cause, set_cause()),
    refusal("already_open", "investigates twice", "alice", investigated, investigate()),
    refusal("words_needed", "finds nothing", "alice", investigated, find(" ")),
    refusal("not_yours", "answers Alice's question", "bob", investigated, find()),
    refusal("case_closed", "investigates a closed case", "alice", closed, investigate()),
    # Promises
    refusal("due_in_past", "promises for yesterday", "alice", live, promise(YESTERDAY)),
    refusal("do_not_call", "promises a call to who wants none", "alice", no_calls, promise()),
    refusal("case_closed", "promises on a closed case", "alice", closed, promise()),
    refusal("historical_case", "promises on history", "alice", historical, promise()),
    refusal("rep_needed", "promises as administrator", "ada", live, promise()),
    refusal("out_of_reach", "promises on a stranger's case", "charlie", live, promise()),
    refusal("due_in_past", "is still working on it until yesterday", "alice", promised, interim(YESTERDAY)),
    refusal("due_in_past", "moves a promise to yesterday", "alice", promised, move(YESTERDAY)),
    refusal("wrong_state", "keeps a promise twice", "alice", kept, keep()),
    refusal("wrong_state", "moves a kept promise", "alice", kept, move()),
    refusal("wrong_state", "is still working on what is done", "alice", kept, interim()),
    refusal("not_yours", "gives up Alice's promise", "bob", promised, abandon()),
    refusal("reason_needed", "gives up without a reason", "alice", promised, abandon("")),
    refusal("out_of_reach", "keeps a stranger's promise", "charlie", promised, keep()),
    # Feelings on what is done with
    refusal("case_closed", "acknowledges on a closed case", "alice", closed, acknowledge()),
    refusal("historical_case", "acknowledges on history", "alice", historical, acknowledge()),
]
