"""The Python client of a Qistas server. It needs httpx and nothing else of Qistas but its core.

from qistas.sdk import Client

with Client("http://localhost:8787", token="qst_…") as client:
    project = client.create_project("News", template="text_classification")
    client.import_items(project, "headlines.csv", progress=True)
    for offer in client.claim(project, limit=10).tasks:
        client.submit(project, offer.lease_id, {"topic": {"labels": ["sport"]}}, seconds=4.2)
    version = client.seal(project, "headlines")
    client.export(project, "headlines", version.number, format="jsonl", path="headlines.jsonl")
"""

from .client import Client
from .progress import Progress
from .types import (
    Agreement,
    Annotator,
    Claimed,
    Counts,
    Dataset,
    Export,
    Flag,
    Gold,
    Import,
    Item,
    ItemsAdded,
    Me,
    Offer,
    OfferedItem,
    Ontology,
    Project,
    Quality,
    Question,
    Refusal,
    Skill,
    Stored,
    Submitted,
    Template,
    Version,
)

__all__ = [
    "Agreement",
    "Annotator",
    "Claimed",
    "Client",
    "Counts",
    "Dataset",
    "Export",
    "Flag",
    "Gold",
    "Import",
    "Item",
    "ItemsAdded",
    "Me",
    "Offer",
    "OfferedItem",
    "Ontology",
    "Progress",
    "Project",
    "Quality",
    "Question",
    "Refusal",
    "Skill",
    "Stored",
    "Submitted",
    "Template",
    "Version",
]
