from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """What was given so far reaches the customer as the catalog says now."""
    Award, Remedy = apps.get_model("compensation", "Award"), apps.get_model("compensation", "Remedy")
    method = Remedy.objects.filter(pk=OuterRef("remedy")).values("method")
    Award.objects.filter(status__in=["given", "delivered", "reversed"]).update(method=Subquery(method))


class Migration(migrations.Migration):
    dependencies = [("compensation", "0010_walls_of_remedies")]

    operations = [
        migrations.AddField(
            model_name="award",
            name="method",
            field=models.CharField(
                choices=[
                    ("none", "At once, nothing to deliver"),
                    ("refund", "Refund"),
                    ("coupon", "Coupon code"),
                    ("replacement", "Replacement order"),
                    ("service_credit", "Service credit"),
                    ("other", "Otherwise"),
                ],
                default="none",
                help_text="How it reaches the customer, as the catalog said when it was given.",
                max_length=14,
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("award__isnull", False)),
                fields=["pool", "-taken_at", "-id"],
                name="coupons_taken",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
