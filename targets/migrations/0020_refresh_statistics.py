from django.db import migrations

from targets.statistics import drop_function, make_function


class Migration(migrations.Migration):
    dependencies = [("targets", "0019_misreadings")]

    operations = [migrations.RunPython(make_function, drop_function)]
