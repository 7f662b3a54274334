"""How values look: money, times as people say them, names, buttons under a verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from accounts.authority import ALLOWED, refuse
from accounts.templatetags import recovery_ui as ui
from accounts.templatetags import times

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


def shown(source: str, **context: object) -> str:
    return Template("{% load recovery_ui %}" + source).render(Context({"now": NOW, **context}))


@pytest.mark.parametrize(
    ("minor", "currency", "full", "short"),
    [
        (1250, "USD", "$12.50", "$12.50"),
        (5000, "USD", "$50.00", "$50"),
        (1234567, "EUR", "€12,345.67", "€12,345.67"),
        (700, "JPY", "¥700", "¥700"),
        (1500, "KWD", "KWD1.500", "KWD1.500"),
        (None, "USD", "", ""),
    ],
)
def test_money_reads_as_money(minor: int | None, currency: str, full: str, short: str) -> None:
    assert ui.money(minor, currency).replace("\xa0", " ") == full
    assert ui.money_short(minor, currency).replace("\xa0", " ") == short


def test_the_browser_is_told_how_many_decimals_a_currency_has() -> None:
    assert shown("{{ 'USD'|decimals }} {{ 'JPY'|decimals }} {{ 'KWD'|decimals }}") == "2 0 3"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (-10, "just now"),
        (720, "in 12 min"),
        (690, "in 12 min"),
        (-420, "7 min ago"),
        (7800, "in 2 h 10 min"),
        (86400 * 3, "in 3 days"),
        (-86400, "1 day ago"),
    ],
)
def test_a_time_is_said_as_people_say_it(seconds: int, said: str) -> None:
    assert times.relative(NOW + timedelta(seconds=seconds), NOW) == said


def test_a_time_names_their_city_and_keeps_the_exact_time_of_both_on_hover() -> None:
    with timezone.override("America/New_York"):
        text = shown('{% when at "America/Denver" %}', at=NOW + timedelta(minutes=12))
        both = shown('{% when at "America/Denver" style="both" %}', at=NOW + timedelta(minutes=12))
    assert "in 12 min</span> · 09:12 in Denver" in text
    assert "Tue 10 Mar 2026, 09:12:00 MDT in Denver · Tue 11:12 EDT for you" in text
    assert "09:12 in Denver · 11:12 for you" in both


def test_a_time_in_ones_own_zone_names_no_city() -> None:
    with timezone.override("America/Denver"):
        assert "Denver" not in shown('{% when at "America/Denver" %}', at=NOW + timedelta(minutes=12))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "15:00"),
        (1, "tomorrow 15:00"),
        (-1, "yesterday 15:00"),
        (3, "Fri 15:00"),
        (-20, "18 Feb 15:00"),
        (-60, "9 Jan"),
    ],
)
def test_the_clock_says_only_as_much_of_the_date_as_is_needed(days: int, said: str) -> None:
    assert times.clock(NOW + timedelta(days=days), NOW, UTC) == said


def test_an_unknown_zone_falls_back_to_the_readers() -> None:
    assert "<time" in shown('{% when at "Mars/Olympus" %}', at=NOW)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Amara Okafor", "AO"), ("Madonna", "M"), ("", "?"), ("Dr. J. R. Ewing", "DE"), ("李 雷", "李雷")],
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_words_of_customers_are_escaped() -> None:
    assert "<script>" not in shown("{% chip 'open' label %}{% avatar label %}", label="<script>alert(1)</script>")


def test_a_button_that_may_be_used_submits() -> None:
    text = shown("{% act verdict 'Close it' icon='check' key='x' %}", verdict=ALLOWED)
    assert 'type="submit"' in text
    assert 'data-key="x"' in text


def test_a_button_that_may_not_be_used_stays_and_says_why() -> None:
    text = shown("{% act verdict 'Close it' %}", verdict=refuse("promise_open", "A promise is not kept yet."))
    assert 'aria-disabled="true"' in text
    assert 'type="submit"' not in text
    assert "A promise is not kept yet." in text
    described = text.split('aria-describedby="')[1].split('"')[0]
    assert f'id="{described}"' in text


def test_a_gauge_needs_no_inline_style() -> None:
    text = shown("{% gauge 'Today' 5000 20000 'USD' would=2500 %}")
    assert "style=" not in text
    assert 'class="used" width="25.0"' in text
    assert 'class="would" x="25.0" width="12.5"' in text
    assert "$150</b> left of $200" in " ".join(text.split())


def test_a_gauge_of_no_cap_at_all_is_empty() -> None:
    assert 'class="used" width="0' in shown("{% gauge 'Today' 0 0 'USD' %}")


def test_a_field_shows_its_error_beside_it_and_tells_screen_readers() -> None:
    class Sample(forms.Form):
        reason = forms.CharField(help_text="In a few words.")

    text = shown("{% field form.reason %}", form=Sample({"reason": ""}))
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_reason_help id_reason_error"' in text
    assert 'id="id_reason_error"' in text


def test_phones_are_read_in_groups() -> None:
    assert ui.phone("+13035550142") == "+1 303-555-0142"
    assert ui.phone("masked") == "masked"
