"""One chain of seals a district; the chain up to here is closed and kept as it is.

The table is made anew beside the old one and takes its links over: their numbers, digests and
times stay what they were, so that codes noted on paper still tell of them.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from targets.triggers import protect_trail

CLOSED = -1
KEEP = """
    INSERT INTO targets_linkedseal (chain, number, event_id, digest, at)
    SELECT {}, number, event_id, digest, at FROM targets_seal ORDER BY number
"""


def keep_links(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(KEEP.format(CLOSED))


def check_constraints(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # PostgreSQL drops no table while rows of the same transaction have checks to come.
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [("targets", "0006_outbox")]

    operations = [
        migrations.CreateModel(
            name="LinkedSeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.BigIntegerField(verbose_name="链")),
                ("number", models.BigIntegerField(verbose_name="封存序号")),
                ("digest", models.CharField(max_length=64, verbose_name="校验码")),
                ("at", models.DateTimeField(verbose_name="封存至")),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="targets.event",
                        verbose_name="操作记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "封存",
                "verbose_name_plural": "封存",
                "ordering": ["chain", "number"],
            },
        ),
        migrations.RunPython(keep_links, migrations.RunPython.noop),
        migrations.RunPython(check_constraints, migrations.RunPython.noop),
        migrations.DeleteModel(name="Seal"),
        migrations.RenameModel(old_name="LinkedSeal", new_name="Seal"),
        migrations.AlterField(
            model_name="seal",
            name="event",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="seal",
                to="targets.event",
                verbose_name="操作记录",
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(
                fields=("chain", "number"), name="seal_once_in_chain"
            ),
        ),
        migrations.AddIndex(
            model_name="seal",
            index=models.Index(fields=["chain", "-event"], name="seal_newest_of_chain"),
        ),
        migrations.RunPython(protect_trail, migrations.RunPython.noop),
    ]
