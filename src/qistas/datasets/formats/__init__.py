"""The formats of export. One registry; each is a pure rendering of a sealed version."""

from .base import Format, Sealed, file_part
from .coco import Coco
from .conll import Conll
from .csv_table import Csv
from .hugging_face import HuggingFace
from .jsonl import JsonLines
from .preference import Preference

FORMATS: dict[str, Format] = {
    one.name: one for one in (JsonLines(), HuggingFace(), Csv(), Coco(), Conll(), Preference())
}

__all__ = ["FORMATS", "Format", "Sealed", "file_part"]
