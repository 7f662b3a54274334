"""The rules the advisor begins with, each with its source; and that an apology is always called for."""

from django.db import migrations, models

APOLOGY, HELP, COMPENSATION = "apology", "assistance", ["monetary", "non_monetary"]
PRACTICE = "Practice of service recovery, P15 (docs/practice.md)"
GELBRICH_2011 = "Gelbrich & Roschk (2011), Journal of Service Research 14(1), 24–43"
SMITH_1999 = "Smith, Bolton & Wagner (1999), Journal of Marketing Research 36(3), 356–372"
ROSCHK_2014 = "Roschk & Gelbrich (2014), Journal of Service Research 17(2), 195–211"
BASSO_2016 = "Basso & Pizzutti (2016), Journal of Service Research 19(2), 209–223"
HAESEVOETS_2017 = "Haesevoets et al. (2017), Judgment and Decision Making 12(2), 183–197"

RULES = [
    {
        "code": "apology",
        "effect": "each_of",
        "kinds": [APOLOGY],
        "title": "Apologize",
        "words": "How we treat them counts for lasting satisfaction at least as much as what we give.",
        "citation": GELBRICH_2011,
    },
    {
        "code": "again_apology",
        "effect": "anew",
        "kinds": [APOLOGY],
        "second_failure": True,
        "title": "Apologize anew, for the second failure",
        "words": "We let them down twice. What was said before that no longer counts.",
        "citation": BASSO_2016,
    },
    {
        "code": "again_prevent",
        "effect": "commit",
        "second_failure": True,
        "title": "Find out why, and promise when they hear what we changed",
        "words": "After a second failure money does less than an apology and a promise that it will not happen again.",
        "citation": BASSO_2016,
    },
    {
        "code": "low_either",
        "effect": "one_of",
        "severities": ["low"],
        "kinds": [HELP, *COMPENSATION],
        "title": "Help, or make up for it",
        "words": "It is small: either of the two does.",
        "citation": PRACTICE,
    },
    {
        "code": "medium_either",
        "effect": "one_of",
        "severities": ["medium"],
        "kinds": [HELP, *COMPENSATION],
        "title": "Help, or make up for it",
        "words": "One of the two does, if it is of the kind and the size of what went wrong.",
        "citation": SMITH_1999,
    },
    {
        "code": "high_help",
        "effect": "one_of",
        "severities": ["high"],
        "kinds": [HELP],
        "title": "Help with what went wrong",
        "words": "It is grave: help and compensation, both.",
        "citation": f"{PRACTICE}; {SMITH_1999}",
    },
    {
        "code": "high_make_up",
        "effect": "one_of",
        "severities": ["high"],
        "kinds": COMPENSATION,
        "title": "Make up for it",
        "words": "It is grave: what makes up for it has to be as much as what went wrong.",
        "citation": f"{PRACTICE}; {SMITH_1999}",
    },
    {
        "code": "fits_money",
        "effect": "fits",
        "kinds_of_action": ["billing", "quote", "fee"],
        "gives": ["money"],
        "title": "Best with money",
        "words": "It was money that went wrong: money makes up for it best, at once rather than later.",
        "citation": ROSCHK_2014,
    },
    {
        "code": "fits_delivery",
        "effect": "fits",
        "kinds_of_action": ["delivery"],
        "gives": ["goods", "service"],
        "title": "Best with the goods, or by delivering again",
        "words": "They did not get what they ordered: giving them that makes up for it best.",
        "citation": ROSCHK_2014,
    },
    {
        "code": "fits_service",
        "effect": "fits",
        "kinds_of_action": ["reinstatement", "cancellation", "service", "information"],
        "gives": ["service"],
        "title": "Best by doing it again, rightly",
        "words": "Something was not done, or done badly: doing it makes up for it best.",
        "citation": ROSCHK_2014,
    },
    {
        "code": "fits_attention",
        "effect": "fits",
        "kinds_of_action": ["conduct"],
        "gives": ["attention"],
        "title": "Best with attention",
        "words": "They were not looked after: attention makes up for it best, though other things can too.",
        "citation": ROSCHK_2014,
    },
    {
        "code": "apology_alone",
        "effect": "weak_alone",
        "severities": ["medium", "high"],
        "kinds": [APOLOGY],
        "title": "So far an apology alone",
        "words": "Above low severity an apology alone is the weakest answer.",
        "citation": PRACTICE,
    },
    {
        "code": "more_than_helps",
        "effect": "more_than_helps",
        "percent": 150,
        "title": "More than helps",
        "words": "So much more than was lost earns no more loyalty, and can cost some.",
        "citation": HAESEVOETS_2017,
    },
]


def forwards(apps, schema_editor):
    AdviceRule = apps.get_model("compensation", "AdviceRule")
    AdviceRule.objects.bulk_create(
        AdviceRule(position=10 * position, **rule) for position, rule in enumerate(RULES, start=1)
    )


def backwards(apps, schema_editor):
    apps.get_model("compensation", "AdviceRule").objects.filter(code__in=[rule["code"] for rule in RULES]).delete()


class Migration(migrations.Migration):
    dependencies = [("compensation", "0011_how_it_is_delivered")]

    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.AddConstraint(
            model_name="advicerule",
            constraint=models.CheckConstraint(
                condition=~models.Q(code="apology") | models.Q(active=True, effect="each_of", second_failure=False),
                name="advice_apology_always",
            ),
        ),
    ]
