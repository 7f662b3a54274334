"""Answers that other systems took, from a file: streamed, once each, and a bad row never stops the others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.authority import Refused
from journal.models import Event
from outreach.domain import planning
from outreach.domain.surveys.files import Counts, Reject, import_answers
from outreach.enums import SignalFate
from outreach.models import Program, Signal, Survey
from tests.factories import NOW, House
from tests.outreach.conftest import Counted

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22")]

HEADER = "id,customer_external_id,answered_at,satisfaction,ease,words\n"


def taken(text: str | bytes, **given: Any) -> tuple[Counts, list[Reject]]:
    rejects: list[Reject] = []
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return import_answers(file, system="tool", now=NOW, on_reject=rejects.append, **given), rejects


@pytest.fixture
def dana(house: House) -> Any:
    return house.customer(jurisdiction="US-CO", external_ids=[("tool", "C-1")])


def test_an_answer_is_taken_once_and_leads_to_a_call(dana: Any) -> None:
    Program.objects.update(holdout_percent=0)
    text = HEADER + '7,C-1,2026-03-10T09:00:00-05:00,1,2,"Nobody\nlistened"\n'
    counts, rejects = taken(text)
    assert (str(counts), rejects) == ("created 1, unchanged 0, rejected 0", [])
    survey = Survey.objects.get()
    assert (survey.satisfaction, survey.ease, survey.words, survey.source) == (1, 2, "Nobody\nlistened", "file")
    assert (survey.external_system, survey.external_id, survey.customer) == ("tool", "7", dana)
    assert str(taken(text)[0]) == "created 0, unchanged 1, rejected 0"
    planning.plan(now=NOW)
    assert Signal.objects.get().fate == SignalFate.CALL_PLANNED
    assert Event.objects.filter(type="survey.answered", customer_id=dana.pk).count() == 1


def test_who_answered_is_said_in_any_of_four_ways(house: House, dana: Any) -> None:
    case = house.case(dana)
    email = dana.emails.get().address
    counts, rejects = taken(
        "Satisfaction;no\n".replace(";no", ",Answered at,Case,Customer,E-mail,email\n").replace("\n\n", "\n")
        + f"4,2026-03-01,{case.reference},,,\n"
        + f"3,2026-03-02,,{dana.pk},,\n"
        + f"5,2026-03-03 10:00,,,,{email}\n"
    )
    assert (str(counts), rejects) == ("created 3, unchanged 0, rejected 0", [])
    assert [each.case for each in Survey.objects.order_by("id")] == [case, None, None]


def test_rows_without_an_id_that_say_the_same_are_one(dana: Any) -> None:
    header = "customer_external_id,answered_at,satisfaction\n"
    assert str(taken(header + "C-1,2026-03-01,4\nC-1,2026-03-01,4\nC-1,2026-03-01,5\n")[0]).startswith("created 2")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1,C-2,2026-03-01,4,,", "customer_external_id: No customer is known by this id."),
        ("1,C-1,yesterday,4,,", "answered_at: “yesterday” is not a time"),
        ("1,C-1,2026-13-01,4,,", "answered_at: “2026-13-01” is not a time"),
        ("1,C-1,2027-03-01,4,,", "at: This time has not come yet."),
        ("1,C-1,2026-03-01,6,,", "satisfaction: A score is 1 (worst) to 5."),
        ("1,C-1,2026-03-01,-1,,", "satisfaction: A score is 1 (worst) to 5."),
        ("1,C-1,2026-03-01,,,", "satisfaction: Say how satisfied they are"),
        ("1,C-1,2026-03-01,4,good,", "ease: A score is 1 (worst) to 5."),
        ("1,,2026-03-01,4,,", "This row does not say who answered."),
        ("1,C-1,2026-03-01,4", "This row has 4 cells where the header has 6."),
        ("1,C-1,2026-03-01,4,,\udcff", "words: these are not characters of UTF-8."),
        ("1,C-1,2026-03-01,4,," + "x" * 5001, "words: This is longer than 5,000"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_taken(dana: Any, row: str, why: str) -> None:
    text = HEADER + row + "\n9,C-1,2026-03-02,5,,\n"
    counts, rejects = taken(text.encode("utf-8", "surrogateescape"))
    assert str(counts) == "created 1, unchanged 0, rejected 1"
    assert rejects[0].line == 2
    assert rejects[0].reason.startswith(why)


@pytest.mark.parametrize("header", ["", "id,words\n", "satisfaction,answered_at\n", '"satisfaction\n'])
def test_a_file_that_does_not_say_enough_is_refused_whole(db: None, header: str) -> None:
    with pytest.raises(Refused) as refused:
        taken(header)
    assert refused.value.code == "unknown_header"


def test_the_answers_of_history_are_kept_and_never_called_about(house: House) -> None:
    case = house.historical_case()
    taken(f"case,answered_at,satisfaction\n{case.reference},2026-03-01,1\n")
    assert Signal.objects.get().fate == SignalFate.HISTORICAL


def test_a_batch_takes_as_many_statements_as_one_row(dana: Any, queries_of: Counted) -> None:
    rows = [f"{n},C-1,2026-03-01,4,,\n" for n in range(31)]
    one = queries_of(lambda: taken(HEADER + rows[0]))
    # SQLite takes some thirty rows of this width to a statement.
    assert queries_of(lambda: taken(HEADER + "".join(rows[1:]))) == one


def test_the_command_says_what_became_of_the_rows(
    dana: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(HEADER + "7,C-1,2026-03-01,4,,\n8,C-9,2026-03-01,4,,\n")
    rejects = tmp_path / "rejects.csv"
    call_command("import_surveys", str(file), system="tool", rejects=rejects, verbosity=0)
    assert capsys.readouterr().out.splitlines()[-1] == "created 1, unchanged 0, rejected 1"
    assert "2,3,customer_external_id: No customer is known by this id." in rejects.read_text()
    with pytest.raises(CommandError):
        call_command("import_surveys", str(tmp_path / "nowhere.csv"), system="tool")
    with pytest.raises(CommandError):
        call_command("import_surveys", str(file), system="a b", rejects=rejects, verbosity=0)


def upload(user: Any, text: str) -> Any:
    client = Client()
    client.force_login(user)
    file = SimpleUploadedFile("scores.csv", text.encode())
    return client.post(reverse("setting-survey-scores"), {"file": file, "system": "tool"})


def test_an_administrator_sends_a_file_and_sees_what_was_not_taken(house: House, dana: Any) -> None:
    shown = upload(house.ada, HEADER + "7,C-1,2026-03-01,4,,\n8,C-9,2026-03-01,4,,\n").content.decode()
    assert "1 answer taken." in shown
    assert "Line 3: customer_external_id: No customer is known by this id." in shown
    assert Survey.objects.get().received_from == house.ada


def test_a_file_of_something_else_is_refused_at_its_field(house: House) -> None:
    answer = upload(house.ada, "%PDF-1.4")
    assert answer.status_code == 422
    assert "The first line names the columns" in answer.content.decode()
    assert upload(house.alice, HEADER).status_code == 422
