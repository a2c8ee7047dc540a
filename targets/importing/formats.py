"""Which of a workbook's cell formats show a number as per cent: 0.85 stands there as 85%."""

import zipfile
from xml.parsers import expat

# Excel's own limit (its "specifications and limits": unique cell formats); no cell of a file
# that a person made points beyond it.
MOST_FORMATS = 65_490
_BUILT_IN = frozenset({"9", "10"})  # 0% and 0.00%


def percent_styles(archive: zipfile.ZipFile, path: str) -> frozenset[str]:
    """Return the numbers of the cell formats that show per cent; none of broken styles."""
    name = next((each for each in archive.namelist() if each.lower() == path.lower()), "")
    data = archive.read(name) if name else b""
    codes = set(_BUILT_IN)
    formats: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        above = within[-1] if within else ""
        within.append(tag)
        if tag == "numFmt" and "%" in attributes.get("formatCode", ""):
            codes.add(attributes.get("numFmtId", ""))
        elif tag == "xf" and above == "cellXfs":
            formats.append(attributes.get("numFmtId", "0"))
            if len(formats) == MOST_FORMATS:
                parser.StartElementHandler = parser.EndElementHandler = None

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: within.pop()
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return frozenset()
    return frozenset(str(number) for number, code in enumerate(formats) if code in codes)
