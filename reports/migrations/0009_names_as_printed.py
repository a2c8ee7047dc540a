from django.db import migrations, models

MASTHEAD = "督查通报"


def keep_what_was_printed(apps, schema_editor):
    """Each issued circular is called what its content says; older ones are all 督查通报."""
    Circular = apps.get_model("reports", "Circular")
    for circular in Circular.objects.filter(state="issued").iterator():
        content = circular.content
        number, form = content["number"], content.get("number_form", "issue")
        year = content["issued_on"][:4]
        circular.masthead = content.get("masthead", MASTHEAD)
        circular.number_in_year = {
            "issue": f"{year}年第{number}期",
            "year": f"〔{year}〕第{number}期",
            "document": f"{content.get('number_code', '')}〔{year}〕{number}号",
        }[form]
        circular.save(update_fields=["masthead", "number_in_year"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_renderings_of_any_kind")]

    operations = [
        migrations.AddField(
            model_name="circular",
            name="masthead",
            field=models.CharField(blank=True, max_length=50, verbose_name="红头"),
        ),
        migrations.AddField(
            model_name="circular",
            name="number_in_year",
            field=models.CharField(blank=True, max_length=40, verbose_name="编号"),
        ),
        migrations.RunPython(keep_what_was_printed, migrations.RunPython.noop),
    ]
