"""What was taken back before there was an account for it went back to the source: an entry more brings it to where it is.

Nothing is changed: the ledger only grows. Each new entry is of the same moment as the one that it follows.
"""

from django.db import migrations
from django.db.models import Exists, OuterRef, Q


def bring(apps, schema_editor):
    Entry = apps.get_model("compensation", "LedgerEntry")
    there = Entry.objects.filter(
        Q(award=OuterRef("award"), award__isnull=False) | Q(decision=OuterRef("decision"), decision__isnull=False),
        to_account="reversed",
    )
    returned = Entry.objects.filter(~Exists(there), from_account__in=["committed", "delivered"], to_account="source")
    rows = []
    for entry in returned.order_by("id").iterator():
        entry.pk, entry.from_account, entry.to_account = None, "source", "reversed"
        rows.append(entry)
    Entry.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("compensation", "0015_by_which_law")]

    operations = [migrations.RunPython(bring, migrations.RunPython.noop)]
