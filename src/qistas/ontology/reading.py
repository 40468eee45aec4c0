"""Read one mapping of a document, key by key: whatever is wrong becomes a fault with its place, and reading goes on."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from qistas.core.errors import Fault

from .types import Field, FieldType, LocalText

NAME_RULE = "Use 1 to 64 characters: a letter first, then letters, digits, `_` or `-`."
MAX_TITLE = 500
MAX_HELP = 5_000
MAX_GUIDELINE = 200_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
Word = TypeVar("Word", bound=str)


class Reader:
    """Reads `source`, which stands at `where`; `done` reports the keys nobody asked for."""

    __slots__ = ("_asked", "faults", "languages", "source", "where")

    def __init__(self, source: Any, where: str, faults: list[Fault], languages: tuple[str, ...] = ()) -> None:
        self.faults = faults
        self.where = where
        self.languages = languages
        self._asked: set[str] = set()
        if isinstance(source, Mapping):
            self.source = cast("Mapping[Any, Any]", source)
        else:
            self.source = {}
            faults.append(
                Fault(
                    where or "document",
                    f"is {a(source)}, not a mapping of keys to values",
                    "Write `key: value` lines.",
                )
            )

    def at(self, key: str) -> str:
        """The place of `key`."""
        return f"{self.where}.{key}" if self.where else key

    def fault(self, key: str, message: str, remedy: str = "") -> None:
        """Note that what stands at `key` is wrong (at the mapping itself for an empty key)."""
        self.faults.append(Fault(self.at(key) if key else self.where, message, remedy))

    def take(self, key: str) -> Any:
        """What stands at `key`, or None."""
        self._asked.add(key)
        return self.source.get(key)

    def name(self, key: str = "name") -> str | None:
        """A name that serves as a key; None with a fault where it cannot."""
        given = self.take(key)
        if given is None:
            self.fault(key, "is missing", NAME_RULE)
            return None
        if not isinstance(given, str):
            self.fault(key, f"is {a(given)}, not a name", "Put it in quotation marks if you mean it as text.")
            return None
        if unicodedata.normalize("NFC", given) != given:
            self.fault(
                key,
                f"{given!r} is not in Unicode's composed form",
                "Write it in NFC, so that equal names are equal.",
            )
            return None
        if not is_name(given):
            self.fault(key, f"{short(given)} is not a name", NAME_RULE)
            return None
        return given

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        given = self.take(key)
        if given is None:
            return default
        if not isinstance(given, bool):
            self.fault(key, f"is {a(given)}", "Write true or false.")
            return default
        return given

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        found = self.optional_whole(key, low, high)
        return default if found is None else found

    def optional_whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number within bounds, or None where none is written."""
        given = self.take(key)
        if given is None:
            return None
        number = whole_number(given)
        if number is None or not low <= number <= high:
            self.fault(key, f"is {a(given)}", f"Give a whole number from {low:,} to {high:,}.")
            return None
        return number

    def number(self, key: str, default: float, low: float, high: float) -> int | float:
        """A finite number within bounds; one that is whole is an int."""
        given = self.take(key)
        if given is None:
            return default
        number = finite_number(given)
        if number is None or not low <= number <= high:
            self.fault(key, f"is {a(given)}", f"Give a number from {low:g} to {high:g}.")
            return default
        return number

    def word(self, key: str, default: Word, allowed: type[Word]) -> Word:
        """One of the words of an enum."""
        given = self.take(key)
        if given is None:
            return default
        words = [str(one) for one in cast("Iterable[Word]", allowed)]
        if not isinstance(given, str) or given not in words:
            self.fault(key, f"is {a(given)}", f"Choose one of {', '.join(words)}.{nearest(given, words)}")
            return default
        return allowed(given)

    def text(self, key: str, most: int = MAX_TITLE) -> LocalText | None:
        """One string, or one per language."""
        given = self.take(key)
        if given is None:
            return None
        if isinstance(given, str):
            return LocalText((("", given),)) if self._readable(key, given, most) else None
        if not isinstance(given, Mapping) or not given:
            self.fault(key, f"is {a(given)}", "Write one text, or one per language: {en: …, ar: …}.")
            return None
        words: list[tuple[str, str]] = []
        for language, words_in in cast("Mapping[Any, Any]", given).items():
            inner = f"{key}.{language}"
            if not isinstance(language, str) or not is_language(language):
                self.fault(inner, "is not a language", "Use a tag such as en, ar or pt-BR.")
            elif self.languages and language not in self.languages:
                self.fault(inner, "is not among this ontology's languages", f"Add {language} to `languages`.")
            elif not isinstance(words_in, str):
                self.fault(inner, f"is {a(words_in)}", "Write a text.")
            elif self._readable(inner, words_in, most):
                words.append((language, words_in))
        return LocalText(tuple(words)) if words else None

    def rows(self, key: str, least: int, most: int, what: str) -> list[tuple[str, Any]]:
        """The entries of a list, each with its place."""
        given = self.take(key)
        if given is None:
            if least:
                self.fault(key, "is missing", f"Give a list of at least {least} {what}.")
            return []
        if not isinstance(given, list | tuple):
            self.fault(key, f"is {a(given)}, not a list", f"Give a list of {what}.")
            return []
        entries = cast("list[Any]", given)
        if len(entries) < least:
            self.fault(key, f"has {len(entries)} {what}", f"Give at least {least}.")
        if len(entries) > most:
            self.fault(key, f"has {len(entries):,} {what}", f"Give at most {most:,}.")
            return []
        return [(f"{self.at(key)}[{at}]", entry) for at, entry in enumerate(entries)]

    def done(self) -> None:
        """Report the keys that mean nothing here (the first twenty)."""
        strange = [key for key in self.source if key not in self._asked]
        for key in strange[:20]:
            self.fault(
                short(key, 64, bare=True), "means nothing here", f"Remove it.{nearest(key, self._asked)}"
            )
        if len(strange) > 20:
            self.fault("", f"has {len(strange) - 20:,} more keys that mean nothing", "Remove them.")

    def _readable(self, key: str, text: str, most: int) -> bool:
        problem = unreadable(text)
        if problem:
            self.fault(key, problem, "Remove the character.")
        elif not text.strip():
            self.fault(key, "is empty", "Write the text, or leave the key out.")
        elif len(text) > most:
            self.fault(key, f"has {len(text):,} characters", f"Keep it to {most:,}.")
        else:
            return True
        return False


