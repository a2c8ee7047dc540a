"""Characters of the symbol fonts that Word inserts; what is not listed is named, not guessed."""

# Symbol: Greek letters and the signs of arithmetic (code 0x20 to 0xFE).
_SYMBOL = dict(
    zip(
        range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True
    )
) | dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)) | {
    0x25: "%", 0x2B: "+", 0x2D: "−", 0x2F: "/", 0x3C: "<", 0x3D: "=", 0x3E: ">",
    0x40: "≅", 0x5E: "⊥", 0x7E: "∼", 0xA2: "′", 0xA3: "≤", 0xA4: "⁄", 0xA5: "∞",
    0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±",
    0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB5: "∝", 0xB6: "∂", 0xB7: "•", 0xB8: "÷",
    0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xC5: "⊕", 0xC6: "∅", 0xCE: "∈",
    0xD0: "∠", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xD6: "√", 0xD7: "⋅", 0xDB: "⇔",
    0xDC: "⇐", 0xDD: "⇑", 0xDE: "⇒", 0xDF: "⇓", 0xE5: "∑",
}  # fmt: skip
_WINGDINGS = {
    0x28: "☎", 0x2A: "✉", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x71: "❑",
    0x72: "❒", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA1: "○",
    0xA7: "▪", 0xA8: "□", 0xAB: "★", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0xE1: "↑",
    0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
} | {0x80: "⓪", 0x8B: "⓿"} | {
    0x80 + number: chr(0x2460 + number - 1) for number in range(1, 11)
} | {0x8B + number: chr(0x2776 + number - 1) for number in range(1, 11)}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x98: "•", 0xA3: "□"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}


def symbol(font: str, code: str) -> str | None:
    """Return the character that `font` draws at a code in hexadecimal; None where not known."""
    try:
        number = int(code, 16)
    except ValueError:
        return None
    table = _FONTS.get(font.strip().lower())
    if 0xF000 <= number <= 0xF0FF:
        number -= 0xF000
        if table is None:
            return None
    if table is not None:
        return table.get(number)
    return chr(number) if 0x20 <= number < 0xD800 or 0xF900 <= number < 0x110000 else None


def bullet(text: str, font: str) -> str:
    """Return a list's bullet as it may be printed: its shape says nothing."""
    if len(text) == 1 and 0xE000 <= ord(text) <= 0xF8FF:
        return symbol(font, f"{ord(text):X}") or "•"
    return "•" if not text.isprintable() else text
