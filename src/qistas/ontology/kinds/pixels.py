"""What is drawn on images shares: pixels of the stored image, to a thousandth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

SLACK = 1.0  # pixels beyond the edge that are taken for rounding, and cut off


def image_size(stored: Any) -> tuple[int, int] | None:
    """Width and height of an image as items hold it, or None where there is none."""
    if not isinstance(stored, Mapping):
        return None
    image = cast("Mapping[str, Any]", stored)
    width, height = image.get("width"), image.get("height")
    return (width, height) if type(width) is int and type(height) is int else None


def neat(number: float) -> int | float:
    """A number of pixels to a thousandth; a whole number is an int."""
    rounded = round(float(number), 3)
    return int(rounded) if rounded == int(rounded) else rounded
