"""A wheel carries the built console and starts in an environment that has nothing else."""

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import ROOT

from .running import Installation

UV = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")


def uv(*arguments: str) -> None:
    clean = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run([UV, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder outside pytest's own, which every run closes again to other users, such as the embedded database's where we are root."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_wheel_installs_and_starts(place: Path) -> None:
    uv("build", "--wheel", "--quiet", "--out-dir", str(place / "dist"))
    (wheel,) = (place / "dist").glob("qistas-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "qistas/console/index.html" in names
    assert any(name.startswith("qistas/console/assets/") for name in names)
    assert "qistas/db/migrations/0001_create_tenancy.sql" in names
    assert "qistas/py.typed" in names
    assert len(names) == len(set(names))
    assert not any(name.startswith(("tests/", "web/")) or ".data" in name for name in names)

    home = place / "venv"
    uv("venv", "--quiet", str(home))
    uv("pip", "install", "--quiet", "--python", str(home / "bin" / "python"), str(wheel))
    installation = Installation(place / "data", program=[str(home / "bin" / "qistas")]).start()
    try:
        setup = httpx.get(f"{installation.url}/api/v1/setup")
        assert setup.json()["needs_owner"] is True
        page = httpx.get(f"{installation.url}/")
        assert page.status_code == 200
        assert '<div id="root">' in page.text
        script = page.text.split('src="/assets/')[1].split('"')[0]
        assert (
            httpx.get(f"{installation.url}/assets/{script}")
            .headers["content-type"]
            .startswith("text/javascript")
        )
        with installation.sign_in() as person:
            assert person.get("/api/v1/session").json()["role"] == "owner"
            assert len(person.get("/api/v1/templates").json()) >= 6
    finally:
        assert installation.stop() == 0
