"""A file of the office's own -> rows -> a preview that compares them with what is here.

`guard` and `child` let nothing dangerous in; `reading` opens a file, `workbook` (with
`sheets` and `strings`) and `word` make grids of it. `heads` names the columns, `layout` finds
the table, `records` makes an item of its rows, `units` matches names, and `plan` (with
`indicators`), `progress` (with `quarter`, `lead_texts`, `verdicts`), `offline` and `catalogue`
compare. `rows` is the seam: nothing here writes, targets.actions.imports applies.
"""

from targets.importing.guard import UPLOAD_LIMIT, Unreadable, too_large
from targets.importing.holding import Holding
from targets.importing.preview import Choice, Kind, Preview, State
from targets.importing.previewing import preview_source
from targets.importing.source import Source, read_source

__all__ = [
    "UPLOAD_LIMIT",
    "Choice",
    "Holding",
    "Kind",
    "Preview",
    "Source",
    "State",
    "Unreadable",
    "preview_source",
    "read_source",
    "too_large",
]
