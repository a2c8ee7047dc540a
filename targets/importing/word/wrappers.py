"""What stands around text in a document: wrappers to look into, marks to pass by."""

from collections.abc import Iterator

from lxml import etree

from targets.importing.word.package import name_of

DELETED = {"w:del", "w:moveFrom"}
INSERTED = {"w:ins", "w:moveTo"}
# Properties, marks between which something stands, and codes: nothing that is printed.
SILENT = {
    "",
    "w:pPr",
    "w:rPr",
    "w:tcPr",
    "w:tblPr",
    "w:tblGrid",
    "w:trPr",
    "w:tblPrEx",
    "w:sdtPr",
    "w:sdtEndPr",
    "w:smartTagPr",
    "w:customXmlPr",
    "w:rubyPr",
    "w:sectPr",
    "w:fldData",
    "w:softHyphen",
    "w:annotationRef",
    "w:footnoteRef",
    "w:endnoteRef",
    "w:instrText",
    "w:delInstrText",
    "w:delText",
    "w:lastRenderedPageBreak",
}


def is_mark(name: str) -> bool:
    """Tell whether an element only marks a place: bookmarks, ranges, what was checked."""
    return name.endswith(("RangeStart", "RangeEnd")) or name in (
        "w:bookmarkStart",
        "w:bookmarkEnd",
        "w:permStart",
        "w:permEnd",
        "w:proofErr",
        "w:cnfStyle",
    )


def inside(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Yield rows of a table, or cells of a row, out of whatever is wrapped around them."""
    for each in element:
        name = name_of(each)
        if name == wanted:
            yield each
        elif name == "mc:AlternateContent":
            branch = chosen_branch(each)
            if branch is not None:
                yield from inside(branch, wanted)
        elif name not in SILENT and name not in DELETED and name not in ("w:tbl", "w:p"):
            yield from inside(each, wanted)


def chosen_branch(element: etree._Element) -> etree._Element | None:
    """Return the one branch to read of those that say the same: the first with words in it."""
    branches = [each for each in element if name_of(each) in ("mc:Choice", "mc:Fallback")]
    with_words = (
        each for each in branches if any(name_of(one) in ("w:t", "m:t") for one in each.iter())
    )
    return next(with_words, branches[0] if branches else None)


def boxes_in(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the text boxes of a drawing, each once, those within one of them aside."""
    for each in element:
        name = name_of(each)
        if name == "w:txbxContent":
            yield each
        elif name == "mc:AlternateContent":
            branch = chosen_branch(each)
            if branch is not None:
                yield from boxes_in(branch)
        elif name:
            yield from boxes_in(each)
