"""Sources: raw data in, items out."""

from .add import AddReport, add_items
from .detect import detect
from .follow import get_import, list_imports, list_refusals, stream_refusals
from .give_up import end_lost, give_up_import, retry_import, sweep_uploads
from .ingest import ingest
from .present import is_image, load_item_data, present_item
from .preview import Preview, preview_file
from .start import cancel_import, start_import
from .store import hold_batch
from .types import Format, Import, ImportOptions, ImportRefusal, ImportState, Item, Refusal
from .view import ItemFilter, Media, find_media, get_item, list_items
from .withdraw import withdraw_item
from .words import SHEET, headings, told

__all__ = [
    "SHEET",
    "AddReport",
    "Format",
    "Import",
    "ImportOptions",
    "ImportRefusal",
    "ImportState",
    "Item",
    "ItemFilter",
    "Media",
    "Preview",
    "Refusal",
    "add_items",
    "cancel_import",
    "detect",
    "end_lost",
    "find_media",
    "get_import",
    "get_item",
    "give_up_import",
    "headings",
    "hold_batch",
    "ingest",
    "is_image",
    "list_imports",
    "list_items",
    "list_refusals",
    "load_item_data",
    "present_item",
    "preview_file",
    "retry_import",
    "start_import",
    "stream_refusals",
    "sweep_uploads",
    "told",
    "withdraw_item",
]
