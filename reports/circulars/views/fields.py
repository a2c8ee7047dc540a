"""A draft's fields as the composer lays them out: its words first, the rest folded by subject."""

from collections.abc import Collection
from dataclasses import dataclass

from django.forms import BoundField

from reports.circulars.forms import CircularForm

_GROUPS = (
    ("", ("dated", "title", "body")),
    ("主送、报送和附注", ("addressed_to", "report_to", "copy_to", "send_to", "remark")),
    (
        "通报范围和附表",
        ("correction_rows", "subset", "annexes", "extra_columns", "is_landscape"),
    ),
    ("统计写法", ("unit_count", "has_tenths", "tells_pace")),
    (
        "印章、印发机关和起始期号",
        ("is_sealed", "printed_by", "first_number", "first_number_reason"),
    ),
)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that stand together; without a title they are never folded."""

    title: str
    fields: list[BoundField]
    is_open: bool


def field_groups(form: CircularForm, named: Collection[str]) -> list[FieldGroup]:
    """Return the form's fields by subject.

    Open is what holds an error, a field that is `named` by a warning, or the choice that
    every correction begins with: a link to a field must not lead behind a fold.
    """
    groups = []
    for title, names in _GROUPS:
        present = [name for name in names if name in form.fields]
        is_open = any(
            name in form.errors or name in named or name == "correction_rows" for name in present
        )
        groups.append(FieldGroup(title, [form[name] for name in present], is_open))
    return groups
