"""Files: local disk, S3, GCS or Azure by URL, through obstore. One code path for all of them."""

from .store import BlobStore, open_blobs

__all__ = ["BlobStore", "open_blobs"]
