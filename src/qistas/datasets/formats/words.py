"""Cut text into words, by one rule for all scripts.

A word is a run of letters, digits and the marks that belong to them (Arabic vowels, accents, tatweel, joiners), with an
apostrophe between letters and a point or comma between digits inside it. A Han character is a word by itself. Everything else
that is not white space is a word of one character. Nothing is normalised: the words of a text are slices of it.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator


def _marks() -> str:
    """The combining marks as ranges of a character class: `\\w` does not hold them, and a word must."""
    ranges: list[list[int]] = []
    for code in range(0x300, min(sys.maxunicode, 0x1FFFF)):
        if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges)


_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PATTERN: list[re.Pattern[str]] = []


def _pattern() -> re.Pattern[str]:
    if not _PATTERN:
        marks = _marks() + "\u200c\u200d"
        letter = rf"(?:(?![{_HAN}_])\w|[{marks}])"
        word = rf"(?:(?![{_HAN}_])\w)(?:{letter}|['’](?=[^\W\d_])|(?<=\d)[.,٫٬](?=\d))*"
        _PATTERN.append(re.compile(rf"{word}|[{_HAN}][{marks}]*|\S"))
    return _PATTERN[0]


def words(text: str) -> Iterator[tuple[int, int]]:
    """Start and end (exclusive, in code points) of each word."""
    return (found.span() for found in _pattern().finditer(text))


def words_cut_at(text: str, borders: Iterable[int]) -> Iterator[tuple[int, int]]:
    """As `words`, but cut also at these places, so that no word lies across one."""
    places = sorted(set(borders))
    at = 0
    for start, end in words(text):
        while at < len(places) and places[at] <= start:
            at += 1
        ahead = at
        while ahead < len(places) and places[ahead] < end:
            yield start, places[ahead]
            start = places[ahead]
            ahead += 1
        yield start, end
