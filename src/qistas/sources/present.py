"""How an item is shown: everything as it is, but for its images, which become addresses."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from qistas.core.ids import ProjectId
from qistas.db import Tx

from . import store


def is_image(value: Any) -> bool:
    """Whether `value` is an image as items hold it (docs/reference/ontology.md)."""
    return isinstance(value, dict) and value.keys() == {"blob", "width", "height", "media_type"}


def present_item(data: dict[str, Any], project_id: UUID, item_id: UUID) -> dict[str, Any]:
    """`data` with each image as `{"url", "width", "height"}`."""
    return {
        name: {
            "url": f"/api/v1/projects/{project_id}/items/{item_id}/media/{quote(name, safe='')}",
            "width": value["width"],
            "height": value["height"],
        }
        if is_image(value)
        else value
        for name, value in data.items()
    }


async def load_item_data(
    tx: Tx, project_id: ProjectId, item_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """The data of some items as stored, by id; ids that are not of this project are not there.

    For other stations' use-cases, which check what their principal may do and record the view themselves.
    """
    return await store.load_data(tx, project_id, item_ids)
