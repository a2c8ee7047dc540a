"""User names in the one form in which they are compared from now on.

Two that would become one stop the migration before it writes anything: who of them keeps the
name is for people to say.
"""

import unicodedata
from collections import defaultdict

from django.db import migrations


def normalized(username):
    narrow = unicodedata.normalize("NFKC", username).casefold()
    return unicodedata.normalize("NFKC", narrow).strip()


def normalize(apps, schema_editor):
    users = apps.get_model("targets", "User").objects
    names = defaultdict(list)
    for pk, username in users.order_by("pk").values_list("pk", "username"):
        names[normalized(username)].append((pk, username))
    clashes = [each for each in names.values() if len(each) > 1]
    if clashes:
        told = "\n".join(
            "  " + ", ".join(f"{name!r} (id {pk})" for pk, name in each) for each in clashes
        )
        raise RuntimeError(
            "These user names differ only in width, case or blanks and would become one."
            " Nothing was changed. Give all but one of each line another name, in the admin of"
            f" the version before, and migrate again:\n{told}"
        )
    event = apps.get_model("targets", "Event").objects
    for new, ((pk, old),) in names.items():
        if new == old:
            continue
        user = users.get(pk=pk)
        user.username = new
        user.save(update_fields=["username"])
        event.create(
            district_id=user.district_id,
            actor="命令行",
            verb="change",
            subject="user",
            subject_id=pk,
            subject_name=user.name or new,
            old={"username": old},
            new={"username": new},
            reason="用户名统一为半角小写",
        )


class Migration(migrations.Migration):
    dependencies = [("targets", "0011_accounts")]
    operations = [migrations.RunPython(normalize, migrations.RunPython.noop)]
