"""States as complaints write them: their ISO 3166 codes, and the time zone that most of their people live in."""

from __future__ import annotations

from accounts.authority import Refused

# Each state and inhabited territory under the zone of most of its people. Where a state has two, the customer's own is
# to be asked; it is a beginning, and better than UTC.
ZONES = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
    "Pacific/Wake": "UM",
}
ZONE_OF = {f"US-{state}": zone for zone, states in ZONES.items() for state in states.split()}
# In free association with the United States, and countries of their own in ISO 3166.
COUNTRIES = {"FM": "Pacific/Pohnpei", "MH": "Pacific/Majuro", "PW": "Pacific/Palau"}
# Addresses of the armed forces, wherever they are.
FORCES = frozenset({"AA", "AE", "AP"})
WRITTEN_OUT = {"UNITED STATES MINOR OUTLYING ISLANDS": "UM"}


def jurisdiction_of(state: str) -> str:
    """The ISO 3166 code of a state's two letters; blank for a blank. Refused: ``invalid``."""
    if not state:
        return ""
    letters = WRITTEN_OUT.get(state.upper(), state.upper())
    if letters in FORCES:
        return "US"
    if letters in COUNTRIES:
        return letters
    if f"US-{letters}" not in ZONE_OF:
        raise Refused("invalid", f"“{state[:60]}” is not a state we know.", "state")
    return f"US-{letters}"


def zone_of(jurisdiction: str) -> str:
    """The IANA zone to begin with for a customer of this jurisdiction; UTC where it does not say."""
    return ZONE_OF.get(jurisdiction) or COUNTRIES.get(jurisdiction) or "UTC"
