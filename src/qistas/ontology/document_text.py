"""YAML or JSON text to plain values, safely: no tags, no duplicate keys, nothing that grows when it is read.

YAML is built from the parser's events on a stack of our own, so that depth costs no recursion, and with YAML 1.2's idea of plain
words: `no`, `on`, `12:30` and `2024-01-01` are texts.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from qistas.core.errors import Fault, OntologyInvalid

MOST_BYTES = 2 * 2**20
MOST_DEPTH = 32
MOST_ALIASES = 1_000
MOST_NODES = (
    100_000  # aliases counted as often as they stand; YAML takes some 10 µs for each, JSON is not counted
)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = {"", "~", "null", "Null", "NULL"}
_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_MISSING = object()


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: Any
    anchor: str | None
    nodes: int = 1
    key: Any = _MISSING
    places: dict[str, int] = field(default_factory=dict[str, int])


def read_document_text(text: str | bytes) -> Any:
    """The value written in `text`, JSON where it looks like it, else YAML. Raises OntologyInvalid."""
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    return read_json(raw) if raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else read_yaml(raw)


def read_json(raw: bytes) -> Any:
    """The value written in JSON. What JSON itself does not take is tried as YAML: `{a: 1}` is a mapping too."""
    if len(raw) > MOST_BYTES:
        raise _refused(None, f"has {len(raw):,} bytes", f"Keep the document under {MOST_BYTES:,} bytes.")
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return read_yaml(raw)


def refuse_keys_twice(raw: bytes) -> None:
    """Raise OntologyInvalid where an object of the JSON text `raw` names a key twice: plain readers keep the last and say nothing."""
    try:
        json.loads(raw, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return  # not JSON: said by whoever reads it


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise _refused(None, f"the key `{twice[:64]}` stands twice in one object", "Keep one.")
    return found


def read_yaml(text: str | bytes) -> Any:
    """The value written in `text`. Raises OntologyInvalid that names line and column."""
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(raw) > MOST_BYTES:
        raise _refused(None, f"has {len(raw):,} bytes", f"Keep the document under {MOST_BYTES:,} bytes.")
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(None, f"is not UTF-8 at byte {error.start}", "Save it as UTF-8.") from None
    try:
        return _read(decoded)
    except yaml.MarkedYAMLError as error:
        raise _refused(
            error.problem_mark,
            error.problem or "cannot be read as YAML",
            "Check quotation marks, colons and indentation.",
        ) from None
    except yaml.reader.ReaderError as error:
        raise _refused(
            None, f"contains the character {error.character!r}, which YAML does not allow", "Remove it."
        ) from None
    except yaml.YAMLError as error:
        raise _refused(None, "cannot be read as YAML", str(error).split("\n")[0]) from None


def _read(text: str) -> Any:
    stack: list[_Open] = []
    anchors: dict[str, tuple[Any, int]] = {}
    documents, aliases, root = 0, 0, None
    for event in yaml.parse(text, Loader=_Loader):
        mark = event.start_mark
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused(mark, "a second document begins", "Give one document.")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            _check_tag(event.tag, mark)
            if len(stack) >= MOST_DEPTH:
                raise _refused(mark, f"is nested deeper than {MOST_DEPTH}", "Write it flatter.")
            stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = stack.pop()
            if done.anchor:
                anchors[done.anchor] = (done.value, done.nodes)
            root = _put(stack, done.value, done.nodes, mark)
        elif isinstance(event, yaml.ScalarEvent):
            _check_tag(event.tag, mark)
            plain = event.implicit[0]  # not in quotation marks, no tag
            value = event.value if not plain or (stack and _awaits_key(stack[-1])) else _plain(event.value)
            if event.anchor:
                anchors[event.anchor] = (value, 1)
            root = _put(stack, value, 1, mark)
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MOST_ALIASES:
                raise _refused(mark, f"has more than {MOST_ALIASES:,} aliases", "Write the values out.")
            if event.anchor not in anchors:
                raise _refused(
                    mark,
                    f"*{event.anchor} points to nothing before it",
                    "Define the anchor first, outside of itself.",
                )
            value, nodes = anchors[event.anchor]
            root = _put(stack, value, nodes, mark)
    return root


def _awaits_key(top: _Open) -> bool:
    return isinstance(top.value, dict) and top.key is _MISSING


def _put(stack: list[_Open], value: Any, nodes: int, mark: Any) -> Any:
    """Put a finished value where it belongs; the outermost one is returned."""
    if not stack:
        return value
    top = stack[-1]
    top.nodes += nodes
    if top.nodes > MOST_NODES:
        raise _refused(
            mark, f"holds more than {MOST_NODES:,} values", "Write a smaller document, or write it as JSON."
        )
    if isinstance(top.value, list):
        top.value.append(value)
    elif top.key is _MISSING:
        if not isinstance(value, str):
            raise _refused(mark, "a key is not a plain word", "Use a name as key.")
        if value in top.places:
            raise _refused(
                mark,
                f"the key `{value[:64]}` stands here for the second time",
                f"Line {top.places[value]} has it already: keep one.",
            )
        top.places[value] = mark.line + 1
        top.key = value
    else:
        top.value[top.key] = value
        top.key = _MISSING
    return top.value


def _check_tag(tag: str | None, mark: Any) -> None:
    if tag not in _TAGS:
        raise _refused(mark, f"the tag {tag} is not understood", "Remove it; plain values are enough.")


def _plain(word: str) -> Any:
    if word in _NOTHING:
        return None
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word):
        return float(word)
    return word


def _refused(mark: Any, message: str, remedy: str) -> OntologyInvalid:
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else "document"
    return OntologyInvalid(
        "The document cannot be read. Nothing was changed.", [Fault(where, message, remedy)]
    )
