"""Whose names stand in a cell: matched against the register, longest first, never guessed.

Names break in the middle in narrow cells and stand side by side with nothing between
them, so a cell is not split on its blanks: it is read from left to right as names of
the register. What does not match is reported as it stands.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from targets.importing.words import plain, visible

# Between names; "plain" has made the full-width ones half-width and dropped the blanks.
_BETWEEN = re.compile(r"[、,;/|·・。.]+")
_SPACES = re.compile(r"[\s]+")
_MAX_READINGS = 2
_Way = tuple[tuple[str, int], ...]  # names with their units
_MOST = 40  # units in one cell


@dataclass(frozen=True, slots=True)
class NamesRead:
    """The units that a cell names, in order, and what in it is no unit's name."""

    unit_ids: tuple[int, ...]
    unmatched: tuple[str, ...]
    matched: tuple[tuple[str, int], ...] = ()  # names that are not the units' own, as compared


class Register:
    """The district's units by canonical name and alias, and names a person has explained."""

    def __init__(
        self,
        names: Iterable[tuple[int, str]],
        aliases: Iterable[tuple[int, str]],
        explained: Mapping[str, int] | None = None,
    ) -> None:
        self.names = dict(names)
        self._by_name = _unshared(aliases)
        self._by_name |= {plain(name): unit_id for unit_id, name in self.names.items()}
        self._by_name |= {plain(name): unit_id for name, unit_id in (explained or {}).items()}
        # By first character, longest first: 区自然资源局和规划局 before 区自然资源局.
        self._starting: dict[str, list[str]] = {}
        for name in sorted(filter(None, self._by_name), key=len, reverse=True):
            self._starting.setdefault(name[0], []).append(name)
        self._seen: dict[str, NamesRead] = {}

    def read(self, text: str) -> NamesRead:
        """Return whose names the cell holds; a unit named twice counts once."""
        if text not in self._seen:
            self._seen[text] = self._read(text)
        return self._seen[text]

    def similar(self, name: str) -> list[str]:
        """Return up to three names of the register that resemble an unknown one."""
        close = difflib.get_close_matches(plain(name)[:40], self._by_name, n=3, cutoff=0.55)
        return list(dict.fromkeys(self.names[self._by_name[each]] for each in close))

    def _read(self, text: str) -> NamesRead:
        found: list[tuple[str, int]] = []
        unmatched: list[str] = []
        for part in filter(None, _BETWEEN.split(_kept(visible(text)))):
            names = self._segment(plain(part))
            if names is None:
                names = self._segment_pieces(part, unmatched)
            found += names
        others = [each for each in found if each[0] != plain(self.names[each[1]])]
        return NamesRead(
            tuple(dict.fromkeys(unit_id for _name, unit_id in found)),
            tuple(dict.fromkeys(unmatched)),
            tuple(dict.fromkeys(others)),
        )

    def _segment_pieces(self, part: str, unmatched: list[str]) -> list[tuple[str, int]]:
        """Read what names there are between blanks, and note the rest as it stands."""
        found: list[tuple[str, int]] = []
        pieces = [piece for piece in _SPACES.split(part) if piece]
        start = 0
        while start < len(pieces):
            for stop in range(min(len(pieces), start + 6), start, -1):
                names = self._segment(plain("".join(pieces[start:stop])))
                if names is not None:
                    found += names
                    start = stop
                    break
            else:
                if unmatched and start and unmatched[-1].endswith(pieces[start - 1]):
                    unmatched[-1] += pieces[start]
                else:
                    unmatched.append(pieces[start])
                start += 1
        return found

    def _segment(self, text: str) -> list[tuple[str, int]] | None:
        """Return the names that make up the whole text, in the one way that is possible.

        None where there is no way, or where two ways name different units. At each place
        at most two ways are kept: that there are two is all that counts.
        """
        ways: dict[int, list[_Way]] = {0: [()]}
        for position in range(len(text)):
            here = ways.pop(position, ())
            for name in self._starting.get(text[position], ()) if here else ():
                if text.startswith(name, position):
                    there = ways.setdefault(position + len(name), [])
                    for way in here:
                        _add_way(there, (*way, (name, self._by_name[name])))
        whole = ways.get(len(text), [])
        return list(whole[0]) if len(whole) == 1 else None


def _add_way(ways: list[_Way], way: _Way) -> None:
    is_known = any(_same_units(way, each) for each in ways)
    if not is_known and len(ways) < _MAX_READINGS and len(way) <= _MOST:
        ways.append(way)


def _same_units(first: _Way, second: _Way) -> bool:
    return [unit for _name, unit in first] == [unit for _name, unit in second]


def _unshared(aliases: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Return the aliases that stand for one unit; one that two units share stands for none."""
    units: dict[str, set[int]] = {}
    for unit_id, name in aliases:
        units.setdefault(plain(name), set()).add(unit_id)
    return {name: ids.pop() for name, ids in units.items() if len(ids) == 1}


def _kept(text: str) -> str:
    """Return the text with separators made half-width and its blanks still in place."""
    return text.replace("，", ",").replace("；", ";").replace("／", "/").replace("｜", "|")
