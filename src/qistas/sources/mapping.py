"""Which column fills which field, and the one function that turns a record into an item's draft.

What the options state is taken; the rest is guessed by name, then by there being only one column that can be meant.
Columns that nothing uses become metadata.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from qistas.core.canonical import canonical_json
from qistas.core.errors import Fault, FileInvalid

from .formats import shown
from .types import (
    MAX_DEPTH,
    MAX_EXTERNAL_ID,
    MAX_METADATA_BYTES,
    MAX_SPLIT,
    Draft,
    FieldSpec,
    ImportOptions,
    Picture,
    ReadyRow,
    Record,
    Refusal,
)

_TEXTS = (
    "text",
    "content",
    "body",
    "sentence",
    "review",
    "comment",
    "headline",
    "title",
    "message",
    "document",
    "tweet",
    "post",
    "utterance",
)
_TEXTS_AR = (
    "نص",
    "النص",
    "محتوى",
    "المحتوى",
    "تعليق",
    "التعليق",
    "عنوان",
    "العنوان",
    "جملة",
    "الجملة",
    "مراجعة",
    "تغريدة",
)
_IMAGES = ("image", "img", "picture", "photo", "file", "صورة", "الصورة")
_CHATS = ("messages", "conversation", "conversations", "chat", "dialogue", "turns", "محادثة", "حوار")
_IDS = ("external_id", "id", "_id", "uid", "uuid", "key", "guid", "المعرف")
_SPLITS = ("split", "subset", "partition")
_ALIASES = {
    "text": _TEXTS + _TEXTS_AR,
    "markdown": (*_TEXTS, *_TEXTS_AR, "markdown", "md"),
    "image": _IMAGES,
    "chat": _CHATS,
    "json": ("json", "data"),
}
_ROLES = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "human": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
_ENVELOPE = frozenset(
    {"data", "external_id", "split", "metadata", "priority", "batch", "id", "state", "created_at"}
)
_NUL, _BACKSLASH = b"\\u0000", ord("\\")
_dumps, _sha256 = orjson.dumps, hashlib.sha256
_BLOB = re.compile(r"blob:[0-9a-f]{64}\Z")
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*;base64,", re.ASCII)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each part of an item comes from. `envelope`: the rows are items already, with their data inside `data`."""

    fields: tuple[tuple[FieldSpec, str], ...]
    external_id: str | None
    split: str | None
    metadata: tuple[str, ...] | None
    envelope: bool = False

    def as_json(self) -> dict[str, Any]:
        """For people: field → column, and the rest."""
        return {
            "mapping": {spec.name: column for spec, column in self.fields},
            "external_id": self.external_id,
            "split": self.split,
            "metadata": None if self.metadata is None else list(self.metadata),
        }


def make_plan(
    fields: Sequence[FieldSpec], columns: Sequence[str], options: ImportOptions, sample: Sequence[Record] = ()
) -> Plan:
    """Decide the plan for rows with these columns. Raises FileInvalid naming every field that nothing fills."""
    if not fields:
        raise FileInvalid(
            "The project has no ontology yet, so it is not known what an item holds.",
            [Fault("ontology", "missing", "Publish an ontology first.", "ontology_missing")],
        )
    if _is_envelope(fields, sample, options):
        whole = tuple((spec, spec.name) for spec in fields)
        return Plan(whole, "external_id", "split", None, envelope=True)
    stated = options.mapping or {}
    names = {spec.name for spec in fields}
    faults = [
        Fault(
            f"options.mapping.{field}",
            "there is no such field in the ontology",
            f"The fields are: {', '.join(sorted(names))}.",
            "field_unknown",
            {"known": ", ".join(sorted(names))},
        )
        for field in stated
        if field not in names
    ]
    wanted = [
        *stated.values(),
        *(options.metadata or ()),
        *filter(None, (options.external_id, options.split)),
    ]
    faults += [
        Fault(
            f"column {column}",
            "is not in the file",
            f"The columns are: {', '.join(columns[:30])}.",
            "column_unknown",
            {"known": ", ".join(columns[:30])},
        )
        for column in dict.fromkeys(wanted)
        if column not in columns
    ]
    if faults:
        raise FileInvalid("The mapping does not fit the file.", faults)
    free = [c for c in columns if c not in wanted]
    external_id = options.external_id or _named(free, _IDS, taken=names)
    split = options.split or _named(free, _SPLITS, taken=names)
    chosen = _guess(fields, stated, [c for c in free if c not in (external_id, split)], sample)
    lacking = [spec for spec in fields if spec.required and spec.name not in chosen]
    if lacking:
        known = f"The columns are: {', '.join(columns[:30])}." if columns else "The file has no columns."
        raise FileInvalid(
            "Some fields of the ontology have no column in this file.",
            [
                Fault(
                    f"field {spec.name}",
                    "no column fills it",
                    f"Name its column in the mapping. {known}",
                    "field_unfilled",
                    {"known": ", ".join(columns[:30])},
                )
                for spec in lacking
            ],
        )
    pairs = tuple((spec, chosen[spec.name]) for spec in fields if spec.name in chosen)
    return Plan(pairs, external_id, split, options.metadata)


