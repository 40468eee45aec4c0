"""Which encoding a file is written in: told by its mark, by being valid UTF-8, or by which letters come out."""

import codecs

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Arabic letters by how common they are: a wrong reading of Arabic gives rare letters, or none.
_ARABIC = {
    letter: weight
    for weight, letters in ((3, "الينمورتبة"), (2, "عدسفهكقحجأ"), (1, "شطصخذغضزثءىئإآظؤ"))
    for letter in letters
}
_FAULTY_SHARE = 0.05
# What a file may be said to be written in: encodings of text alone, in which a line feed is one. Python knows others (idna,
# punycode, utf-7, escapes) that are made for something else, and fail otherwise or take long.
_STATED = frozenset(
    codecs.lookup(name).name
    for name in (
        *(
            "ascii",
            "utf-8",
            "utf-8-sig",
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "utf-32",
            "utf-32-le",
            "utf-32-be",
        ),
        *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
        *(f"cp{page}" for page in (*range(1250, 1259), *range(860, 867))),
        *(f"cp{page}" for page in (437, 720, 737, 775, 850, 852, 855, 856, 857, 858, 869, 874, 1006, 1125)),
        *("koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154", "tis-620", "hp-roman8"),
        *(
            f"mac-{part}"
            for part in ("arabic", "croatian", "cyrillic", "farsi", "greek", "iceland", "latin2")
        ),
        *("mac-roman", "mac-romanian", "mac-turkish"),
        *("gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp932", "cp949", "cp950", "johab"),
        *(
            "shift_jis",
            "shift_jis_2004",
            "shift_jisx0213",
            "euc_jp",
            "euc_jis_2004",
            "euc_jisx0213",
            "euc_kr",
        ),
    )
)


def detect_encoding(sample: bytes) -> str:
    """The encoding of a file that begins with `sample`. A few broken rows do not change the verdict."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    wide = _wide(sample)
    if wide:
        return wide
    if _is_utf8(sample):
        return "utf-8"
    high = bytes(b for b in sample if b >= 0x80)
    arabic = max((_arabic_share(high, name), name) for name in ("cp1256", "iso8859-6"))
    if arabic[0] > 1.5:
        return arabic[1]
    best = from_bytes(sample[: 1 << 17]).best()
    name = best.encoding if best is not None else "cp1252"
    return "cp1252" if name in ("ascii", "latin_1") else codecs.lookup(name).name


def known_encoding(name: str) -> str | None:
    """Python's name for an encoding that people may state, or None."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return found.name if found.name in _STATED else None


def _is_utf8(sample: bytes) -> bool:
    """Whether it is UTF-8, a few bad lines and a cut last character aside."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        pass
    else:
        return True
    wrong = high = 0
    for line in sample.split(b"\n"):
        if line.isascii():
            continue
        high += 1
        try:
            line.decode()
        except UnicodeDecodeError:
            wrong += 1
    return wrong <= max(1, high * _FAULTY_SHARE) and high > wrong


def _wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: bytes that no text has (0 to 8) stand in one of two places, or in two or three of four.

    In Latin text the other half of each unit is 0, in Arabic text it is 6.
    """
    head = sample[:4096]
    if len(head) < 8:
        return None
    columns = [sum(byte < 9 for byte in head[k::4]) * 4 / len(head) for k in range(4)]
    if sum(columns) < 0.8:
        return None
    if min(columns[2:]) > 0.8 and columns[0] < 0.2:
        return "utf-32-le"
    if min(columns[:2]) > 0.8 and columns[3] < 0.2:
        return "utf-32-be"
    even, odd = columns[0] + columns[2], columns[1] + columns[3]
    if odd > 4 * even:
        return "utf-16-le"
    if even > 4 * odd:
        return "utf-16-be"
    return None


def _arabic_share(high: bytes, encoding: str) -> float:
    """The mean weight of the Arabic letters that the bytes beyond ASCII give."""
    if not high:
        return 0.0
    text = high.decode(encoding, "replace")
    return sum(_ARABIC.get(letter, 0) for letter in text) / len(text)
