"""The typefaces of the official document: which are wanted, installed, and how wide they set.

Offices own the licensed faces that GB/T 9704-2012 assumes; where one is missing the free
Fandol face of the same kind stands in, and Noto behind it for rare characters. Faces are
found by family name through fontconfig, never by a path.
"""

import subprocess
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reports.document.advances import read_advances

REGULAR, BOLD = 400, 700
# Behind every face, for characters that it lacks (Fandol has no ³). DejaVu comes first, where
# it is installed: one such character out of Noto's collection costs 80 MB of memory.
RARE = ("DejaVu Serif", "Noto Serif CJK SC", "Noto Sans CJK SC")
SUBSTITUTE = "〓"
_BOLD_FROM = 180  # fontconfig counts regular as 80, semibold as 180, bold as 200


@dataclass(frozen=True, slots=True)
class Face:
    """One typeface as fontconfig and CSS name it."""

    family: str
    weight: int = REGULAR
    is_official: bool = False


@dataclass(frozen=True, slots=True)
class FontRole:
    """What a typeface is used for, and the faces that will do, best first."""

    key: str
    label: str  # as the office calls it
    office_name: str  # what Word and Excel files name, whether installed here or not
    faces: tuple[Face, ...]


def _role(key: str, label: str, office: str, official: Iterable[str], *free: Face) -> FontRole:
    faces = tuple(Face(family, is_official=True) for family in official)
    return FontRole(key, label, office, faces + free)


