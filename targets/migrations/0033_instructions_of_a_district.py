import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Give each instruction the district of the item or the unit that it goes to."""
    instructions = apps.get_model("targets", "Instruction").objects
    items = apps.get_model("targets", "Item").objects.filter(pk=OuterRef("item"))
    units = apps.get_model("targets", "Unit").objects.filter(pk=OuterRef("unit"))
    instructions.filter(unit=None).update(
        district=Subquery(items.values("goal__plan__district")[:1])
    )
    instructions.filter(item=None).update(district=Subquery(units.values("district")[:1]))


class Migration(migrations.Migration):
    """The column is made required by the next one: a transaction that filled it cannot, on
    PostgreSQL, change its table too.
    """

    dependencies = [("targets", "0032_indicators_keep_their_light")]

    operations = [
        migrations.AddField(
            model_name="instruction",
            name="district",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="targets.district",
                verbose_name="区",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
