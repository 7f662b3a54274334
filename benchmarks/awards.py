"""One award on every case that is there, with its ledger entry and its counters, so that giving one more meets many."""

from __future__ import annotations

from django.db import connection

from accounts.models import User
from compensation.models import Remedy

AWARDS = """
    INSERT INTO compensation_award (case_id, customer_id, unit_id, remedy_id, remedy_name, remedy_version, basis, authority,
        status, method, cost_minor, value_minor, currency, given_by_id, given_at, spender_id, day, month, team_id, period,
        no_questions, precedent_reason, proof, delivered_at, historical, version)
    SELECT id, customer_id, unit_id, %(remedy)s, 'Refund', 1, 'goodwill', '', 'delivered', 'none', 500, 500, 'USD',
        %(rep)s, opened_at, %(rep)s, opened_at::date, date_trunc('month', opened_at)::date, %(team)s,
        date_trunc('month', opened_at)::date, false, '', '', opened_at, false, 2
    FROM cases_case ORDER BY id
"""
ENTRIES = """
    INSERT INTO compensation_ledgerentry (award_id, at, basis, from_account, to_account, amount_minor, currency, unit_id,
        team_id, rep_id, by_id)
    SELECT id, given_at, basis, 'source', 'delivered', cost_minor, currency, unit_id, team_id, given_by_id, given_by_id
    FROM compensation_award ORDER BY id
"""
# Axis, the column of whose it is, where its period is read, and its key: as the domain writes them.
COUNTERS = (
    ("case", "case_id", "NULL::date", "'case:' || case_id || ':USD'"),
    ("customer", "customer_id", "period", "'customer:' || customer_id || ':USD:' || period"),
    ("team", "team_id", "period", "'team:' || team_id || ':USD:' || period"),
    ("day", "user_id", "day", "'user:' || user_id || ':USD:day:' || day"),
    ("month", "user_id", "month", "'user:' || user_id || ':USD:month:' || month"),
)


def fill(remedy: Remedy, rep: User) -> None:
    """The books agree afterwards: what is measured goes on from them."""
    with connection.cursor() as cursor:
        cursor.execute(AWARDS, {"remedy": remedy.pk, "rep": rep.pk, "team": rep.team_id})
        cursor.execute(ENTRIES)
        for axis, column, start, key in COUNTERS:
            cursor.execute(
                f"INSERT INTO compensation_capcounter (key, axis, {column}, period_start, currency, spent_minor, "
                f"reserved_minor, ceiling_minor) SELECT {key}, '{axis}', {column}, {start}, 'USD', SUM(cost_minor), 0, "
                "1000000000000 FROM (SELECT *, spender_id AS user_id FROM compensation_award) AS given "
                f"GROUP BY 1, 3, 4"
            )
