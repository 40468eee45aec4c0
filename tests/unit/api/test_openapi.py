"""The OpenAPI document: complete, and true about failures."""

import re
from pathlib import Path
from typing import Any

import pytest

from qistas.api.app import create_app
from qistas.db import Address
from qistas.settings import Settings


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(
        Settings(data_dir=Path(tmp_path_factory.mktemp("data"))), Address("", "", "", b"")
    ).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, op) for path, methods in document["paths"].items() for method, op in methods.items()
    ]


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [op["operationId"] for _, _, op in operations(document)]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for path, method, op in operations(document):
        assert op.get("summary"), (path, method)
        assert op.get("tags"), (path, method)
        assert set(op["responses"]["default"]["content"]) == {"application/problem+json"}
        assert "422" not in op["responses"]


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in re.findall(r"#/components/schemas/([\w.\-]+)", str(document)):
        assert name in schemas, name


def test_what_is_open_to_all_is_this_alone(document: dict[str, Any]) -> None:
    open_to_all = {(method, path) for path, method, op in operations(document) if not op.get("security")}
    assert open_to_all == {
        ("get", "/api/v1/setup"),
        ("post", "/api/v1/session"),
        ("post", "/api/v1/session/link"),
        ("post", "/api/v1/invitations/look"),
        ("post", "/api/v1/invitations/accept"),
    }


def test_schemas_have_plain_names_of_their_own(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if "__" in name] == []
