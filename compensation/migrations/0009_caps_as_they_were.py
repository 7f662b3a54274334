"""What was there before caps had times, customers' and teams' counters existed and the catalog kept its versions."""

from datetime import UTC, datetime

from django.db import migrations
from django.db.models import Count, Max, Sum

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
GIVES = {"apology": "attention", "assistance": "service", "monetary": "money", "non_monetary": "goods"}
LINE = (
    "code", "name", "kind", "gives", "basis", "authority", "currency", "cost_minor", "value_minor", "at_most_minor",
    "no_questions", "method", "pool_id", "payout", "delivery_days", "words", "active",
)  # fmt: skip


def fill(apps, schema_editor):
    fill_catalog(apps)
    fill_caps(apps)
    fill_awards(apps)


def fill_catalog(apps):
    Remedy, Version = apps.get_model("compensation", "Remedy"), apps.get_model("compensation", "RemedyVersion")
    for remedy in Remedy.objects.all():
        remedy.gives = GIVES[remedy.kind]
        remedy.method = "other" if remedy.delivery_days is not None else "none"
        remedy.save(update_fields=["gives", "method"])
        line = {name: getattr(remedy, name) for name in LINE}
        Version.objects.create(remedy=remedy, version=remedy.version, line=line, at=datetime.now(UTC))


def fill_caps(apps):
    """A month's cap now also bounds one customer's month, and of all who hold one together their team's."""
    Cap, User = apps.get_model("compensation", "Cap"), apps.get_model("accounts", "User")
    largest = User.objects.exclude(team=None).values("team").annotate(people=Count("id")).aggregate(most=Max("people"))["most"] or 1
    for cap in Cap.objects.all():
        cap.holder = f"user:{cap.user_id}" if cap.user_id else f"role:{cap.role}"
        cap.starts_at = LONG_AGO
        cap.save(update_fields=["holder", "starts_at"])
        if cap.axis == "month":
            for axis, times in (("customer", 1), ("team", largest)):
                Cap.objects.create(
                    role=cap.role,
                    user_id=cap.user_id,
                    holder=cap.holder,
                    axis=axis,
                    currency=cap.currency,
                    amount_minor=cap.amount_minor * times,
                    starts_at=LONG_AGO,
                )


def fill_awards(apps):
    """What stands is counted for its customer's and its giver's team's month; what waits is reserved there too."""
    Award, Counter = apps.get_model("compensation", "Award"), apps.get_model("compensation", "CapCounter")
    for award in Award.objects.filter(historical=False, period=None).select_related("given_by").iterator():
        award.team_id = award.given_by.team_id
        award.period = award.month or award.given_at.date().replace(day=1)
        award.save(update_fields=["team", "period"])
    drawn = Award.objects.filter(cost_minor__gt=0, no_questions=False, historical=False, basis="goodwill").order_by()
    for status, name in ((("given", "delivered"), "spent_minor"), (("awaiting_approval",), "reserved_minor")):
        for axis in ("customer", "team"):
            counted = drawn.filter(status__in=status).exclude(**{axis: None})
            for whose, currency, start, amount in counted.values_list(axis, "currency", "period").annotate(
                Sum("cost_minor")
            ):
                counter, _ = Counter.objects.get_or_create(
                    key=f"{axis}:{whose}:{currency}:{start}",
                    defaults={"axis": axis, "currency": currency, "period_start": start, f"{axis}_id": whose}
                    | {"ceiling_minor": 10**15},
                )
                setattr(counter, name, amount)
                counter.save()


class Migration(migrations.Migration):
    dependencies = [("compensation", "0008_remedies")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
