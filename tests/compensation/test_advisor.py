"""What a case calls for, by rules that are data: every kind of case against a table written out here a second time."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from cases.enums import KindOfAction, Severity
from compensation.domain.advising.facts import Facts, Given
from compensation.domain.advising.package import Package, State, package
from compensation.enums import AdviceEffect, Gives, RemedyKind
from compensation.models import AdviceRule
from compensation.queries.advice import advice_rules
from tests.factories import HOUR, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15")]

SORRY, ANEW = ("apology",), ("apology", "again_apology", "again_prevent")
BY_SEVERITY = {
    "low": (("low_either",), ()),
    "medium": (("medium_either",), ("apology_alone",)),
    "high": (("high_help", "high_make_up"), ("apology_alone",)),
}
BY_FAILURE = {
    "billing": ("fits_money",),
    "quote": ("fits_money",),
    "fee": ("fits_money",),
    "reinstatement": ("fits_service",),
    "cancellation": ("fits_service",),
    "delivery": ("fits_delivery",),
    "service": ("fits_service",),
    "information": ("fits_service",),
    "conduct": ("fits_attention",),
    "exception": (),
    "other": (),
}
ANSWERS = {
    "apology": {"apology"},
    "again_apology": {"apology"},
    "again_prevent": set(),
    "low_either": {"assistance", "monetary", "non_monetary"},
    "medium_either": {"assistance", "monetary", "non_monetary"},
    "high_help": {"assistance"},
    "high_make_up": {"monetary", "non_monetary"},
    "fits_money": {"money"},
    "fits_delivery": {"goods", "service"},
    "fits_service": {"service"},
    "fits_attention": {"attention"},
}


def rules() -> list[AdviceRule]:
    return list(advice_rules())


def had(
    kind: str = "apology", gives: str = "", worth: int = 0, *, after: timedelta = HOUR, stands: bool = True
) -> Given:
    return Given(code=kind, kind=kind, gives=gives, worth_minor=worth, at=NOW + after, stands=stands)


def states(wanted: Package) -> dict[str, str]:
    return {line.code: line.state for line in wanted.lines}


@pytest.mark.parametrize("severity", Severity.values)
@pytest.mark.parametrize("failed", KindOfAction.values)
@pytest.mark.parametrize("again", [False, True])
def test_every_kind_of_case_calls_for_what_the_table_says(severity: str, failed: str, again: bool) -> None:
    wanted = package(
        Facts(severity=severity, failed=frozenset({failed}), failed_again_at=NOW if again else None), rules()
    )
    both, _ = BY_SEVERITY[severity]
    assert [line.code for line in wanted.lines] == [*(ANEW if again else SORRY), *both, *BY_FAILURE[failed]]
    assert wanted.flags == ()
    for line in wanted.lines:
        assert line.kinds | line.gives == ANSWERS[line.code]
        assert line.state == State.OPEN
        assert line.reason
        assert line.source


@pytest.mark.parametrize("severity", Severity.values)
def test_an_apology_alone_is_warned_of_above_low_severity(severity: str) -> None:
    warned = BY_SEVERITY[severity][1]
    alone = package(Facts(severity=severity, given=(had(),)), rules())
    assert tuple(flag.code for flag in alone.flags) == warned
    more = package(Facts(severity=severity, given=(had(), had("assistance"))), rules())
    nothing = package(Facts(severity=severity), rules())
    waiting = package(Facts(severity=severity, given=(had(), had("monetary", stands=False))), rules())
    assert [more.flags, nothing.flags] == [(), ()]
    assert tuple(flag.code for flag in waiting.flags) == warned  # nothing has been given yet


def test_the_printed_table_says_the_same() -> None:
    printed = StringIO()
    call_command("advice_table", stdout=printed)
    rows = [
        line.split(" | ") for line in printed.getvalue().splitlines() if line.startswith(("| Low", "| Med", "| High"))
    ]
    kinds = {KindOfAction(value).label: value for value in KindOfAction.values}
    seen = set()
    for severity, failed, again, called, warned in rows:
        for kind in failed.split(", "):
            case = (severity.strip("| ").lower(), kinds[kind], again == "yes")
            assert case not in seen
            seen.add(case)
            both, alone = BY_SEVERITY[case[0]]
            codes = [*(ANEW if case[2] else SORRY), *both, *BY_FAILURE[case[1]]]
            assert [code.split("`")[1] for code in called.split("<br>")] == codes
            assert [code.split("`")[1] for code in warned.split("<br>")] == [*alone, "more_than_helps"]
    assert len(seen) == len(Severity.values) * len(KindOfAction.values) * 2


def test_the_page_of_advice_holds_the_table_as_it_is_printed() -> None:
    printed = StringIO()
    call_command("advice_table", stdout=printed)
    page = (settings.BASE_DIR / "docs" / "advice.md").read_text()
    assert printed.getvalue() in page, "docs/advice.md is stale: put in what `manage.py advice_table` prints"


def test_what_was_given_is_done_and_what_was_asked_for_waits() -> None:
    facts = Facts(
        severity="high",
        failed=frozenset({"fee"}),
        given=(had(gives="attention"), had("monetary", "money", stands=False)),
    )
    assert states(package(facts, rules())) == {
        "apology": "done",
        "high_help": "open",
        "high_make_up": "waiting",
        "fits_money": "waiting",
    }


def test_after_a_second_failure_only_what_came_after_it_counts() -> None:
    before = Facts(severity="low", failed_again_at=NOW, given=(had(after=-HOUR),))
    after = Facts(severity="low", failed_again_at=NOW, given=(had(after=-HOUR), had()), committed=True)
    assert states(package(before, rules())) == {
        "apology": "done",
        "again_apology": "open",
        "again_prevent": "open",
        "low_either": "open",
    }
    assert {state for code, state in states(package(after, rules())).items() if code != "low_either"} == {"done"}


def test_where_nobody_was_hurt_nothing_is_made_up_for() -> None:
    assert states(package(Facts(), rules())) == {"apology": "open"}


@pytest.mark.parametrize(("worth", "warned"), [(15000, False), (15001, True)])
def test_compensation_above_its_share_of_the_loss_is_warned_of(worth: int, warned: bool) -> None:
    facts = Facts(
        severity="low", loss_minor=10000, given=(had("monetary", "money", worth), had("assistance", worth=10**9))
    )
    wanted = package(facts, rules())
    assert wanted.most_minor == 15000
    assert [flag.code for flag in wanted.flags] == ["more_than_helps"] * warned


def test_without_a_known_loss_there_is_no_most() -> None:
    wanted = package(Facts(severity="low", given=(had("monetary", worth=10**9),)), rules())
    assert (wanted.most_minor, wanted.flags) == (None, ())


def test_in_words_what_is_still_called_for() -> None:
    assert package(Facts(severity="low"), rules()).words == "Apologize. Help, or make up for it."
    done = Facts(severity="low", given=(had(), had("assistance")))
    assert package(done, rules()).words == "Nothing more is called for."
    waits = Facts(severity="low", given=(had(), had("assistance", stands=False)))
    assert package(waits, rules()).words == "An answer is awaited; nothing else is called for."


some_facts = st.builds(
    Facts,
    severity=st.sampled_from(["", *Severity.values]),
    failed=st.frozensets(st.sampled_from(KindOfAction.values), max_size=3),
    loss_minor=st.none() | st.integers(1, 10**6),
    given=st.lists(
        st.builds(
            Given,
            code=st.just("x"),
            kind=st.sampled_from(RemedyKind.values),
            gives=st.sampled_from(Gives.values),
            worth_minor=st.integers(0, 10**6),
            at=st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]),
            stands=st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
    failed_again_at=st.none() | st.just(NOW),
    committed=st.booleans(),
)


@pytest.fixture(scope="module")
def every_rule(django_db_setup: None, django_db_blocker: Any) -> list[AdviceRule]:
    with django_db_blocker.unblock():
        return rules()


def test_switching_a_rule_off_takes_away_its_lines_and_no_others(every_rule: list[AdviceRule]) -> None:
    @given(facts=some_facts, off=st.sampled_from([rule.code for rule in every_rule]))
    def holds(facts: Facts, off: str) -> None:
        whole = package(facts, every_rule)
        rest = package(facts, [rule for rule in every_rule if rule.code != off])
        assert rest.lines == tuple(line for line in whole.lines if line.code != off)
        assert rest.flags == tuple(flag for flag in whole.flags if flag.code != off)
        assert (rest.most_minor is None) is (whole.most_minor is None or off == "more_than_helps")

    holds()


def test_an_apology_is_always_called_for(every_rule: list[AdviceRule]) -> None:
    @given(facts=some_facts)
    def holds(facts: Facts) -> None:
        (line,) = [line for line in package(facts, every_rule).lines if line.code == "apology"]
        sorry = [each.stands for each in facts.given if each.kind == RemedyKind.APOLOGY]
        assert line.state == ("done" if any(sorry) else "waiting" if sorry else "open")

    holds()


def test_a_rule_that_is_switched_off_says_nothing(every_rule: list[AdviceRule]) -> None:
    off = [AdviceRule(**{**_fields(rule), "active": False}) for rule in every_rule]
    assert package(Facts(severity="high", loss_minor=1, failed=frozenset({"fee"})), off).lines == ()


def _fields(rule: AdviceRule) -> dict[str, Any]:
    return {field.name: getattr(rule, field.name) for field in AdviceRule._meta.fields}


def test_every_effect_is_used_by_a_rule(every_rule: list[AdviceRule]) -> None:
    assert {rule.effect for rule in every_rule} == set(AdviceEffect.values)
