"""The log is written once and never changed; words lie apart from it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings
from django.db import Error, connection, transaction

from accounts.authority import Refused
from cases.domain import conversation
from compensation.models import LedgerEntry
from journal.domain.log import Entry, record, record_many
from journal.enums import ActorKind, EventType
from journal.models import Event, Words
from tests.factories import NOW, House

WRITES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET {column} = 1",
    "truncate": "TRUNCATE {table} CASCADE",
}
COLUMN = {"journal_event": "subject_id", "compensation_ledgerentry": "amount_minor"}


@pytest.fixture
def written(house: House) -> House:
    house.usual_caps()
    house.give(house.heard_case(), 1500)
    assert Event.objects.exists()
    assert LedgerEntry.objects.exists()
    return house


def refused(statement: str) -> None:
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.practice("P12", "P19")
@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("write", ["update", "delete", "upsert"])
def test_a_row_of_the_log_or_the_ledger_cannot_be_changed_or_deleted(written: House, table: str, write: str) -> None:
    refused(WRITES[write].format(table=table, column=COLUMN[table]))


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("table", COLUMN)
def test_a_row_of_the_log_or_the_ledger_cannot_be_replaced(written: House, table: str) -> None:
    refused(WRITES["replace"].format(table=table))


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("table", COLUMN)
def test_the_application_cannot_empty_the_log_or_the_ledger(written: House, table: str) -> None:
    refused(WRITES["truncate"].format(table=table))


@pytest.mark.only("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("write", ["update", "delete", "truncate"])
def test_not_even_the_owner_of_the_tables_can(written: House, database: object, table: str, write: str) -> None:
    raw = psycopg2.connect(database.owner_url)  # type: ignore[attr-defined]
    with closing(raw), pytest.raises(psycopg2.IntegrityError, match="append-only"), raw.cursor() as cursor:
        cursor.execute(WRITES[write].format(table=table, column=COLUMN[table]))


@pytest.mark.only("sqlite")
@pytest.mark.django_db(transaction=True)
def test_not_even_a_program_that_opens_the_file_can(written: House) -> None:
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as raw:
        for write in ("update", "delete", "replace"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(WRITES[write].format(table="journal_event", column="subject_id"))


def test_words_can_be_erased_and_leave_the_log_whole(house: House) -> None:
    case = house.case()
    conversation.add_note(case, words="Her mother is ill", by=house.alice, now=NOW)
    before = list(Event.objects.order_by("id").values())
    assert "mother" in str(list(Words.objects.values_list("body", flat=True)))
    assert "mother" not in str(before)
    Words.objects.filter(event__case=case).delete()
    assert list(Event.objects.order_by("id").values()) == before
    assert not Words.objects.filter(event__case=case).exists()


def test_what_is_said_and_who_people_are_is_in_words_and_never_in_the_event(house: House) -> None:
    customer = house.customer("Zebediah Quark", emails=["zeb@quark.example"], phones=["+13035550199"])
    case = house.heard_case(customer, our_words="Lost the grand piano", customer_words="Where is my piano?")
    house.promise(case, what="Ring about the piano")
    house.usual_caps()
    house.give(case, 1500)
    told = str(list(Event.objects.values_list("type", "data", "channel")))
    for personal in ("Zebediah", "Quark", "zeb@", "3035550199", "piano"):
        assert personal not in told


def test_an_event_without_words_has_no_row_of_words(house: House) -> None:
    event = record(
        EventType.CASE_NOTED, subject=("case", 1), now=NOW, by=house.alice, words={"note": "", "other": None}
    )
    assert not Words.objects.filter(event=event).exists()


def test_who_acted_is_a_person_a_program_or_the_system(house: House) -> None:
    kinds = [
        record(EventType.CASE_NOTED, subject=("case", 1), now=NOW, by=who).actor_kind
        for who in (house.alice, house.crm, None)
    ]
    customer = record(EventType.CASE_NOTED, subject=("case", 1), now=NOW, actor_kind=ActorKind.CUSTOMER)
    assert [*kinds, customer.actor_kind] == ["person", "service", "system", "customer"]


def test_many_events_at_once_are_the_same_as_one_by_one(house: House) -> None:
    case = house.case()
    one = record(EventType.CASE_NOTED, subject=("case", case.pk), now=NOW, by=house.alice, words={"note": "Hello"})
    (many,) = record_many(
        [Entry(EventType.CASE_NOTED, ("case", case.pk), NOW, house.alice, words={"note": "Hello", "blank": ""})]
    )
    columns = [field.attname for field in Event._meta.concrete_fields if field.attname != "id"]
    assert Event.objects.values(*columns).get(pk=one.pk) == Event.objects.values(*columns).get(pk=many.pk)
    assert Words.objects.get(event=one).body == Words.objects.get(event=many).body == {"note": "Hello"}


@pytest.mark.django_db(transaction=True)
def test_an_event_is_written_in_the_transaction_of_what_it_tells() -> None:
    with pytest.raises(RuntimeError, match="in the transaction of its write"):
        record(EventType.CASE_NOTED, subject=("case", 1), now=NOW)
    with pytest.raises(RuntimeError, match="in the transaction of its write"):
        record_many([])


def test_a_refused_verb_leaves_no_event(house: House) -> None:
    case, _ = house.case(), house.remedy()
    before = Event.objects.count()
    with pytest.raises(Refused, match="First name how"):
        house.give(case, 100)
    assert Event.objects.count() == before
