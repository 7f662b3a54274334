"""Twilio: the rep's own phone rings first, then the customer's; what becomes of either is told by signed callbacks.

`POST Calls.json` rings the rep; the TwiML sent with it dials the customer as a call of its own, a child of the rep's.
Callbacks are signed as https://www.twilio.com/docs/usage/security describes: HMAC-SHA1 under the account's token, over
the address and the parameters in order of their names. When callbacks stay away the call is read by REST. Written and
tested against exchanges as Twilio documents them, and its published example of a signature; not against the service.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import requests
from urllib3.exceptions import NewConnectionError, SSLError

from outreach.domain.dialing.causes import by_sip
from outreach.domain.dialing.port import Heard, Unreachable, Unsure
from outreach.enums import DialStatus

TIMEOUTS = (3.05, 10.0)  # seconds
# So long the rep's own phone rings.
OWN_PHONE_SECONDS = 30
# Of these nothing has come in; of others that depends on what is behind them.
NOT_SENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)
RINGING: dict[str, DialStatus] = {
    "ringing": DialStatus.RINGING,
    "in-progress": DialStatus.ANSWERED,
    "answered": DialStatus.ANSWERED,
}
ENDED: dict[str, DialStatus] = {
    "busy": DialStatus.BUSY,
    "no-answer": DialStatus.NO_ANSWER,
    "failed": DialStatus.FAILED,
    "canceled": DialStatus.CANCELED,
    "completed": DialStatus.ANSWERED,
}


@dataclass(frozen=True)
class Account:
    """An account at Twilio. ``number`` is ours, which both sides see; ``callbacks`` the address where it tells us."""

    sid: str
    token: str = field(repr=False)
    number: str
    callbacks: str
    api: str = "https://api.twilio.com"


def signature(token: str, address: str, parameters: Mapping[str, Sequence[str]]) -> str:
    """What `X-Twilio-Signature` has to be: each parameter's name with each of its different values, in order."""
    said = address + "".join(f"{name}{value}" for name in sorted(parameters) for value in sorted(set(parameters[name])))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), "sha1").digest()).decode()


def is_signed(token: str, address: str, parameters: Mapping[str, Sequence[str]], given: str) -> bool:
    """Whether a callback comes from who knows the account's token."""
    return bool(given) and hmac.compare_digest(
        signature(token, address, parameters).encode(), given.encode("utf-8", "replace")
    )


def callback_address(account: Account, attempt: str) -> str:
    """Where the callbacks of one attempt go."""
    return f"{account.callbacks}?attempt={quote(attempt, safe='')}"


def told(parameters: Mapping[str, str]) -> Heard | None:
    """What a callback says; None when it says nothing that matters. One about the rep's own phone only matters if it fails.

    ``ParentCallSid`` is there for the customer's call and not for the rep's, by whose id the whole is known.
    """
    call, status = parameters.get("CallSid", ""), parameters.get("CallStatus", "")
    parent = parameters.get("ParentCallSid", "")
    key = f"{call}:{parameters.get('AnsweredBy') or status}"[:80]
    if not parent:
        return _of_own_phone(call, status, key)
    if parameters.get("AnsweredBy", "").startswith(("machine", "fax")):
        return Heard(DialStatus.MACHINE, key, parameters["AnsweredBy"][:80], parent)
    return _of_customer(status, parameters.get("SipResponseCode", ""), key, parent)


def _of_customer(status: str, sip: str, key: str, parent: str) -> Heard | None:
    if status in RINGING:
        return Heard(RINGING[status], key, ref=parent)
    ended = ENDED.get(status)
    if ended is None:
        return None
    code = int(sip) if sip.isascii() and sip.isdigit() and len(sip) == 3 else 0
    if code >= 400 and ended in (DialStatus.BUSY, DialStatus.FAILED):
        # Twilio calls a declined call busy, and a number that nobody has a failed one.
        ended = by_sip(code, rung=False)
    return Heard(ended, key, f"SIP {code}" if code else "", parent, ended=True)


def _of_own_phone(call: str, status: str, key: str) -> Heard | None:
    """It matters only while the customer's call was not made: afterwards that tells of itself."""
    if status in ("busy", "no-answer", "failed", "canceled"):
        return Heard(DialStatus.CANCELED, key, "own phone", call, ended=True)
    return None


