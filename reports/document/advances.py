"""How wide a typeface sets each character: two tables read straight out of the font file.

A font library would read the outlines too: 20 MB a face for a few kilobytes of numbers.
Tables and formats are those of the OpenType specification (cmap 4 and 12, hhea, hmtx).
"""

import struct
from pathlib import Path


def read_advances(path: str, index: int = 0) -> dict[str, float]:
    """Return the advance in em of every character that the face has.

    `index` counts faces in a collection. Raises ValueError or struct.error where the
    file is no OpenType font.
    """
    data = Path(path).read_bytes()
    tables = _tables(data, index)
    scale = struct.unpack_from(">H", data, tables["head"] + 18)[0]
    counted = struct.unpack_from(">H", data, tables["hhea"] + 34)[0]
    widths = struct.unpack_from(f">{counted * 2}H", data, tables["hmtx"])[::2]
    last = len(widths) - 1
    return {
        chr(code): widths[min(glyph, last)] / scale
        for code, glyph in _glyphs(data, tables["cmap"]).items()
    }


def _tables(data: bytes, index: int) -> dict[str, int]:
    """Return where each table begins."""
    start = 0
    if data[:4] == b"ttcf":
        start = struct.unpack_from(">I", data, 12 + 4 * index)[0]
    if data[start : start + 4] not in (b"OTTO", b"\0\1\0\0", b"true"):
        raise ValueError("not an OpenType font")
    count = struct.unpack_from(">H", data, start + 4)[0]
    records = (struct.unpack_from(">4sIII", data, start + 12 + 16 * n) for n in range(count))
    return {tag.decode("latin-1"): offset for tag, _, offset, _ in records}


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Return the glyph of each character code, from the fullest Unicode table there is."""
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    found: dict[int, int] = {}
    for number in range(count):
        platform, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        if platform not in (0, 3):
            continue
        form = struct.unpack_from(">H", data, cmap + offset)[0]
        if form == 12:
            found.update(_format_12(data, cmap + offset))
        elif form == 4:
            found = {**_format_4(data, cmap + offset), **found}
    return found


def _format_12(data: bytes, start: int) -> dict[int, int]:
    count = struct.unpack_from(">I", data, start + 12)[0]
    groups = struct.iter_unpack(">III", data[start + 16 : start + 16 + 12 * count])
    return {
        code: glyph + code - first
        for first, last, glyph in groups
        for code in range(first, min(last, 0x10FFFF) + 1)
    }


def _format_4(data: bytes, start: int) -> dict[int, int]:
    segments = struct.unpack_from(">H", data, start + 6)[0] // 2
    size = segments * 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{segments}H", data, start + place)
        for place in (14, 16 + size, 16 + 2 * size, 16 + 3 * size)
    )
    glyphs: dict[int, int] = {}
    for number in range(segments):
        place = start + 16 + 3 * size + 2 * number
        for code in range(starts[number], min(ends[number], 0xFFFE) + 1):
            glyph = code
            if offsets[number]:
                at = place + offsets[number] + 2 * (code - starts[number])
                glyph = struct.unpack_from(">H", data, at)[0]
                if not glyph:
                    continue
            glyphs[code] = (glyph + deltas[number]) & 0xFFFF
    return glyphs
