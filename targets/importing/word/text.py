"""What stands in a cell, as a person sees it: runs in any wrapper, numbers, fields, boxes.

Deleted and hidden words are left out. What is left out, or read in another way than it
looks, is told in `Found.notes`; what could not be read stands in `Found.unread`.
"""

from collections.abc import Callable, Iterable

from lxml import etree

from targets.importing.word.fields import Field, form_value
from targets.importing.word.formulas import write_formula
from targets.importing.word.found import Found, Left
from targets.importing.word.numbering import Numbering
from targets.importing.word.package import child_of, name_of, value_of, words_in
from targets.importing.word.styles import Styles, list_of
from targets.importing.word.symbols import symbol
from targets.importing.word.wrappers import (
    DELETED,
    INSERTED,
    SILENT,
    boxes_in,
    chosen_branch,
    inside,
    is_mark,
)

_BREAKS = {"w:br": "\n", "w:cr": "\n", "w:tab": "\t", "w:ptab": "\t", "w:noBreakHyphen": "-"}


class TextReader:
    """Reads the document's blocks in their order: automatic numbers count on through it."""

    def __init__(self, parts: dict[str, etree._Element]) -> None:
        self._styles = Styles(parts.get("styles"))
        self._numbering = Numbering(parts.get("numbering"), self._styles)
        self._asides = {
            f"w:{name[:-1]}Reference": {
                value_of(each, "id"): words_in(each) for each in parts.get(name, ())
            }
            for name in ("footnotes", "endnotes", "comments")
        }
        self._fields: list[Field] = []
        self._left = Left()
        self._paragraph_style = ""
        # Where a table is to go that stands in no cell; set by whoever reads the tables.
        self.take_table: Callable[[etree._Element], None] | None = None
        self._handlers: dict[str, Callable[[etree._Element, Found], None]] = {
            "w:r": self._run,
            "w:t": self._words,
            "m:t": self._words,
            "w:sym": self._symbol,
            "w:fldChar": self._field_mark,
            "w:fldSimple": self._simple_field,
            "w:ruby": self._ruby,
            "w:sdt": self._control,
            "mc:AlternateContent": self._alternatives,
            "w:drawing": self._drawing,
            "w:pict": self._drawing,
            "w:object": self._object,
            "w:footnoteReference": self._aside,
            "w:endnoteReference": self._aside,
            "w:commentReference": self._aside,
            "m:oMath": self._formula,
            "w:altChunk": self._foreign,
            "w:subDoc": self._foreign,
            "w:p": self._paragraph_within,
            "w:tbl": self._table_within,
        }

    def read_blocks(self, container: etree._Element) -> Found:
        """Return the text of a cell's, or any container's, paragraphs and tables."""
        kept = self._fields, self._left
        self._fields, self._left = [], Left()
        found = Found()
        lines = self._lines(container, found)
        found.pieces = ["\n".join(lines)]
        for each in self._fields:  # a field that never ends: nothing of it goes under
            self._close_field(each, found)
        self._left.tell(found)
        self._fields, self._left = kept
        return found

    # Blocks ---------------------------------------------------------------------

    def _lines(self, container: etree._Element, found: Found) -> list[str]:
        lines: list[str] = []
        goes_on = after_table = False
        for block in self._blocks(container, found):
            if name_of(block) == "w:tbl":
                lines += self._inner_table(block, found)
                goes_on, after_table = False, True
                continue
            text, ends = self._paragraph(block, found)
            # The empty paragraph that has to stand below a table is no line of anybody's.
            if text is not None and not (after_table and not text):
                if goes_on and lines:
                    lines[-1] += text
                else:
                    lines.append(text)
            goes_on = not ends
            after_table = False
        return lines

    def _blocks(self, container: etree._Element, found: Found) -> Iterable[etree._Element]:
        """Yield paragraphs and tables, out of whatever is wrapped around them."""
        for each in container:
            name = name_of(each)
            if name in ("w:p", "w:tbl"):
                yield each
            elif name in SILENT or name.endswith(("RangeStart", "RangeEnd")):
                continue
            elif name in DELETED:
                self._delete(each)
            elif name == "w:sdt":
                content = child_of(each, "w:sdtContent")
                if self._is_placeholder(each, found):
                    continue
                if content is not None:
                    yield from self._blocks(content, found)
            elif name == "mc:AlternateContent":
                branch = chosen_branch(each)
                if branch is not None:
                    yield from self._blocks(branch, found)
            elif name == "w:altChunk":
                self._foreign(each, found)
            elif any(name_of(inner) in ("w:p", "w:tbl") for inner in each.iter()):
                yield from self._blocks(each, found)
            elif (text := words_in(each)) and not is_mark(name):
                found.unread.append(text)

    def _paragraph(self, element: etree._Element, found: Found) -> tuple[str | None, bool]:
        """Return a paragraph's text with its number, and whether its end is there.

        None for one that is hidden or deleted as a whole.
        """
        properties = child_of(element, "w:pPr")
        style = value_of(child_of(properties, "w:pStyle")) or ""
        mark = child_of(properties, "w:rPr")
        before, self._paragraph_style = self._paragraph_style, style
        inner = Found()
        self._inline(element, inner)
        self._paragraph_style = before
        text = inner.text
        is_deleted = child_of(mark, "w:del") is not None or child_of(mark, "w:moveFrom") is not None
        if is_deleted or child_of(mark, "w:ins") is not None:
            self._left.is_tracked = True
        is_gone = is_deleted or (
            bool(self._left.hidden) and self._styles.switches("w:vanish", mark, style)
        )
        found.notes += [each for each in inner.notes if each not in found.notes]
        found.unread += inner.unread
        if not text and is_gone:
            return None, not is_deleted
        return self._number(properties, style, found) + text, not is_deleted

    def _number(self, properties: etree._Element | None, style: str, found: Found) -> str:
        number, level = list_of(properties)
        by_style, its_level = self._styles.number_of(style)
        if number is None:
            number = by_style
            if level is None:
                level = its_level
            if level is None and number:
                level = self._numbering.level_of_style(number, style)
        if not number:
            return ""
        text, unread = self._numbering.next(number, level or 0)
        if unread:
            found.unread.append(f"自动编号（格式{unread}）")
        elif text:
            found.note("段落前的自动编号已按显示的样子读入")
        return text

    def _inner_table(self, table: etree._Element, found: Found) -> list[str]:
        """Read a table within a cell: its rows are lines, its cells stand one after another."""
        if self.take_table is not None:
            self.take_table(table)
            return []
        found.note("单元格里套有表格，已逐行读入，请核对")
        lines = []
        for row in inside(table, "w:tr"):
            if child_of(row, "w:trPr", "w:del") is not None:
                self._delete(row)
                continue
            cells = [self._lines(cell, found) for cell in inside(row, "w:tc")]
            lines.append(" ".join("\n".join(cell) for cell in cells if any(cell)))
        return [line for line in lines if line]

    def _paragraph_within(self, element: etree._Element, found: Found) -> None:
        """A paragraph where a run should stand: its own line."""
        text, _ends = self._paragraph(element, found)
        self._line_of_its_own([text or ""], found)

    def _table_within(self, element: etree._Element, found: Found) -> None:
        self._line_of_its_own(self._inner_table(element, found), found)

    def _line_of_its_own(self, lines: list[str], found: Found) -> None:
        text = "\n".join(line for line in lines if line)
        if text:
            found.pieces.append(f"\n{text}\n")

    # Inside a paragraph ---------------------------------------------------------

    def _inline(self, element: etree._Element, found: Found) -> None:
        for each in element:
            name = name_of(each)
            if name in SILENT:
                if name == "w:instrText" and self._fields:
                    self._fields[-1].code.append(each.text or "")
            elif name in self._handlers:
                self._handlers[name](each, found)
            elif name in _BREAKS:
                self._say(_BREAKS[name], found)
            elif name in DELETED:
                self._delete(each)
            elif name in INSERTED:
                self._left.is_tracked = True
                self._inline(each, found)
            elif not is_mark(name):
                self._unknown(each, found)

    def _unknown(self, element: etree._Element, found: Found) -> None:
        """Read on through a wrapper of any name; what else has words in it is named."""
        if (
            name_of(element).startswith("m:")
            or any(name_of(each) in ("w:r", "w:t", "w:p", "m:t", "m:r") for each in element)
            or any(name_of(each) in ("w:t", "m:t") for each in element.iter())
        ):
            self._inline(element, found)
        elif text := words_in(element):
            found.unread.append(text)

    def _run(self, run: etree._Element, found: Found) -> None:
        properties = child_of(run, "w:rPr")
        if child_of(properties, "w:del") is not None:
            self._delete(run)
            return
        for switch, left in (
            ("w:vanish", self._left.hidden),
            ("w:strike", self._left.struck),
            ("w:dstrike", self._left.struck),
        ):
            if self._styles.switches(switch, properties, self._paragraph_style):
                inner = Found()
                self._inline(run, inner)  # fields begin and end in hidden runs too
                left.append(inner.text)
                return
        is_raised = value_of(child_of(properties, "w:vertAlign")) in ("superscript", "subscript")
        text = "".join(each.text or "" for each in run if name_of(each) == "w:t").strip()
        if is_raised and text:
            found.note(f"上标或下标“{text}”按普通文字读入")
        self._inline(run, found)

    def _say(self, text: str, found: Found) -> None:
        """Add words, unless a field's code is what they belong to."""
        waiting = next((each for each in self._fields if not each.is_shown), None)
        if waiting is None:
            found.pieces.append(text)
        else:
            waiting.swallowed.append(text)

    def _words(self, element: etree._Element, found: Found) -> None:
        self._say(element.text or "", found)

    def _symbol(self, element: etree._Element, found: Found) -> None:
        font, code = value_of(element, "font") or "", value_of(element, "char") or ""
        character = symbol(font, code)
        if character is None:
            found.unread.append(f"符号（字体{font}，编码{code}）")
        else:
            self._say(character, found)

    def _ruby(self, element: etree._Element, found: Found) -> None:
        base, guide = child_of(element, "w:rubyBase"), child_of(element, "w:rt")
        if base is not None:
            self._inline(base, found)
        if guide is not None and (text := words_in(guide)):
            found.note(f"注音“{text}”未读取，只读取文字本身")

    def _control(self, element: etree._Element, found: Found) -> None:
        content = child_of(element, "w:sdtContent")
        if content is not None and not self._is_placeholder(element, found):
            self._inline(content, found)

    def _is_placeholder(self, element: etree._Element, found: Found) -> bool:
        """Tell whether a content control shows only what to type into it."""
        if child_of(element, "w:sdtPr", "w:showingPlcHdr") is None:
            return False
        content = child_of(element, "w:sdtContent")
        text = words_in(content) if content is not None else ""
        found.note(f"控件的提示文字“{text[:40]}”不是填写的内容，未读取")
        return True

    def _alternatives(self, element: etree._Element, found: Found) -> None:
        branch = chosen_branch(element)
        if branch is not None:
            self._inline(branch, found)

    def _drawing(self, element: etree._Element, found: Found) -> None:
        boxes = list(boxes_in(element))
        for box in boxes:
            lines = self._lines(box, found)
            if any(lines):
                found.note("文本框中的文字已读入，请核对位置")
                self._line_of_its_own(lines, found)
        told = False
        for each in element.iter():
            if name_of(each) == "v:textpath" and (text := each.get("string", "").strip()):
                found.unread.append(f"艺术字“{text}”")
                told = True
            elif name_of(each) in ("c:chart", "dgm:relIds"):
                found.unread.append("图表或图示")
                told = True
        if not boxes and not told:
            found.note("图片未读取")

    def _object(self, element: etree._Element, found: Found) -> None:
        program = next((each.get("ProgID") for each in element.iter() if each.get("ProgID")), "")
        found.unread.append(f"嵌入的对象（{program or '类型不明'}）")

    def _foreign(self, _element: etree._Element, found: Found) -> None:
        found.unread.append("嵌入的另一份文档")

    def _aside(self, element: etree._Element, found: Found) -> None:
        name = name_of(element)
        text = self._asides[name].get(value_of(element, "id"), "")
        kind = {"w:footnoteReference": "脚注", "w:endnoteReference": "尾注"}.get(name, "批注")
        found.note(f"{kind}未读取：“{text}”" if text else f"{kind}未读取")

    def _formula(self, element: etree._Element, found: Found) -> None:
        text, is_whole = write_formula(element)
        if is_whole:
            self._say(text, found)
            found.note(f"公式按文字读入：“{text}”")
        else:
            found.unread.append(f"公式“{text}”")

    # Fields ---------------------------------------------------------------------

    def _field_mark(self, element: etree._Element, found: Found) -> None:
        kind = value_of(element, "fldCharType")
        if kind == "begin":
            self._fields.append(Field())
            value = form_value(child_of(element, "w:ffData"))
            if value is not None:
                found.pieces.append(value)
                self._fields[-1].is_shown = True
        elif kind == "separate" and self._fields:
            self._fields[-1].is_shown = True
        elif kind == "end" and self._fields:
            self._close_field(self._fields.pop(), found)

    def _close_field(self, closed: Field, found: Found) -> None:
        shown, unread = closed.ended()
        if shown:
            self._say(shown, found)
        found.unread += unread

    def _simple_field(self, element: etree._Element, found: Found) -> None:
        inner = Found()
        self._inline(element, inner)
        code = " ".join((value_of(element, "instr") or "").split())
        if not inner.text and not inner.unread:
            self._close_field(Field(code=[code]), inner)
        found.add(inner)

    # Left out -------------------------------------------------------------------

    def _delete(self, element: etree._Element) -> None:
        self._left.is_tracked = True
        self._left.deleted.append(words_in(element))
