"""Files: local disk, S3, GCS or Azure by URL, through obstore. One code path for all of them."""

from .store import BlobStore, Stored, open_blobs

__all__ = ["BlobStore", "Stored", "open_blobs"]
