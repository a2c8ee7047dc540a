"""What a document's styles say of a run or paragraph: hidden, struck out, numbered."""

from dataclasses import dataclass

from lxml import etree

from targets.importing.word.package import child_of, is_on, name_of, value_of, whole

_DEPTH = 20  # styles based on styles; a circle ends here


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str
    run: etree._Element | None
    number: tuple[int | None, int | None]  # list and level, None where it does not say


class Styles:
    """The styles by id; a document without the part has none."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._default = ""
        self._base = child_of(root, "w:docDefaults", "w:rPrDefault", "w:rPr")
        for each in root if root is not None else ():
            if name_of(each) != "w:style":
                continue
            key = value_of(each, "styleId") or ""
            self._styles[key] = _Style(
                value_of(child_of(each, "w:basedOn")) or "",
                child_of(each, "w:rPr"),
                list_of(child_of(each, "w:pPr")),
            )
            is_default = value_of(each, "default") in ("1", "true", "on")
            if is_default and value_of(each, "type") == "paragraph":
                self._default = key

    def number_of(self, style: str) -> tuple[int | None, int | None]:
        """Return the list and level that a paragraph style brings along."""
        number = level = None
        for each in self._chain(style or self._default):
            number = each.number[0] if number is None else number
            level = each.number[1] if level is None else level
        return number, level

    def switches(self, name: str, run: etree._Element | None, paragraph_style: str) -> bool:
        """Tell whether a switch (w:vanish, w:strike) is on for a run's properties.

        What the run says itself counts; else paragraph and character style each turn
        it over, as Word has it.
        """
        own = is_on(child_of(run, name))
        if own is not None:
            return own
        run_style = value_of(child_of(run, "w:rStyle")) or ""
        said = [self._said(name, run_style), self._said(name, paragraph_style or self._default)]
        if said == [None, None]:
            return bool(is_on(child_of(self._base, name)))
        return bool(said[0]) != bool(said[1])

    def _said(self, name: str, style: str) -> bool | None:
        for each in self._chain(style):
            said = is_on(child_of(each.run, name))
            if said is not None:
                return said
        return None

    def _chain(self, style: str) -> list[_Style]:
        chain: list[_Style] = []
        while style in self._styles and len(chain) < _DEPTH:
            chain.append(self._styles[style])
            style = chain[-1].based_on
        return chain


def list_of(properties: etree._Element | None) -> tuple[int | None, int | None]:
    """Return the list and level that paragraph properties name themselves."""
    number = child_of(properties, "w:numPr")
    key, level = value_of(child_of(number, "w:numId")), value_of(child_of(number, "w:ilvl"))
    return (None if key is None else whole(key), None if level is None else whole(level))