class Twilio:
    """Rings through one account. ``rep_endpoint`` is the rep's own phone number."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def start(self, attempt: str, rep_endpoint: str, to: str, ring_timeout: int) -> TwilioLine:
        here = callback_address(self.account, attempt)
        answer = self.request(
            "POST",
            "Calls.json",
            {
                "From": self.account.number,
                "To": rep_endpoint,
                "Timeout": str(OWN_PHONE_SECONDS),
                "Twiml": twiml(self.account.number, to, ring_timeout, here),
                "StatusCallback": here,
                "StatusCallbackEvent": ["completed"],
                "StatusCallbackMethod": "POST",
            },
        )
        sid = answer.get("sid")
        if not isinstance(sid, str) or not sid:
            raise Unsure("NotTwilio")
        return TwilioLine(self, sid)

    def resume(self, attempt: str, rep_endpoint: str, to: str, ref: str) -> TwilioLine | None:
        """Read what the callbacks should have told. Without a ``ref`` we never heard that it took the call."""
        if not ref:
            return None
        line = TwilioLine(self, ref)
        children = self.request("GET", f"Calls.json?ParentCallSid={quote(ref, safe='')}").get("calls") or []
        if children:
            status = str(children[0].get("status", ""))
            heard = _of_customer(status, "", f"read:{status}", ref)
        else:
            status = str(self.request("GET", f"Calls/{quote(ref, safe='')}.json").get("status", ""))
            # Laid down before the customer was called.
            heard = _of_own_phone(ref, "canceled" if status == "completed" else status, f"read:{status}"[:80])
        line.heard += [heard] if heard else []
        return line

    def probe(self) -> None:
        """Whether the account answers. Raises ``Unreachable``."""
        self.request("GET", "")

    def request(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask for something. Raises ``Unreachable`` when it was not done, ``Unsure`` when it may have been."""
        base = f"{self.account.api}/2010-04-01/Accounts/{quote(self.account.sid, safe='')}"
        try:
            answer = requests.request(
                method,
                f"{base}/{path}" if path else f"{base}.json",
                data=data,
                auth=(self.account.sid, self.account.token),
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
            if answer.status_code >= 500:
                # It failed at something, or something before it did: what of it was done, nobody says.
                raise Unsure(f"HTTP {answer.status_code}")
            if answer.status_code >= 300:
                raise Unreachable(f"HTTP {answer.status_code}")
            body = answer.json()
        except requests.RequestException as problem:
            # Its text names the address with the account; its kind says enough.
            raise (Unreachable if _not_sent(problem) else Unsure)(type(problem).__name__) from problem
        return body if isinstance(body, dict) else {}


def _not_sent(problem: requests.RequestException) -> bool:
    """Whether it failed before anything was sent: nobody was there, or nobody whom we trust. All else may have come in."""
    if isinstance(problem, NOT_SENT):
        return True
    why = getattr(problem.args[0], "reason", None) if problem.args else None
    return isinstance(why, NewConnectionError) or (
        isinstance(why, SSLError) and isinstance(why.args[0], SSLCertVerificationError)
    )


class TwilioLine:
    """A call that Twilio follows for us."""

    told_by_callback = True

    def __init__(self, twilio: Twilio, sid: str) -> None:
        self.twilio, self.ref = twilio, sid
        self.heard: list[Heard] = []

    def hear(self, seconds: float) -> Sequence[Heard]:
        heard, self.heard = self.heard, []
        return heard

    def hang_up(self) -> None:
        with contextlib.suppress(Unreachable):
            self.twilio.request("POST", f"Calls/{quote(self.ref, safe='')}.json", {"Status": "completed"})

    def close(self) -> None:
        """Nothing is held open."""


def twiml(number: str, to: str, ring_timeout: int, callbacks: str) -> str:
    """What Twilio is to do once the rep has picked up: dial the customer, ring for so many seconds, tell us of it."""
    return (
        f"<Response><Dial callerId={quoteattr(number)} timeout={quoteattr(str(ring_timeout))}>"
        f'<Number statusCallback={quoteattr(callbacks)} statusCallbackEvent="initiated ringing answered completed" '
        f'statusCallbackMethod="POST">{escape(to)}</Number></Dial></Response>'
    )
