"""Datasets: select, split, seal, compare, export."""

from .compare import compare_versions
from .export import ExportFile, get_export, open_export, render_export, start_export
from .follow import get_dataset, get_version, list_datasets, list_versions, make_dataset
from .formats import FORMATS
from .give_up import end_lost, give_up_export, give_up_seal, retry_seal
from .seal import seal, start_seal
from .select import preview_selection
from .types import (
    Comparison,
    Dataset,
    Export,
    ExportState,
    Preview,
    Selection,
    Splits,
    Version,
    VersionState,
)

__all__ = [
    "FORMATS",
    "Comparison",
    "Dataset",
    "Export",
    "ExportFile",
    "ExportState",
    "Preview",
    "Selection",
    "Splits",
    "Version",
    "VersionState",
    "compare_versions",
    "end_lost",
    "get_dataset",
    "get_export",
    "get_version",
    "give_up_export",
    "give_up_seal",
    "list_datasets",
    "list_versions",
    "make_dataset",
    "open_export",
    "preview_selection",
    "render_export",
    "retry_seal",
    "seal",
    "start_export",
    "start_seal",
]