def is_name(text: str) -> bool:
    """Whether `text` may name a field, question or label: letters of any script, with the marks that belong to them."""
    if not 1 <= len(text) <= 64:
        return False
    if text.isascii():
        return text[0].isalpha() and text.replace("_", "a").replace("-", "a").isalnum()
    return text[0].isalpha() and all(
        c in "_-" or unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd" for c in text
    )


def is_language(text: str) -> bool:
    """Whether `text` looks like a language tag (BCP 47, the common part)."""
    return len(text) <= 35 and _LANGUAGE.fullmatch(text) is not None


def unreadable(text: str) -> str:
    """What keeps `text` from being stored, or nothing."""
    if "\0" in text:
        return "contains a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "contains half of a surrogate pair, which is no character"
    return ""


def finite_number(given: Any) -> int | float | None:
    """`given` as a finite number of sane size (an int where it is whole), or None."""
    kind = type(given)
    if kind is int:
        return given if -(2**53) < given < 2**53 else None
    if kind is not float or not math.isfinite(given) or abs(given) >= 2**53:
        return None
    return int(given) if given == int(given) else given


def whole_number(given: Any) -> int | None:
    """`given` as a whole number of sane size, or None; 5.0 is 5."""
    number = finite_number(given)
    return number if type(number) is int else None


def a(given: Any) -> str:
    """What `given` is, in a few words for a person."""
    if given is None:
        return "empty"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return short(given)
    if isinstance(given, int | float):
        return (
            f"the number {given}"
            if not isinstance(given, int) or abs(given) < 10**20
            else "a number far too large"
        )
    if isinstance(given, Mapping):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    return f"a {type(given).__name__}"


def short(given: Any, most: int = 40, *, bare: bool = False) -> str:
    """`given` as one short line."""
    text = str(given)
    text = text if len(text) <= most else text[: most - 1] + "…"
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if bare else f"“{text}”"


def nearest(given: Any, known: Collection[str]) -> str:
    """A hint at what was probably meant; none among very many, where looking would take long."""
    if len(known) > 300:
        return ""
    close = get_close_matches(str(given)[:64], [k for k in known if len(k) <= 64], 1, 0.7)
    return f" Did you mean `{close[0]}`?" if close else ""


def named_field(reader: Reader, key: str, fields: Mapping[str, Field], wanted: FieldType | None) -> str:
    """The name of a known field of the wanted type; with faults where it is not."""
    given = reader.take(key)
    known = [name for name, field in fields.items() if wanted is None or field.type is wanted]
    what = f"a field of type {wanted}" if wanted else "a field"
    if not isinstance(given, str):
        reader.fault(
            key,
            "is missing" if given is None else f"is {a(given)}",
            f"Name {what}: {', '.join(known) or 'there is none yet'}.",
        )
        return ""
    if given not in fields:
        reader.fault(
            key,
            f"there is no field {a(given)}",
            f"Name {what}: {', '.join(known) or 'there is none yet'}.{nearest(given, known)}",
        )
    elif given not in known:
        reader.fault(
            key,
            f"{a(given)} is of type {fields[given].type}",
            f"Name {what}: {', '.join(known) or 'there is none yet'}.",
        )
    return given
