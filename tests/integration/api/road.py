"""Walks the whole road through the HTTP API as one tenant, and gives an id of everything it made there.

What walls are tested with: whatever is here must be unreachable for another tenant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
from tests.conftest import Tenant
from tests.integration.conftest import Api

ONTOLOGY = {
    "format": 1,
    "fields": [{"name": "text", "type": "text"}],
    "questions": [{"name": "topic", "kind": "choice", "labels": [{"name": "sport"}, {"name": "trade"}]}],
}
TEXTS = [
    "The match ended level.",
    "ارتفعت أسعار النفط اليوم.",
    "The cup final is on Sunday.",
    "Exports rose by a tenth.",
    "فاز الفريق في آخر دقيقة.",
]


def answer(label: str) -> dict[str, Any]:
    """An answer to the one question."""
    return {"topic": {"labels": [label]}}


class Walk:
    """A client that notes every request and answer, in order."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.said: list[tuple[str, str, httpx.Response]] = []

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        ok: Sequence[int] = (200, 201, 202, 204),
        **more: Any,
    ) -> Any:
        """Ask, note, and give the JSON of the answer."""
        if body is not None:
            more["json"] = body
        answer = await self.client.request(method, path, **more)
        assert answer.status_code in ok, f"{method} {path}: {answer.status_code} {answer.text}"
        self.said.append((method, path, answer))
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json and answer.content else None


async def furnish(api: Api, tenant: Tenant, name: str = "News") -> tuple[dict[str, str], Walk]:
    """Make one of everything in `tenant`; ids by the names that path parameters have."""
    ask = Walk(await api.client_for(tenant.owner))
    ids: dict[str, str] = {"member_id": str(tenant.owner.member_id), "tenant_id": str(tenant.id)}

    # -- people
    ids["group_id"] = (
        await ask("POST", "/groups", {"name": name.replace("News", "Arabic"), "members": [ids["member_id"]]})
    )["id"]
    made = await ask(
        "POST",
        "/tokens",
        {"name": "loader", "scopes": ["*"], "act_as": {"name": "loader", "role": "annotator"}},
    )
    ids["token_id"] = made["id"]
    second = Walk(await api.client_for(made["token"]))
    ids["invitation_id"] = (await ask("POST", "/invitations", {"role": "viewer"}))["id"]

    # -- ontology, sources
    project = await ask("POST", "/projects", {"name": name, "ontology": ONTOLOGY, "settings": {"overlap": 2}})
    ids["project_id"] = project["id"]
    at = f"/projects/{project['id']}"
    lines = "".join(json.dumps({"text": t}) + "\n" for t in TEXTS)
    await ask("POST", f"{at}/items", content=lines.encode(), headers={"content-type": "application/x-ndjson"})
    file = {"file": ("more.jsonl", b'{"text": "A sixth one."}\n{"nothing": 1}\n', "application/x-ndjson")}
    ids["import_id"] = (await ask("POST", f"{at}/imports", files=file))["id"]
    await api.run_jobs()
    items = (await ask("GET", f"{at}/items"))["rows"]
    ids["item_id"] = items[0]["id"]
    ids["field"] = "text"

    # -- queue, annotations
    ids["batch_id"] = (await ask("POST", f"{at}/batches", {"name": "first"}))["id"]
    first = (await ask("POST", f"{at}/claim", {"limit": 4}))["tasks"]
    for n, offer in enumerate(first[:3]):
        body = {
            "lease_id": offer["lease_id"],
            "answer": answer("sport"),
            "seconds": 4,
            "client_key": f"{name} a{n}",
        }
        ids["annotation_id"] = (await ask("POST", f"{at}/annotations", body))["annotation"]["id"]
    ids["lease_id"], ids["task_id"] = first[3]["lease_id"], first[3]["task_id"]
    await ask("PUT", f"{at}/leases/{ids['lease_id']}/draft", {"answer": answer("trade"), "seconds": 2})
    for n, offer in enumerate((await second("POST", f"{at}/claim", {"limit": 3}))["tasks"]):
        body = {
            "lease_id": offer["lease_id"],
            "answer": answer("trade" if n else "sport"),
            "seconds": 5,
            "client_key": f"{name} b{n}",
        }
        await second("POST", f"{at}/annotations", body)
    ids["question_id"] = (
        await ask("POST", f"{at}/questions", {"lease_id": ids["lease_id"], "text": "Which of the two?"})
    )["id"]
    await api.run_jobs()

    # -- quality
    ids["gold_id"] = (
        await ask("POST", f"{at}/gold", {"item_id": ids["item_id"], "answer": answer("trade")})
    )["id"]
    await ask(
        "POST",
        f"{at}/adjudications",
        {"item_id": ids["item_id"], "answer": answer("sport"), "reason": "clear"},
    )
    await api.run_jobs()
    ids["annotator_id"] = ids["member_id"]
    async with api.db.tenant_tx(tenant.owner) as tx:  # few answers raise no flag
        ids["flag_id"] = str(
            await tx.value(
                "INSERT INTO skill_flags (tenant_id, project_id, annotator_id, code, question, evidence)"
                " VALUES (%s, %s, %s, 'low_skill', 'topic', '{\"answers\": 4, \"value\": 0.4}') RETURNING id",
                (tenant.id, ids["project_id"], ids["annotator_id"]),
            )
        )

    # -- datasets
    ids["dataset_id"] = (await ask("POST", f"{at}/datasets", {"name": "headlines"}))["id"]
    lines_of = f"{at}/datasets/{ids['dataset_id']}/versions"
    splits = {"train": 0.5, "test": 0.5}
    await ask("POST", f"{at}/datasets/{ids['dataset_id']}/preview", {"splits": splits})
    ids["version_id"] = (await ask("POST", lines_of, {"splits": splits, "seed": 7, "note": "first"}))["id"]
    await api.run_jobs()
    assert (await ask("GET", f"{lines_of}/{ids['version_id']}"))["state"] == "sealed"
    for form in ("csv", "jsonl"):
        ids["export_id"] = (await ask("POST", f"{lines_of}/{ids['version_id']}/exports", {"format": form}))[
            "id"
        ]
        await api.run_jobs()
        assert (await ask("GET", f"{at}/exports/{ids['export_id']}"))["state"] == "done"
    return ids, ask