def _is_envelope(fields: Sequence[FieldSpec], sample: Sequence[Record], options: ImportOptions) -> bool:
    if options.mapping or not sample or any(spec.name == "data" for spec in fields):
        return False
    return all(isinstance(record.get("data"), dict) and _ENVELOPE.issuperset(record) for record in sample)


def _named(columns: Sequence[str], names: Sequence[str], *, taken: "set[str] | None" = None) -> str | None:
    """The first column with one of these names, letter case aside, unless a field of the ontology has that name."""
    by_name = {c.casefold(): c for c in reversed(columns)}
    for name in names:
        column = by_name.get(name)
        if column is not None and not (taken and column in taken):
            return column
    return None


def _guess(
    fields: Sequence[FieldSpec], stated: dict[str, str], free: list[str], sample: Sequence[Record]
) -> dict[str, str]:
    chosen = dict(stated)
    left = [c for c in free if c not in stated.values()]

    def take(spec: FieldSpec, column: str | None) -> None:
        if column is not None:
            chosen[spec.name] = column
            left.remove(column)

    def open_fields() -> list[FieldSpec]:
        return [spec for spec in fields if spec.name not in chosen]

    for spec in open_fields():
        take(spec, _named(left, (spec.name.casefold(),)))
    for spec in open_fields():
        take(spec, _named(left, _ALIASES.get(spec.type, ())))
    lacking = [spec for spec in open_fields() if spec.required]
    if len(lacking) == 1 and lacking[0].type in ("text", "markdown"):
        take(lacking[0], _only_text(left, sample))
    return chosen


def _only_text(columns: Sequence[str], sample: Sequence[Record]) -> str | None:
    """The one column that can be the text: the only one, or the one whose texts are by far the longest."""
    if len(columns) == 1:
        return columns[0]
    lengths = sorted(((_mean_length(c, sample), c) for c in columns), reverse=True)
    if lengths and lengths[0][0] >= 20 and (len(lengths) == 1 or lengths[0][0] >= 3 * lengths[1][0]):
        return lengths[0][1]
    return None


def _mean_length(column: str, sample: Sequence[Record]) -> float:
    texts = [value for record in sample if isinstance(value := record.get(column), str)]
    return sum(map(len, texts)) / len(texts) if texts and len(texts) * 2 >= len(sample) else 0.0


