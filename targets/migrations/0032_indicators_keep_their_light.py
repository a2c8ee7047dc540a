"""Let a closed quarter keep how each of its indicators stood, as it keeps its items' lights."""

from django.db import migrations, models

from targets.pace import in_kept_digits, judge
from targets.quarters import last_day

LIGHTS = ["behind", "on_pace", "ahead", "met", "year_end", "no_data"]


def keep_what_is_shown(apps, schema_editor):
    """Keep what pages showed until now: the light was worked out by this version's rule.

    Whoever changes the rule in `targets.pace` puts a copy of it as it was beside this file.
    """
    IndicatorValue = apps.get_model("targets", "IndicatorValue")
    rows = IndicatorValue.objects.filter(is_kept=True).select_related("indicator", "period__plan")
    changed = []
    for row in rows.iterator(chunk_size=1000):
        on = row.as_of or last_day(row.period.plan.year, row.period.number)
        verdict = judge(row.indicator, row.value, on)
        row.light, row.light_words = verdict.light.value, verdict.words
        row.due, row.distance = in_kept_digits(verdict.due), in_kept_digits(verdict.distance)
        changed.append(row)
    IndicatorValue.objects.bulk_update(
        changed, ["light", "light_words", "due", "distance"], batch_size=1000
    )


class Migration(migrations.Migration):
    dependencies = [("targets", "0031_settled_requests")]

    operations = [
        migrations.AddField(
            model_name="indicatorvalue",
            name="light",
            field=models.CharField(
                blank=True,
                choices=[
                    ("behind", "欠进度"),
                    ("on_pace", "达进度"),
                    ("ahead", "超进度"),
                    ("met", "已达标"),
                    ("year_end", "待年终认定"),
                    ("no_data", "无数据"),
                ],
                default="",
                max_length=10,
                verbose_name="进度",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="indicatorvalue",
            name="light_words",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="进度依据"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="indicatorvalue",
            name="due",
            field=models.DecimalField(
                blank=True, decimal_places=8, max_digits=24, null=True, verbose_name="应达"
            ),
        ),
        migrations.AddField(
            model_name="indicatorvalue",
            name="distance",
            field=models.DecimalField(
                blank=True, decimal_places=8, max_digits=24, null=True, verbose_name="距应达进度"
            ),
        ),
        migrations.RunPython(keep_what_is_shown, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="indicatorvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_kept", True), ("light__in", LIGHTS))
                | models.Q(("is_kept", False), ("light", "")),
                name="value_kept_with_its_light",
            ),
        ),
    ]
