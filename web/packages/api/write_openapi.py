"""Writes the server's OpenAPI document beside this file, from the code itself: no server and no database is started."""

import json
from pathlib import Path

from qistas.api.app import create_app
from qistas.db import Address
from qistas.settings import Settings

here = Path(__file__).parent
app = create_app(Settings(data_dir=here), Address("", "", "", b""))
(here / "openapi.json").write_text(json.dumps(app.openapi(), indent=1, sort_keys=True), encoding="utf-8")
