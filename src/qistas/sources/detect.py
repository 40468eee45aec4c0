"""What a file is: its format, encoding and delimiter, from its name and its beginning. What was stated is not guessed."""

import csv
from collections import Counter
from dataclasses import dataclass

from qistas.core.errors import Fault, FileInvalid

from .encoding import detect_encoding, known_encoding
from .types import Format, ImportOptions

SAMPLE_BYTES = 1 << 20
_BY_NAME = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSON,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".parquet": Format.PARQUET,
    ".txt": Format.TEXT,
    ".zip": Format.ZIP,
}
_NOT_READ = {
    b"\x1f\x8b": ("a gzip file", "Unpack it first."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it, and make a zip of it."),
    b"Rar!": ("a RAR archive", "Unpack it, and make a zip of it."),
    b"%PDF": ("a PDF", "Take the text out of it first."),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "Save the sheet as CSV (UTF-8)."),
    b"\x80\x04\x95": ("a pickle, which could run code when read", "Write it as Parquet or JSON Lines."),
    b"\x80\x05\x95": ("a pickle, which could run code when read", "Write it as Parquet or JSON Lines."),
    b"\x80\x02}": ("a pickle, which could run code when read", "Write it as Parquet or JSON Lines."),
}
_DELIMITERS = ",;\t|،؛"


@dataclass(frozen=True, slots=True)
class Detected:
    """How a file is to be read. `delimiter` is for CSV and TSV alone."""

    format: Format
    encoding: str
    delimiter: str


def detect(name: str, sample: bytes, options: ImportOptions) -> Detected:
    """Judge a file by its name and its first bytes. Raises FileInvalid for what is not read at all."""
    if not sample:
        raise FileInvalid(
            "The file is empty.", [Fault("file", "has no bytes", "Choose another file.", "file_empty")]
        )
    _refuse_foreign(name, sample)
    encoding = _encoding(sample, options)
    found = options.format or _format(name, sample, encoding)
    delimiter = options.delimiter or ("\t" if found is Format.TSV else ",")
    if found is Format.CSV and options.delimiter is None:
        delimiter = guess_delimiter(_text(sample, encoding))
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise FileInvalid(
            "The delimiter is not one character.",
            [Fault("options.delimiter", repr(delimiter), "Give one character, such as , or ;", "delimiter")],
        )
    return Detected(found, encoding, delimiter)


def _refuse_foreign(name: str, sample: bytes) -> None:
    for magic, (what, remedy) in _NOT_READ.items():
        if sample.startswith(magic):
            raise FileInvalid(
                f"This file is {what}, which is not read here.",
                [Fault("file", f"is {what}", remedy, "file_other_kind", {"what": what})],
            )
    if sample.startswith(b"PK") and (
        b"[Content_Types].xml" in sample[:4096] or name.lower().endswith((".xlsx", ".docx", ".ods"))
    ):
        raise FileInvalid(
            "This file is an Office document.",
            [Fault("file", "is a workbook", "Save the sheet as CSV (UTF-8).", "file_workbook")],
        )
    if sample.startswith(b"PK") and (
        b"data.pkl" in sample[:4096] or name.lower().endswith((".pt", ".pth", ".npz"))
    ):
        raise FileInvalid(
            "This file is a saved model or array, not data to label.",
            [Fault("file", "could run code when read", "Write it as Parquet.", "file_runs_code")],
        )


def _encoding(sample: bytes, options: ImportOptions) -> str:
    if options.encoding is None:
        return detect_encoding(sample)
    known = known_encoding(options.encoding)
    if known is None:
        raise FileInvalid(
            f"There is no encoding named {options.encoding!r}.",
            [
                Fault(
                    "options.encoding",
                    "not known",
                    "Use utf-8, utf-16, cp1256 (Windows Arabic), iso8859-6, cp1252 …",
                    "encoding_unknown",
                )
            ],
        )
    return known


def _format(name: str, sample: bytes, encoding: str) -> Format:
    if sample.startswith(b"PAR1"):
        return Format.PARQUET
    if sample.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format.ZIP
    lower = name.lower()
    named = next((found for ending, found in _BY_NAME.items() if lower.endswith(ending)), None)
    text = _text(sample, encoding).lstrip()
    if named is not None and named in (Format.PARQUET, Format.ZIP):
        raise FileInvalid(
            f"This file is named {named.value} and is none.",
            [
                Fault(
                    "file",
                    "begins like another kind of file",
                    "Check that it was copied whole.",
                    "file_misnamed",
                )
            ],
        )
    if named is Format.JSON or named is Format.JSONL or (named is None and text[:1] in ("{", "[")):
        return _json_form(text)
    if named is not None:
        return named
    if "\0" in text[:4096]:
        raise FileInvalid(
            "This file is not one that is read here.",
            [
                Fault(
                    "file",
                    "is binary",
                    "Send JSON Lines, JSON, CSV, TSV, Parquet, text or zip.",
                    "file_binary",
                )
            ],
        )
    head = text.split("\n", 1)[0]
    return (
        Format.CSV
        if any(mark in head for mark in ",;\t|") and _consistent(text, guess_delimiter(text))
        else Format.TEXT
    )


def _json_form(text: str) -> Format:
    """A file that begins with a bracket is an array; with a brace that closes on its first line, JSON Lines."""
    if text.startswith("{"):
        first = text.split("\n", 1)[0].rstrip()
        return Format.JSONL if first.endswith("}") or "\n" not in text else Format.JSON
    return Format.JSON if text.startswith("[") else Format.JSONL


def guess_delimiter(text: str) -> str:
    """The character that cuts the first rows into the same number of cells, the more the better."""
    best, mark = (0.0, 0), ","
    for candidate in _DELIMITERS:
        share, width = _shape(text, candidate)
        if width > 1 and (share, width) > best:
            best, mark = (share, width), candidate
    return mark


def _consistent(text: str, delimiter: str) -> bool:
    share, width = _shape(text, delimiter)
    return width > 1 and share >= 0.9


def _shape(text: str, delimiter: str) -> tuple[float, int]:
    """How many cells most of the first rows have, and the share of rows that have them."""
    widths: list[int] = []
    try:
        for cells in csv.reader(text[:100_000].splitlines(keepends=True), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) == 100:
                break
    except csv.Error:
        pass
    if len(text) > 100_000 and len(widths) > 1 and len(widths) < 100:
        widths.pop()
    if not widths:
        return 0.0, 0
    width, count = Counter(widths).most_common(1)[0]
    return round(count / len(widths), 2), width


def _text(sample: bytes, encoding: str) -> str:
    return sample[: 1 << 18].decode(encoding, "replace").removeprefix("\ufeff")
