"""The ledger and the versions of the catalog only grow: raw SQL by the application's own role changes nothing in them."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from compensation.models import LedgerEntry, RemedyVersion
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]

TABLES = {
    "compensation_ledgerentry": (LedgerEntry, "amount_minor"),
    "compensation_remedyversion": (RemedyVersion, "version"),
}
WRITES = {
    "update": "UPDATE {table} SET {column} = {column} + 1",
    "update of nothing new": "UPDATE {table} SET {column} = {column}",
    "update of one": "UPDATE {table} SET {column} = 1 WHERE id = (SELECT MIN(id) FROM {table})",
    "delete": "DELETE FROM {table}",
    "delete of one": "DELETE FROM {table} WHERE id = (SELECT MIN(id) FROM {table})",
}
ONLY_SQLITE = {
    "insert or replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "replace": "REPLACE INTO {table} SELECT * FROM {table}",
    "update or replace": "UPDATE OR REPLACE {table} SET {column} = {column} + 1",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET {column} = 9",
}
ONLY_POSTGRESQL = {
    "truncate": "TRUNCATE {table} CASCADE",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} = 9",
    "copy over": "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET {column} = 9",
    "merge away": "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "lift the trigger": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "drop the trigger": "DROP TRIGGER {table}_no_change ON {table}",
    "play the replica": "SET session_replication_role = replica",
    "drop the table": "DROP TABLE {table} CASCADE",
}


@pytest.fixture(autouse=True)
def rows(house: House) -> None:
    house.usual_caps()
    house.give(house.heard_case(), 500)
    assert RemedyVersion.objects.exists()


def refused(table: str, write: str, match: str) -> None:
    model, column = TABLES[table]
    before = list(model.objects.order_by("pk").values())
    with pytest.raises(Error, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write.format(table=table, column=column))
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("write", WRITES)
def test_raw_sql_changes_nothing(table: str, write: str) -> None:
    refused(table, WRITES[write], "append-only|permission denied")


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("write", ONLY_SQLITE)
def test_sqlites_own_ways_around_are_closed(table: str, write: str) -> None:
    refused(table, ONLY_SQLITE[write], "append-only")


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("write", ONLY_POSTGRESQL)
def test_the_applications_role_owns_no_table_and_cannot_lift_its_walls(table: str, write: str) -> None:
    refused(table, ONLY_POSTGRESQL[write], "append-only|permission denied|must be owner")


@pytest.mark.parametrize(
    "fields", [{"amount_minor": 0}, {"amount_minor": -1}, {"to_account": "source"}, {"award": None}]
)
def test_an_entry_moves_an_amount_between_two_accounts_of_an_award(fields: dict[str, object]) -> None:
    entry = LedgerEntry.objects.values().first()
    assert entry is not None
    given = {
        name.removesuffix("_id") if name == "award_id" else name: value for name, value in entry.items() if name != "id"
    }
    if "award" in fields:
        given.pop("award")
    else:
        given["award_id"] = given.pop("award")
    with pytest.raises(Error), transaction.atomic():
        LedgerEntry.objects.create(**given | fields)
