"""What people were shown and changed is in the outbox; strange page keys are refused; a slow reader holds nothing."""

import pytest
from tests.integration.api.road import furnish
from tests.integration.conftest import Api

from qistas.annotations import stream_annotations
from qistas.core.ids import ProjectId, parse_uuid
from qistas.core.page import encode_key

LISTS = (
    "/projects",
    "/tokens",
    "/invitations",
    "{at}/items",
    "{at}/tasks",
    "{at}/imports",
    "{at}/imports/{import_id}/refusals",
    "{at}/annotations/mine",
    "{at}/questions",
    "{at}/quality/items?question=topic",
    "{at}/quality/errors",
    "{at}/gold",
    "{at}/ontology/versions",
    "{at}/datasets",
    "{at}/datasets/{dataset_id}/versions",
)


async def test_lists_record_what_they_show_and_know_their_page_keys(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = await api.tenant()
    ids, ask = await furnish(api, tenant)
    at = f"/projects/{ids['project_id']}"

    for path in (
        f"{at}/imports/{ids['import_id']}/refusals",
        f"{at}/imports/{ids['import_id']}/refusals?format=csv",
        f"{at}/quality/items?question=topic",
        f"{at}/gold",
    ):
        await ask("GET", path)
    await ask("PATCH", f"{at}/batches/{ids['batch_id']}", {"name": "other", "assignee": ids["member_id"]})
    async with api.db.tenant_tx(tenant.owner) as tx:
        told = await tx.rows(
            "SELECT detail ->> 'what', act, objects FROM outbox WHERE tenant_id = %s", (tenant.id,)
        )
        assert (
            await tx.value(
                "SELECT detail ->> 'assignee' FROM outbox WHERE tenant_id = %s AND detail ->> 'name' = 'other'",
                (tenant.id,),
            )
            == ids["member_id"]
        )
    for what, acts, about in (
        ("import.refusals", ["item.view", "item.view"], "import_id"),
        ("consensus.list", ["annotation.view", "item.view"], "item_id"),
        ("gold.list", ["annotation.view"], "item_id"),
        ("task_question.ask", ["config.change"], "question_id"),
    ):
        rows = [row for row in told if row[0] == what]
        assert sorted(row[1] for row in rows) == acts, what
        assert all(parse_uuid(ids[about]) in row[2] for row in rows), what

    for path in LISTS:
        for key in (["nonsense"], ["nonsense", "nonsense"], [-5]):
            where = path.format(at=at, **ids)
            answer = await ask.client.get(where + ("&" if "?" in where else "?") + f"after={encode_key(key)}")
            assert (answer.status_code, path) == (422, path)

    # Whoever reads slowly holds neither a connection nor a transaction; each item's answers stay together.
    lines = (await ask.client.get(f"{at}/annotations")).text.splitlines()
    monkeypatch.setattr("qistas.annotations.read.AT_ONCE", 1)
    read = 0
    lists = 0
    async for rows in stream_annotations(api.db, tenant.owner, ProjectId(parse_uuid(ids["project_id"]))):  # type: ignore[arg-type]  # pyright: ignore
        read, lists = read + len(rows), lists + 1
        assert len({row.item_id for row in rows}) == 1
        async with api.db.system_tx(reason="test") as tx:
            assert not await tx.value(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'qistas-app' AND state = 'idle in transaction'"
            )
    assert read == len(lines) == 6
    assert lists == 3
