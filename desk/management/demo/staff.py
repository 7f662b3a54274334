"""Northwind: its units, its teams and the people in them."""

from __future__ import annotations

from datetime import datetime, time

from django.db.models import Count

from accounts.domain.staffing import add_team, add_unit, add_user
from accounts.enums import Role
from accounts.models import BusinessUnit
from desk.management.demo.stage import Cast

PASSWORD = "demo-recovery"  # noqa: S105 - printed on purpose; the demo is refused outside the embedded mode
# The four whom the program names at its start.
SIGN_INS = ("maya", "omar", "ines", "admin")

# key, code, name, currency, zone, from which hour to which, up to which weekday (4 is Friday), whose holidays it keeps
UNITS = [
    ("cards", "northwind-cards", "Northwind Bank Cards", "USD", "America/Denver", 7, 20, 5, "US"),
    ("air", "northwind-air", "Northwind Air", "GBP", "Europe/London", 6, 22, 6, ""),
    ("home", "northwind-home", "Northwind Home", "EUR", "Europe/Berlin", 8, 18, 4, "DE-BE"),
    ("japan", "northwind-air-japan", "Northwind Air Japan", "JPY", "Asia/Tokyo", 8, 20, 4, "JP"),
]
# user name, name, role, team, zone, whose public holidays they have, in the call group
PEOPLE = [
    ("maya", "Maya Thornquist", Role.REP, "Northwind Care", "America/Denver", "US-CO", True),
    ("omar", "Omar Haddad", Role.REP, "Northwind Care", "Europe/London", "GB-ENG", True),
    ("ines", "Inês Carvalho", Role.SUPERVISOR, "Northwind Care", "Europe/Lisbon", "PT", False),
    ("lena", "Lena Brandt", Role.REP, "Escalations", "Europe/Berlin", "DE-BE", True),
    ("tomas", "Tomás Rey", Role.REP, "Northwind Care", "America/New_York", "US-NY", False),
    ("petra", "Petra Novák", Role.REP, "Northwind Care", "Europe/Prague", "CZ", False),
    ("arun", "Arun Mehta", Role.SUPERVISOR, "Escalations", "Asia/Kolkata", "IN-KA", False),
    ("hedda", "Hedda Lundqvist", Role.SUPERVISOR, "Northwind Care", "Europe/Oslo", "NO", False),
]
# Away and gone, so nobody is to try them.
CANNOT_SIGN_IN = ("tomas", "petra", "hedda")
# Of the real complaints, these many companies (those with most of them) are also the first team's to look after.
COMPANIES_IN_CARE = 6


def hire(cast: Cast, *, now: datetime) -> None:
    """Add units, teams, people, the administrator and the accounts that other programs sign in with."""
    for key, code, name, currency, zone, opens, closes, last_day, region in UNITS:
        cast.units[key] = add_unit(
            code=code,
            name=name,
            currency=currency,
            time_zone=zone,
            opens=time(opens),
            closes=time(closes),
            weekdays=list(range(last_day + 1)),
            holiday_region=region,
            now=now,
        )
    own = list(cast.units.values())
    companies = BusinessUnit.objects.exclude(pk__in=[unit.pk for unit in own])
    largest = companies.annotate(count=Count("cases")).order_by("-count", "id")[:COMPANIES_IN_CARE]
    teams = {
        "Northwind Care": add_team(name="Northwind Care", units=[*own, *largest], now=now),
        "Escalations": add_team(name="Escalations", units=[*own, *companies], now=now),
    }
    for username, name, role, team, zone, region, calls in PEOPLE:
        cast.staff[username] = add_user(
            username=username,
            name=name,
            email=f"{username}@example.org",
            role=role,
            team=teams[team],
            time_zone=zone,
            holiday_region=region,
            takes_calls=calls,
            password=None if username in CANNOT_SIGN_IN else PASSWORD,
            now=now,
        )
    cast.staff["admin"] = add_user(
        username="admin",
        name="Alex Admin",
        email="admin@example.org",
        role=Role.ADMIN,
        is_staff=True,
        is_superuser=True,
        password=PASSWORD,
        now=now,
    )
    for username, name in (("crm", "Northwind CRM"), ("billing", "Northwind Billing")):
        cast.staff[username] = add_user(
            username=username, name=name, role=Role.REP, team=teams["Northwind Care"], is_service=True, now=now
        )
