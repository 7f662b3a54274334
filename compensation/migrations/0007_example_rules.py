"""Examples of rules for taking errors back, each to be confirmed by counsel. None of them claims to be the law."""

from datetime import date

from django.db import migrations

FROM = date(2020, 1, 1)
EXAMPLES = [
    {
        "jurisdiction": "US-CO",
        "line_of_business": "Insurance",
        "kind_of_action": "reinstatement",
        "effect": "prohibited",
        "citation": "Example: reinstated coverage is not cancelled again for the insurer’s own error",
        "note": "Example only. Counsel confirms it, with the statute, or ends it.",
    },
    {
        "jurisdiction": "US",
        "line_of_business": "Insurance",
        "kind_of_action": "",
        "effect": "legal_review",
        "citation": "Example: insurance is regulated by each state",
        "note": "Example only. Counsel confirms it, or puts a rule for each state in its place.",
    },
    {
        "jurisdiction": "",
        "line_of_business": "",
        "kind_of_action": "fee",
        "effect": "within_days",
        "within_days": 30,
        "citation": "Example: company policy on fees waived by mistake",
        "note": "Example only: a policy, not a law. Counsel confirms it.",
    },
    {
        "jurisdiction": "",
        "line_of_business": "",
        "kind_of_action": "exception",
        "effect": "prohibited",
        "citation": "Example: company policy: an exception made knowingly is kept",
        "note": "Example only: a policy, not a law.",
    },
]


def forwards(apps, schema_editor):
    RescissionRule = apps.get_model("compensation", "RescissionRule")
    RescissionRule.objects.bulk_create(
        RescissionRule(valid_from=FROM, example=True, line_key=each["line_of_business"].casefold(), **each)
        for each in EXAMPLES
    )


def backwards(apps, schema_editor):
    apps.get_model("compensation", "RescissionRule").objects.filter(example=True).delete()


class Migration(migrations.Migration):
    dependencies = [("compensation", "0006_walls_of_honoring")]

    operations = [migrations.RunPython(forwards, backwards)]