ROLES = {
    role.key: role
    for role in (
        _role(
            "title",
            "小标宋",
            "方正小标宋简体",
            (
                "FZXiaoBiaoSong-B05S",
                "FZXiaoBiaoSong-B05",
                "方正小标宋简体",
                "方正小标宋_GBK",
                "小标宋体",
            ),
            # FandolSong's bold cut is the free face nearest to 小标宋; its regular cut is not.
            Face("FandolSong", BOLD),
            Face("Noto Serif CJK SC", BOLD),
        ),
        _role(
            "fang",
            "仿宋",
            "仿宋_GB2312",
            ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋"),
            Face("FandolFang"),
            Face("Noto Serif CJK SC"),
        ),
        _role(
            "kai",
            "楷体",
            "楷体_GB2312",
            ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体"),
            Face("FandolKai"),
            Face("Noto Serif CJK SC"),
        ),
        _role(
            "hei",
            "黑体",
            "黑体",
            ("SimHei", "黑体"),
            Face("FandolHei"),
            Face("Noto Sans CJK SC"),
        ),
        _role(
            "song",
            "宋体",
            "宋体",
            ("SimSun", "宋体"),
            Face("FandolSong"),
            Face("Noto Serif CJK SC"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class FontFile:
    """Where fontconfig found a face."""

    path: str
    index: int  # of the face in a collection
    name: str  # the face's own, without blanks: FandolSong-Bold


@cache
def installed_fonts() -> dict[tuple[str, int], FontFile]:
    """Return every installed (family, weight), as fontconfig lists them; {} without fontconfig.

    Read once a process: a newly installed font is seen after a restart.
    """
    command = [
        "fc-list",
        "--format",
        "%{family}\t%{style}\t%{weight}\t%{index}\t%{postscriptname}\t%{file}\n",
    ]
    try:
        listing = subprocess.run(  # noqa: S603 - fixed words, nothing from outside
            command, capture_output=True, text=True, timeout=60, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    fonts: dict[tuple[str, int], FontFile] = {}
    for line in sorted(listing.splitlines()):
        families, style, weight, index, name, path = line.split("\t")
        cut = _cut(style, weight)
        for family in families.split(","):
            if cut is not None:
                fonts.setdefault((family, cut), FontFile(path, int(index) & 0xFFFF, name))
    return fonts


def _cut(style: str, weight: str) -> int | None:
    """Return REGULAR or BOLD; None for light and medium cuts, which are no stand-in for either.

    The style is asked first: the Fandol faces call themselves regular in weight throughout.
    """
    if "Bold" in style.split(",")[0].split():
        return BOLD
    if not weight.isdecimal():
        return None  # a variable font's range; its named cuts are listed beside it
    if int(weight) >= _BOLD_FROM:
        return BOLD
    return REGULAR if 70 <= int(weight) <= 100 else None


@cache
def face_in_use(key: str) -> Face | None:
    """Return the first installed face of a role; None where not one of them is."""
    fonts = installed_fonts()
    for face in ROLES[key].faces:
        if (face.family, face.weight) in fonts:
            return face
    return None


def _own_file(key: str) -> FontFile | None:
    """Return the file that holds the role's face alone; None for one of a collection."""
    face = face_in_use(key)
    if face is None:
        return None
    file = installed_fonts()[face.family, face.weight]
    return file if file.name and Path(file.path).suffix.lower() in {".otf", ".ttf"} else None


def font_files() -> dict[str, str]:
    """Return the faces in use as CSS name and file address, for `@font-face`.

    Two cuts of a family that call themselves equally heavy (FandolSong) can be told apart
    by their own names only. Faces out of a collection are left to fontconfig's families.
    """
    files = [file for file in (_own_file(key) for key in ROLES) if file]
    return {file.name: Path(file.path).as_uri() for file in files}


def css_stack(key: str) -> str:
    """Return the role's CSS font-family list: the face in use, then those for rare characters."""
    face, file = face_in_use(key), _own_file(key)
    own = file.name if file else (face.family if face else "serif")
    return ", ".join(f'"{name}"' for name in dict.fromkeys((own, *RARE)))


def css_weight(key: str) -> int:
    """Return the CSS font-weight that selects the role's cut."""
    face = face_in_use(key)
    return REGULAR if face is None or _own_file(key) else face.weight


@cache
def guessed_advance(character: str) -> float:
    """Return an advance in em for a character whose font is not known."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.6


class _Widths(dict[str, float]):
    """Advances in em by character: a face's own, and for what it lacks those of another."""

    def __missing__(self, character: str) -> float:
        width = _rare_widths().get(character)
        return guessed_advance(character) if width is None else width


@cache
def _widths(key: str) -> _Widths:
    """Return the advances in em of all characters that the role's face has."""
    face = face_in_use(key)
    if face is None:
        return _Widths()
    file = installed_fonts()[face.family, face.weight]
    return _Widths(read_advances(file.path, file.index))


@cache
def advances(key: str) -> Callable[[str], float]:
    """Return the function that gives a character's advance in em in the role's face.

    Read from the font itself, so lines can be broken and filled before layout.
    """
    return _widths(key).__getitem__


@cache
def _rare_widths() -> dict[str, float]:
    """Return the advances of the first face for rare characters, where it is a file of its own.

    Out of Noto's collection a table of widths would cost more memory than it is worth: what
    only Noto holds is as wide as its kind.
    """
    file = installed_fonts().get((RARE[0], REGULAR))
    return read_advances(file.path, file.index) if file else {}


@cache
def _is_held(character: str) -> bool:
    """Tell whether some face installed here has the character."""
    if character.isspace() or character in _widths("fang"):
        return True
    if unicodedata.category(character) in {"Co", "Cn"}:
        return False  # each font's own, or nobody's: never the sign that was meant
    command = ["fc-list", f":charset={ord(character):x}", "file"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed word and a number
            command, capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return True  # not known: leave it as it is
    return bool(done.stdout)


def characters_missing(text: str) -> list[str]:
    """Return the characters of a text, in order, that no face installed here has."""
    return sorted(each for each in set(text) if not _is_held(each))


def with_substitutes(text: str) -> str:
    """Return the text with 〓 for each character that cannot be printed, as printers do.

    An empty box would be no sign at all, and a file that holds one is no PDF/A.
    """
    for character in characters_missing(text):
        text = text.replace(character, SUBSTITUTE)
    return text
