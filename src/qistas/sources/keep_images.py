"""Look at the images of a chunk's rows, keep those that are good, and make the rows ready."""

from dataclasses import replace

from qistas.connectors.blobs import BlobStore
from qistas.core.principal import Principal
from qistas.db import Database

from . import store
from .chunk import Chunk
from .images import ImageReader
from .mapping import ready
from .types import Draft, Picture, Refusal, StoredImage


async def keep_images(
    db: Database, blobs: BlobStore, who: Principal, images: ImageReader, chunk: Chunk
) -> None:
    """Turn the drafts of `chunk` into rows ready to store, or refusals. Files are stored before any row points to them."""
    named = {p.sha256 for _, draft in chunk.drafts for p in draft.pictures if p.sha256}
    known: dict[bytes, StoredImage] = {}
    if named:
        async with db.tenant_tx(who) as tx:
            known = await store.find_images(tx, [bytes.fromhex(name) for name in named])
    new: dict[bytes, StoredImage] = {}
    for line, draft in chunk.drafts:
        faults: list[Refusal] = []
        for picture in draft.pictures:
            kept = await _keep(blobs, who, images, picture, known, new)
            if isinstance(kept, Refusal):
                faults.append(replace(kept, field=picture.field[:64], raw=_named(draft)))
            else:
                draft.data[picture.field] = {
                    "blob": kept.sha256.hex(),
                    "width": kept.width,
                    "height": kept.height,
                    "media_type": kept.media_type,
                }
        done = faults or ready(draft, texts_only=False)
        if isinstance(done, list | Refusal):
            chunk.refuse(line, done)
        else:
            chunk.keep(done)
    chunk.images.extend(new.values())


async def _keep(
    blobs: BlobStore,
    who: Principal,
    images: ImageReader,
    picture: Picture,
    known: dict[bytes, StoredImage],
    new: dict[bytes, StoredImage],
) -> StoredImage | Refusal:
    if picture.sha256 is not None:
        found = known.get(bytes.fromhex(picture.sha256))
        return found or Refusal(
            "image_missing", "There is no stored image of this hash.", "Send the image itself."
        )
    seen = await images.look(picture.data)
    if isinstance(seen, Refusal):
        return seen
    stored = await blobs.put_once(who.tenant_id, seen.data)
    image = StoredImage(stored.sha256, seen.media_type, stored.size, seen.width, seen.height)
    new.setdefault(image.sha256, image)
    return image


def _named(draft: Draft) -> str:
    return draft.external_id or ""
