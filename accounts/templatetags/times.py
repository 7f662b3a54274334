"""Times as people say them: how far off, at which hour, and in whose city. Aware times in, words out."""

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone


def zone_of(name: object) -> tzinfo:
    if not name:
        return timezone.get_current_timezone()
    if isinstance(name, tzinfo):
        return name
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.get_current_timezone()


def city(zone: object) -> str:
    """America/Denver is said Denver; UTC is UTC."""
    return str(zone or "UTC").rsplit("/", 1)[-1].replace("_", " ")


def duration(seconds: float | timedelta | None) -> str:
    """48 s, 3 min, 2 h 10 min, 4 days: two parts at most."""
    if seconds is None:
        return ""
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    total = abs(total)
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min"
    if total < 86400:
        hours, minutes = total // 3600, total % 3600 // 60
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    days = total // 86400
    return "1 day" if days == 1 else f"{days} days"


def relative(moment: datetime, now: datetime) -> str:
    """in 12 min, 3 h ago, now. The script countdown.js follows the same rule."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 45:
        return "now" if seconds >= 0 else "just now"
    # a person says "in 12 min" from 11:30 on, not "in 11 min"
    rounded = abs(seconds) + (30 if abs(seconds) < 3600 else 0)
    words = duration(max(rounded, 60))
    return f"in {words}" if seconds > 0 else f"{words} ago"


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """15:40 today, tomorrow 09:00, Tue 09:00 within the week, 27 Nov this year, 27 Nov 2024 before."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    hour = f"{local:%H:%M}"
    if days == 0:
        return hour
    if days in (1, -1):
        return f"{'tomorrow' if days == 1 else 'yesterday'} {hour}"
    if 0 < days < 7:
        return f"{local:%a} {hour}"
    if local.year == today.year:
        return f"{local.day} {local:%b} {hour}" if abs(days) < 30 else f"{local.day} {local:%b}"
    return f"{local.day} {local:%b %Y}"


def exactly(moment: datetime, zone: object) -> str:
    """What hovering shows: the exact time there, and here when here is elsewhere."""
    here, there = timezone.get_current_timezone(), zone_of(zone)
    said = f"{moment.astimezone(there):%a %-d %b %Y, %H:%M:%S %Z}"
    if there.utcoffset(moment) != here.utcoffset(moment):
        return f"{said} in {city(zone)} · {moment.astimezone(here):%a %H:%M %Z} for you"
    return said
