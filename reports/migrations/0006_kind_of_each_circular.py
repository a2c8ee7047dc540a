from django.db import migrations

MASTHEAD = "督查通报"


def give_each_its_kind(apps, schema_editor):
    """Circulars of before are all 督查通报, each district's own series."""
    Circular = apps.get_model("reports", "Circular")
    CircularKind = apps.get_model("reports", "CircularKind")
    for district_id in Circular.objects.values_list("district_id", flat=True).distinct():
        kind, _ = CircularKind.objects.get_or_create(district_id=district_id, name=MASTHEAD)
        Circular.objects.filter(district_id=district_id).update(kind=kind)


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_circular_kinds")]
    operations = [migrations.RunPython(give_each_its_kind, migrations.RunPython.noop)]
