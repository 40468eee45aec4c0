"""See items, one or a page of them, and the images they hold."""

from dataclasses import dataclass, replace
from uuid import UUID

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, page_of
from qistas.db import Tx
from qistas.trust import Act, Permission, may, record, require

from . import store
from .present import is_image, present_item
from .types import Item


@dataclass(frozen=True, slots=True)
class Media:
    """A file of an item: where it lies, and what it was found to be when it came."""

    path: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items a list shows; None asks nothing."""

    state: str | None = None
    label: str | None = None
    split: str | None = None
    external_id: str | None = None


async def list_items(
    tx: Tx,
    project_id: ProjectId,
    wanted: ItemFilter,
    *,
    data: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[Item]:
    """A page of items, without their payloads unless asked; a page with payloads is recorded as a view of them.

    Which items have a label is what was inferred of them, and asked by those alone who may see quality.
    """
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    if wanted.label is not None:
        require(tx.principal, Permission.QUALITY_VIEW, project_id)
    rows = await store.list_items(
        tx,
        project_id,
        after=decode_id(after),
        limit=limit + 1,
        data=data,
        state=wanted.state,
        label=wanted.label,
        split=wanted.split,
        external_id=wanted.external_id,
    )
    if not rows and not await store.project_exists(tx, project_id):
        raise Missing()
    page = page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)
    if not data:
        return page
    if page.rows:
        await record(tx, Act.ITEM_VIEW, [item.id for item in page.rows])
    return Page(
        [replace(item, data=present_item(item.data or {}, project_id, item.id)) for item in page.rows],
        page.next,
    )


async def get_item(tx: Tx, project_id: ProjectId, item_id: UUID) -> Item:
    """One item with its data; the view is recorded. Raises Missing."""
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    item = await store.find_item(tx, project_id, item_id)
    if item is None or item.data is None:
        raise Missing()
    await record(tx, Act.ITEM_VIEW, [item.id])
    return replace(item, data=present_item(item.data, project_id, item.id))


async def find_media(tx: Tx, project_id: ProjectId, item_id: UUID, field: str) -> Media:
    """The image in one field of an item. An annotator sees those of items they hold or held. Raises Missing."""
    if not may(tx.principal, Permission.ITEM_VIEW, project_id):
        require(tx.principal, Permission.ANNOTATE, project_id)
        if not await store.was_offered(tx, item_id):
            raise Missing()
    data = (await store.load_data(tx, project_id, [item_id])).get(item_id, {})
    image = data.get(field)
    if image is None or not is_image(image):
        raise Missing()
    sha256 = bytes.fromhex(image["blob"])
    found = (await store.find_images(tx, [sha256])).get(sha256)
    if found is None:
        raise Missing()
    await record(tx, Act.ITEM_VIEW, [item_id], field=field)
    return Media(BlobStore.content_path(tx.tenant_id, sha256), found.media_type, found.bytes, sha256.hex())
