"""What the client reads is what the server sends: every field of its types is in the answer's schema, all the way down."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from qistas import sdk
from qistas.api.app import create_app
from qistas.db import Address
from qistas.settings import Settings

SENT = {
    sdk.Me: "MeSent",
    sdk.Project: "ProjectSent",
    sdk.Template: "TemplateSent",
    sdk.Ontology: "OntologySent",
    sdk.Import: "ImportSent",
    sdk.Refusal: "RefusalSent",
    sdk.ItemsAdded: "AddedSent",
    sdk.Item: "ItemSent",
    sdk.Claimed: "Claimed",
    sdk.Submitted: "Submitted",
    sdk.Quality: "QualitySent",
    sdk.Dataset: "DatasetSent",
    sdk.Version: "VersionSent",
    sdk.Export: "ExportSent",
}
Schema = dict[str, Any]


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Schema]:
    settings = Settings(data_dir=Path(tmp_path_factory.mktemp("data")))
    return create_app(settings, Address("", "", "", b"")).openapi()["components"]["schemas"]


@pytest.mark.parametrize("shape", SENT, ids=lambda shape: shape.__name__)
def test_the_client_reads_what_is_sent(shape: type[Any], schemas: dict[str, Schema]) -> None:
    assert not list(unsent(shape, {"$ref": f"#/components/schemas/{SENT[shape]}"}, schemas))


def unsent(shape: type[Any], schema: Schema, schemas: dict[str, Schema]) -> Iterator[str]:
    """Fields of `shape`, and of what lies in it, that the schema does not have, or has with another kind of value."""
    record = resolved(schema, schemas)
    hints = get_type_hints(shape)
    for field in fields(shape):
        place = f"{shape.__name__}.{field.name}"
        if field.name not in record.get("properties", {}):
            yield f"{place} is not sent"
            continue
        value = resolved(record["properties"][field.name], schemas)
        kind = hints[field.name]
        of = [k for k in (kind, *get_args(kind)) if isinstance(k, type) and is_dataclass(k)]
        if value.get("type") == "array":
            value = resolved(value["items"], schemas)
            if (
                not of
                and "properties" in value
                and dict not in (get_args(kind) or (kind,))
                and get_args(kind)[0] is str
            ):
                yield f"{place} is read as words, but records are sent"
        for inner in of:
            yield from unsent(inner, value, schemas)


def resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """The schema itself, behind its references and without null."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
    return schema
