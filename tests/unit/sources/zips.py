"""Zips for tests, also such as no honest program writes."""

import io
import zipfile


def zip_of(
    files: dict[str, bytes], *, packed: bool = False, attributes: dict[str, int] | None = None
) -> bytes:
    """A zip with these entries, their names exactly as given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, data in files.items():
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = name
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            entry.external_attr = (attributes or {}).get(name, 0o644) << 16
            file.writestr(entry, data)
    return out.getvalue()
