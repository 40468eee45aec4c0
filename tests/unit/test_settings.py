import os
from pathlib import Path

import pytest

from qistas.core.errors import Invalid
from qistas.settings import load_settings, secret


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA_DIR", "DATABASE_URL", "HOST", "PORT", "PUBLIC_URL", "BLOB_URL", "POOL_SIZE"):
        monkeypatch.delenv(f"QISTAS_{name}", raising=False)


def test_arguments_come_before_variables_before_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_settings().data_dir == (tmp_path / "qistas").resolve()
    monkeypatch.setenv("QISTAS_PORT", "9000")
    monkeypatch.setenv("QISTAS_DATA_DIR", str(tmp_path / "env"))
    assert (load_settings().port, load_settings().data_dir.name) == (9000, "env")
    assert (
        load_settings(tmp_path / "arg", port=9001).port,
        load_settings(tmp_path / "arg").data_dir.name,
    ) == (9001, "arg")
    assert load_settings(port=None).port == 9000


def test_an_address_with_https_makes_cookies_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(host="0.0.0.0").url == "http://localhost:8787"
    assert not load_settings().secure_cookies
    monkeypatch.setenv("QISTAS_PUBLIC_URL", "https://label.example.org/")
    assert (load_settings().url, load_settings().secure_cookies) == ("https://label.example.org", True)


@pytest.mark.parametrize("port", ["-1", "65536", "http", "8787.5", "٨٧٨٧x"])
def test_nonsense_is_refused_by_name(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QISTAS_PORT", port)
    with pytest.raises(Invalid) as found:
        load_settings()
    assert found.value.faults[0].where == "QISTAS_PORT"


def test_files_are_here_or_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = load_settings(tmp_path / "قسطاس data")
    assert here.local_blobs == (tmp_path / "قسطاس data" / "blobs").resolve()
    monkeypatch.setenv("QISTAS_BLOB_URL", "s3://bucket/prefix")
    assert load_settings(tmp_path).local_blobs is None


def test_a_secret_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    value = secret(settings, "context")
    assert len(value) == 32
    assert secret(settings, "context") == value != secret(settings, "other")
    path = tmp_path / "secrets" / "context"
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert sorted(file.name for file in path.parent.iterdir()) == ["context", "other"]
    path.write_bytes(b"short")
    with pytest.raises(Invalid, match="damaged"):
        secret(settings, "context")


def test_of_two_who_make_a_secret_at_once_both_get_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(tmp_path)
    real, seen = os.link, list[bytes]()

    def late(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "link", real)
        assert not target.exists()  # nothing is seen before it is whole
        seen.append(secret(settings, "context"))
        real(source, target)

    monkeypatch.setattr(os, "link", late)
    assert [secret(settings, "context")] == seen
