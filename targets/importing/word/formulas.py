"""A formula on one line: fractions, powers and roots; what has no such form is told apart."""

from lxml import etree

from targets.importing.word.package import child_of, name_of

# Its parts in their order, and the sign that stands before each.
_FORMS = {
    "m:f": (("m:num", ""), ("m:den", "/")),
    "m:sSup": (("m:e", ""), ("m:sup", "^")),
    "m:sSub": (("m:e", ""), ("m:sub", "_")),
    "m:rad": (("m:e", "√"),),
}
_STACKED = {"m:nary", "m:m", "m:eqArr", "m:groupChr", "m:bar", "m:acc", "m:limLow", "m:limUpp"}


def write_formula(element: etree._Element) -> tuple[str, bool]:
    """Return a formula's characters on one line, and whether that says what it shows."""
    pieces: list[str] = []
    is_whole = True
    for each in element:
        name = name_of(each)
        if name in _FORMS:
            if name == "m:f" and pieces and pieces[-1][-1:].isdigit():
                pieces.append(" ")  # three and a half is no thirty-one halves
            for part, sign in _FORMS[name]:
                inner = child_of(each, part)
                text, is_plain = ("", False) if inner is None else write_formula(inner)
                pieces.append(sign + (text if text.isalnum() else f"({text})"))
                is_whole &= is_plain
        elif name in ("m:t", "w:t"):
            pieces.append(each.text or "")
        elif name and not name.endswith("Pr"):
            text, is_plain = write_formula(each)
            if name == "m:d":  # delimiters, round ones unless the formula says otherwise
                is_plain &= child_of(each, "m:dPr", "m:begChr") is None
                text = f"({text})"
            pieces.append(text)
            is_whole &= is_plain and name not in _STACKED
    return "".join(pieces), is_whole