class DraftMaker:
    """Turns records into drafts by a plan; a record that cannot be one gives its refusals instead."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._used = {column for _, column in plan.fields} | {plan.external_id, plan.split}
        self._columns = [column for column in self._used if column is not None]
        self._id, self._split = plan.external_id or "", plan.split or ""
        plain = plan.metadata is None and not plan.envelope
        plain = plain and all(spec.type in ("text", "markdown") for spec, _ in plan.fields)
        # By name, so that the data is canonical as it is written.
        self._texts = sorted((spec.name, column) for spec, column in plan.fields) if plain else None

    def quick(self, record: Record) -> ReadyRow | None:
        """The row at once, where its fields are texts and nothing about it is unusual.

        None: it is to go the long way, by `make` and `ready`, which tell what is the matter; what both give is the same.
        """
        if self._texts is None:
            return None
        data: dict[str, str] = {}
        for name, column in self._texts:
            value = record.get(column)
            if type(value) is not str or not value or value.isspace():
                return None
            data[name] = value
        named, split = record.get(self._id), record.get(self._split)
        if type(named) is int:
            named = str(named)
        elif named is not None and (
            type(named) is not str or not 0 < len(named) <= MAX_EXTERNAL_ID or "\0" in named
        ):
            return None
        if split is not None and (type(split) is not str or not 0 < len(split) <= MAX_SPLIT or "\0" in split):
            return None
        beside = record.copy()
        for column in self._columns:
            beside.pop(column, None)
        if beside and (None in (values := beside.values()) or "" in values):
            beside = {c: v for c, v in beside.items() if v is not None and v != ""}
        try:
            written = _dumps(data)
            metadata = _dumps(beside) if beside else b"{}"
        except (TypeError, ValueError):
            return None
        if (
            (written.count(_BACKSLASH) and _NUL in written)
            or (metadata.count(_BACKSLASH) and _NUL in metadata)
            or len(metadata) > MAX_METADATA_BYTES
        ):
            return None
        return ReadyRow(
            _sha256(written).digest(), written, metadata, named, (split.strip() or None) if split else None
        )

    def make(self, record: Record) -> Draft | list[Refusal]:
        """The draft of `record`, or every fault found in it."""
        plan = self._plan
        if plan.envelope:
            return self._unwrap(record)
        draft = Draft({}, {})
        faults: list[Refusal] = []
        self._fill(draft, record, faults)
        kept = plan.metadata
        if kept is None:
            used = self._used
            draft.metadata = {c: v for c, v in record.items() if c not in used and v is not None and v != ""}
        else:
            draft.metadata = {c: record[c] for c in kept if record.get(c) not in (None, "")}
        self._beside(draft, record.get(plan.external_id or ""), record.get(plan.split or ""), faults)
        return faults or draft

    def _unwrap(self, record: Record) -> Draft | list[Refusal]:
        data = record.get("data")
        if not isinstance(data, dict):
            return [
                Refusal("data_missing", "The row has no `data` object.", 'Write {"data": {"text": "…"}}.')
            ]
        names = {spec.name for spec, _ in self._plan.fields}
        faults = [
            Refusal(
                "field_unknown",
                "There is no such field in the ontology.",
                f"The fields are: {', '.join(sorted(names))}.",
                f"data.{name}"[:64],
            )
            for name in data
            if name not in names
        ]
        faults += [
            Refusal(
                "field_unknown",
                "There is no such part of an item.",
                "Use data, external_id, split, metadata.",
                name[:64],
            )
            for name in record
            if name not in _ENVELOPE
        ]
        metadata = record.get("metadata") or {}
        if not isinstance(metadata, dict):
            faults.append(
                Refusal(
                    "metadata_type",
                    "Metadata is an object.",
                    'Write {"metadata": {"key": "value"}}.',
                    "metadata",
                )
            )
            metadata = {}
        draft = Draft({}, metadata)
        self._fill(draft, data, faults)
        self._beside(draft, record.get("external_id"), record.get("split"), faults)
        return faults or draft

    def _fill(self, draft: Draft, record: Record, faults: list[Refusal]) -> None:
        for spec, column in self._plan.fields:
            value = record.get(column)
            if value is None or value == "":
                if spec.required:
                    faults.append(
                        Refusal(
                            "field_missing",
                            f"The field {spec.name} is empty.",
                            f"Fill the column {column}.",
                            column[:64],
                        )
                    )
                continue
            if spec.type in ("text", "markdown"):
                if not isinstance(value, str):
                    faults.append(_wrong_type(spec, column, "a text", value))
                elif value.isspace() and spec.required:
                    faults.append(
                        Refusal(
                            "field_missing",
                            f"The field {spec.name} is blank.",
                            f"Fill the column {column}.",
                            column[:64],
                        )
                    )
                else:
                    draft.data[spec.name] = value
                continue
            found = _READ[spec.type](spec, column, value) if spec.type in _READ else value
            if isinstance(found, Refusal):
                faults.append(found)
            elif isinstance(found, Picture):
                draft.pictures.append(found)
            else:
                draft.data[spec.name] = found

    def _beside(self, draft: Draft, external_id: Any, split: Any, faults: list[Refusal]) -> None:
        if external_id is not None and external_id != "":
            text = external_id if isinstance(external_id, str) else _plain_text(external_id)
            if text is not None and "\0" in text:
                faults.append(_nul(self._plan.external_id or ""))
            elif text is None or len(text) > MAX_EXTERNAL_ID:
                faults.append(
                    Refusal(
                        "external_id",
                        "The external id is not a short text or number.",
                        f"Give at most {MAX_EXTERNAL_ID} characters.",
                        self._plan.external_id or "",
                    )
                )
            else:
                draft.external_id = text
        if split is not None and split != "":
            if isinstance(split, str) and "\0" in split:
                faults.append(_nul(self._plan.split or ""))
            elif not isinstance(split, str) or len(split) > MAX_SPLIT:
                faults.append(
                    Refusal(
                        "split",
                        "The split is not a short text.",
                        f"Give at most {MAX_SPLIT} characters, such as train.",
                        self._plan.split or "",
                    )
                )
            else:
                draft.split = split.strip() or None


def ready(draft: Draft, *, texts_only: bool) -> ReadyRow | Refusal:
    """The row to store, or why it cannot be kept. `texts_only`: no field can hold a number.

    An item is addressed by its content: SHA-256 of the canonical JSON of its data (`core.canonical`), of nothing beside it.
    """
    try:
        data = orjson.dumps(draft.data, option=orjson.OPT_SORT_KEYS)
        metadata = orjson.dumps(draft.metadata) if draft.metadata else b"{}"
        canonical = data if texts_only else canonical_json(draft.data)
    except (TypeError, ValueError) as error:
        return _unkeepable(str(error))
    if _NUL in data or _NUL in metadata:
        for part in (draft.data, draft.metadata):
            place = _nul_place(part)
            if place is not None:
                return _nul(place)
    if len(metadata) > MAX_METADATA_BYTES:
        return Refusal(
            "metadata_too_large",
            f"The metadata has {len(metadata):,} bytes; {MAX_METADATA_BYTES:,} are allowed.",
            "Name the columns to keep in the options (metadata).",
            "metadata",
        )
    return ReadyRow(hashlib.sha256(canonical).digest(), data, metadata, draft.external_id, draft.split)


def _nul(place: str) -> Refusal:
    return Refusal(
        "nul_byte", "The text holds a NUL character.", "Remove it; text does not hold NUL.", place[:64]
    )


def _unkeepable(message: str) -> Refusal:
    if "surrogate" in message:
        return Refusal(
            "lone_surrogate",
            "The text holds half of a character (a lone surrogate).",
            "Write the character whole.",
        )
    if "64-bit" in message or "2^53" in message:
        return Refusal("number_too_large", "A number is beyond what JSON keeps exactly.", "Write it as text.")
    return Refusal(
        "value_type",
        "A column holds bytes or another value that is not text or JSON.",
        "Leave it out, or map it to an image field.",
    )


def _nul_place(value: Any) -> str | None:
    """The top-level key under which a NUL stands."""
    for key, part in value.items():
        stack: list[Any] = [key, part]
        while stack:
            one = stack.pop()
            if isinstance(one, str):
                if "\0" in one:
                    return shown(key)
            elif isinstance(one, dict):
                stack.extend((*one.keys(), *one.values()))
            elif isinstance(one, list):
                stack.extend(one)
    return None


def _plain_text(value: Any) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _wrong_type(spec: FieldSpec, column: str, wanted: str, value: Any) -> Refusal:
    kinds = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
        bytes: "bytes",
        str: "a text",
    }
    return Refusal(
        "field_type",
        f"The field {spec.name} is to be {wanted}; this is {kinds.get(type(value), 'something else')}.",
        "Put the value in quotes." if wanted == "a text" else f"Write {wanted}.",
        column[:64],
    )


def _read_image(spec: FieldSpec, column: str, value: Any) -> Any:
    if isinstance(value, dict) and isinstance(
        value.get("bytes"), bytes
    ):  # as Hugging Face datasets keep images
        value = value["bytes"]
    if isinstance(value, bytes):
        return Picture(spec.name, value)
    if not isinstance(value, str):
        return _wrong_type(spec, column, "an image", value)
    if _BLOB.match(value):
        return Picture(spec.name, sha256=value[5:])
    found = _DATA_URL.match(value)
    if found:
        try:
            return Picture(spec.name, base64.b64decode(value[found.end() :], validate=True))
        except (binascii.Error, ValueError):
            return Refusal(
                "image_unreadable",
                "The data URL is not valid base64.",
                "Encode the image again.",
                column[:64],
            )
    return Refusal(
        "image_missing",
        f"The field {spec.name} is to be an image; this is the text {shown(value)[:60]!r}. Nothing is fetched from the network.",
        "Send the images themselves: in a zip, as data:image/png;base64,… or as bytes in Parquet.",
        column[:64],
    )


def _read_chat(spec: FieldSpec, column: str, value: Any) -> Any:
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, list) or not value:
        return Refusal(
            "chat_invalid",
            f"The field {spec.name} is to be a list of turns.",
            'Write [{"role": "user", "content": "…"}].',
            column[:64],
        )
    turns: list[dict[str, str]] = []
    for place, turn in enumerate(value):
        role = content = None
        if isinstance(turn, dict):
            role = _ROLES.get(str(turn.get("role", turn.get("from"))))
            content = turn.get("content", turn.get("value"))
        if role is None or not isinstance(content, str):
            return Refusal(
                "chat_invalid",
                f"Turn {place + 1} of {spec.name} has no role (user, assistant, system) or no text.",
                'Write each turn as {"role": "user", "content": "…"}.',
                f"{column[:48]}[{place}]",
            )
        turns.append({"role": role, "content": content})
    return turns


def _read_json(spec: FieldSpec, column: str, value: Any) -> Any:
    if isinstance(value, str):
        parsed = _parsed(value)
        value = value if parsed is None else parsed
    if _too_deep(value):
        return Refusal(
            "json_depth",
            f"The field {spec.name} nests more than {MAX_DEPTH} deep.",
            "Flatten it.",
            column[:64],
        )
    return value


def _too_deep(value: Any) -> bool:
    stack = [(value, 1)]
    while stack:
        part, depth = stack.pop()
        if isinstance(part, dict | list):
            if depth > MAX_DEPTH:
                return True
            stack.extend((p, depth + 1) for p in (part.values() if isinstance(part, dict) else part))
    return False


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


_READ = {"image": _read_image, "chat": _read_chat, "json": _read_json}
