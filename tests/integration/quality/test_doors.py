"""Redundancy and flags through HTTP, as the console and the SDK use them."""

from __future__ import annotations

from typing import Any

from tests.integration.api.road import furnish
from tests.integration.conftest import Api

from qistas.core.principal import Role


async def test_redundancy_is_set_in_parts_and_told_back(api: Api) -> None:
    client = await api.client_for((await api.tenant()).owner)
    made = await client.post(
        "/projects", json={"name": "P", "settings": {"redundancy": {"mode": "adaptive"}}}
    )
    assert made.status_code == 201, made.text
    at = f"/projects/{made.json()['id']}"
    changed = await client.patch(
        at, json={"settings": {"redundancy": {"target_accuracy": 0.9, "max_overlap": 7}}}
    )
    assert changed.json()["settings"]["redundancy"] == {
        "mode": "adaptive",
        "target_confidence": None,
        "target_accuracy": 0.9,
        "min_overlap": 2,
        "max_overlap": 7,
        "cost_per_answer": 0,
        "error_cost": 0,
    }
    for wrong in ({"min_overlap": 9}, {"cost_per_answer": 3}, {"mode": "never"}, {"target_confidence": 2}):
        told = await client.patch(at, json={"settings": {"redundancy": wrong}})
        assert told.status_code == 422, told.text
    assert "tasks.replan" in await api.run_jobs()


async def test_a_flag_is_decided_on_and_a_pause_ends(api: Api) -> None:
    tenant = await api.tenant()
    ids, ask = await furnish(api, tenant)
    at = f"/projects/{ids['project_id']}"
    person: dict[str, Any] = await ask("GET", f"{at}/quality/annotators/{ids['annotator_id']}")
    assert [flag["state"] for flag in person["flags"]] == ["open"]
    assert person["skills"][0]["labels"][0]["recall"]["low"] >= 0
    await ask("POST", f"{at}/quality/flags/{ids['flag_id']}", {"decision": "dismiss"}, ok=[422])
    annotator = await api.client_for(await tenant.member(Role.ANNOTATOR))
    refused = await annotator.post(f"{at}/quality/flags/{ids['flag_id']}", json={"decision": "keep"})
    assert refused.status_code == 403
    await ask("POST", f"{at}/quality/flags/{ids['flag_id']}", {"decision": "pause", "note": "rest"}, ok=[204])
    await ask("POST", f"{at}/quality/flags/{ids['flag_id']}", {"decision": "keep"}, ok=[409])
    assert (await ask("POST", f"{at}/claim", {"limit": 1}))["reason"] == "paused", (
        "at once, whatever was remembered"
    )
    page = await ask("GET", f"{at}/quality")
    assert [a["paused"] for a in page["annotators"] if a["id"] == ids["annotator_id"]] == [True]
    await ask("DELETE", f"{at}/quality/pauses/{ids['annotator_id']}", ok=[204])
    assert (await ask("POST", f"{at}/claim", {"limit": 1}))["reason"] != "paused"
    await ask("DELETE", f"{at}/quality/pauses/{ids['annotator_id']}", ok=[404])


async def test_a_token_of_narrow_scope_sees_what_was_said_and_not_what_follows(api: Api) -> None:
    tenant = await api.tenant()
    ids, _ = await furnish(api, tenant)
    at = f"/projects/{ids['project_id']}/quality"

    async def seen(*scopes: str) -> dict[str, Any]:
        client = await api.client(await api.token_for(tenant.owner, [*scopes]))
        told = await client.get(f"{at}/items/{ids['item_id']}")
        assert told.status_code == 200, told.text
        return told.json()

    whole = await seen("project.view", "annotation.view", "quality.view", "item.view")
    assert whole["consensus"]
    assert whole["item"]["data"]
    narrow = await seen("project.view", "annotation.view")
    assert narrow["annotations"] == whole["annotations"] != []
    assert narrow["consensus"] is None
    assert (narrow["item"]["id"], narrow["item"]["data"], narrow["item"]["metadata"]) == (
        ids["item_id"],
        None,
        None,
    )
    assert (await seen("project.view", "annotation.view", "quality.view"))["consensus"] == whole["consensus"]
    assert (await seen("project.view", "annotation.view", "item.view"))["consensus"] is None
    client = await api.client(await api.token_for(tenant.owner, ["project.view", "annotation.view"]))
    items = f"/projects/{ids['project_id']}/items"
    for scopes, status in ((["item.view"], 403), (["item.view", "quality.view"], 200)):
        asking = await api.client(await api.token_for(tenant.owner, ["project.view", *scopes]))
        assert (await asking.get(f"{items}?label=news")).status_code == status
        assert (await asking.get(items)).status_code == 200
    for path in (at, f"{at}/items?question=topic", f"{at}/annotators/{ids['annotator_id']}"):
        assert (await client.get(path)).status_code == 403, path
