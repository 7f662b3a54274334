"""What SQLite's planner knows of the data.

Which of two indexes leads to fewer rows it knows only where ANALYZE has counted; without, it guesses, and some queries
grow with their tables. PostgreSQL counts by itself.
"""

from celery import shared_task
from django.db import connection, transaction

# Of each index so many rows are read, so it takes as long with a million rows as with some hundreds.
ROWS_READ = 400


@shared_task(name="recovery.gather_statistics")
def gather_statistics() -> bool:
    """Count anew what the keys of each index lead to, in SQLite; says whether anything was done.

    `PRAGMA optimize` would do nothing here: it looks at what its own connection has asked, and ours live for one request.
    """
    if connection.vendor != "sqlite":
        return False
    with transaction.atomic(), connection.cursor() as cursor:  # a writer among others: it waits for its turn
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_READ}")
        cursor.execute("ANALYZE")
    return True
