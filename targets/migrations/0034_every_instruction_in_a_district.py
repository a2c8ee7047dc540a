import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("targets", "0033_instructions_of_a_district")]

    operations = [
        migrations.AlterField(
            model_name="instruction",
            name="district",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="targets.district",
                verbose_name="区",
            ),
        ),
        migrations.AddIndex(
            model_name="instruction",
            index=models.Index(fields=["district", "done_at"], name="instruction_open_in_district"),
        ),
    ]
