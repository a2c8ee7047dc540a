"""The chain over the trail; its links are refused change as the events are.

On PostgreSQL both tables now refuse TRUNCATE too, to their owner as well. SQLite drops the
triggers with a table that Django remakes: a migration that changes the columns of either
table has to make them again.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from targets.triggers import dialect

TRUNCATE = tuple(
    f"""
    CREATE TRIGGER {name} BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_trail()
    """
    for name, table in (
        ("trail_not_truncated", "targets_event"),
        ("seals_not_truncated", "targets_seal"),
    )
)
POSTGRESQL = (
    """
    CREATE TRIGGER seals_append_only BEFORE UPDATE OR DELETE ON targets_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_trail()
    """,
    *TRUNCATE,
)
SQLITE_UPDATE = """
    CREATE TRIGGER seals_not_updated BEFORE UPDATE ON targets_seal
    BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
"""
SQLITE_DELETE = """
    CREATE TRIGGER seals_not_deleted BEFORE DELETE ON targets_seal
    BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
"""
MAKE = {"postgresql": POSTGRESQL, "sqlite": (SQLITE_UPDATE, SQLITE_DELETE)}
DROP = {
    "postgresql": (
        "DROP TRIGGER seals_append_only ON targets_seal",
        "DROP TRIGGER seals_not_truncated ON targets_seal",
        "DROP TRIGGER trail_not_truncated ON targets_event",
    ),
    "sqlite": ("DROP TRIGGER seals_not_updated", "DROP TRIGGER seals_not_deleted"),
}


def make(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in MAKE[dialect(schema_editor.connection)]:
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in DROP[dialect(schema_editor.connection)]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("targets", "0004_sign_off_required")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="verb",
            field=models.CharField(
                choices=[
                    ("create", "新增"),
                    ("change", "修改"),
                    ("delete", "删除"),
                    ("open", "开放填报"),
                    ("close", "关闭填报"),
                    ("reopen", "重新开放"),
                    ("start", "开始填报"),
                    ("save", "保存草稿"),
                    ("submit", "报送"),
                    ("withdraw", "撤回"),
                    ("return", "退回"),
                    ("approve", "通过"),
                    ("cancel", "取消"),
                    ("complete", "办结"),
                    ("carry_over", "结转"),
                    ("adjust", "调整"),
                    ("remind", "催办"),
                    ("request", "申请延期"),
                    ("grant", "同意延期"),
                    ("refuse", "不同意延期"),
                    ("attach", "上传材料"),
                    ("detach", "删除材料"),
                    ("dismiss", "忽略提示"),
                    ("instruct", "批示"),
                    ("follow_up", "落实批示"),
                    ("succeed", "单位承接"),
                    ("read", "核稿"),
                    ("sign", "签发"),
                    ("issue", "印发"),
                    ("correct", "更正"),
                    ("undo", "撤销导入"),
                    ("draft", "起草"),
                    ("export", "导出"),
                    ("import", "导入"),
                    ("login", "登录"),
                    ("logout", "退出"),
                    ("fail", "登录失败"),
                    ("password", "修改密码"),
                    ("check", "核验记录"),
                ],
                max_length=12,
                verbose_name="操作",
            ),
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="封存序号"
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="校验码")),
                ("at", models.DateTimeField(verbose_name="封存时间")),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="seal",
                        to="targets.event",
                        verbose_name="操作记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "封存",
                "verbose_name_plural": "封存",
                "ordering": ["number"],
            },
        ),
        migrations.RunPython(make, drop),
    ]
