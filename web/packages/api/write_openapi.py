"""Writes the server's OpenAPI document beside this file, from the code itself: no server and no database is started."""

import json
from pathlib import Path
from typing import Any

from qistas.api.app import create_app
from qistas.db import Address
from qistas.settings import Settings

HERE = Path(__file__).parent


def openapi_document() -> dict[str, Any]:
    """The document that a server of this code would give at /api/v1/openapi.json, with its keys in order."""
    app = create_app(Settings(data_dir=HERE), Address("", "", "", b""))
    return json.loads(json.dumps(app.openapi(), sort_keys=True))


if __name__ == "__main__":
    (HERE / "openapi.json").write_text(json.dumps(openapi_document(), indent=1), encoding="utf-8")
