"""The list of tasks says of each item what tells it from others, and what it says is recorded as a view."""

from typing import Any

import pytest
from tests.build import fill, make_project
from tests.conftest import Tenant, make_tenant

from qistas.core.errors import Forbidden
from qistas.core.principal import Role
from qistas.db import Database
from qistas.tasks import list_tasks

FIELDS: dict[str, Any] = {
    "format": 1,
    "name": "P",
    "fields": [
        {"name": "meta", "type": "json", "required": False},
        {"name": "title", "type": "text", "required": False},
        {"name": "body", "type": "markdown", "required": False},
        {"name": "talk", "type": "chat", "required": False},
    ],
    "questions": [{"name": "q", "kind": "choice", "labels": [{"name": "a"}, {"name": "b"}]}],
}


async def test_each_row_has_the_own_id_and_how_the_first_text_begins(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, FIELDS)
    long = "سطر  أول\n" + "طويل " * 100
    rows = [
        {"data": {"body": "second", "title": "first"}, "external_id": "n-1"},
        {"data": {"title": "  ", "body": long, "meta": {"title": "not a text"}}},
        {"data": {"talk": [{"role": "user", "content": "hello"}]}},
        {"data": {"meta": {"a": 1}}},
    ]
    await fill(db, tenant.owner, project, rows)
    async with db.tenant_tx(tenant.owner) as tx:
        page = await list_tasks(tx, project, limit=4)
    assert [(row.external_id, row.preview) for row in page.rows] == [
        ("n-1", "first"),
        (None, " ".join(long.split())[:140]),
        (None, "hello"),
        (None, ""),
    ]


async def test_what_is_shown_of_items_is_recorded_and_no_more(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 3)
    seen = "SELECT objects FROM outbox WHERE act = 'item.view' ORDER BY id"
    async with db.tenant_tx(tenant.owner) as tx:
        before = await tx.rows(seen)
        page = await list_tasks(tx, project, limit=2)
        assert page.next is not None
        assert (await tx.rows(seen))[len(before) :] == [(items[:2],)]
        await list_tasks(tx, project, state="done")
        assert len(await tx.rows(seen)) == len(before) + 1


async def test_annotators_and_others_do_not_see_the_list(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    annotator = await tenant.member(Role.ANNOTATOR)
    other = await make_tenant(db, "B")
    async with db.tenant_tx(annotator) as tx:
        with pytest.raises(Forbidden):
            await list_tasks(tx, project)
    async with db.tenant_tx(other.owner) as tx:
        assert (await list_tasks(tx, project)).rows == []
