"""The plan of a claim, which is kept from when the queue was empty, must be right for a long one."""

from tests.conftest import Tenant
from tests.integration.sources.conftest import TEXT, make_project

from qistas.core.ids import uuid7
from qistas.db import read_statement

FRONT = "_assignee_"  # in the name of each partition's index of the queue, and of no other
GOLD = "_project_id_age_idx"  # of gold that may be offered: a few tasks


async def test_only_the_front_is_read_by_the_index_of_the_queue(tenant: Tenant) -> None:
    project = await make_project(tenant, TEXT)
    who = tenant.owner
    async with tenant.db.tenant_tx(who, hot=True) as tx:
        plan = await tx.rows(
            "EXPLAIN " + read_statement("qistas.tasks", "claim", head=20, limit=1),
            {
                "tenant": who.tenant_id,
                "project": project,
                "annotator": who.member_id,
                "mine": [who.member_id],
                "holding": [uuid7()],
                "also": [],
                "role": who.role,
                "session": who.session,
                "purpose": who.purpose,
            },
        )
    used = [line.split("Scan using ")[1].split()[0] for (line,) in plan if "Scan using tasks" in line]
    others = [name for name in used if not name.endswith("_pkey")]
    assert len(used) > len(others) + 4, used
    assert sum(FRONT in name for name in others) == 1, used
    assert [name for name in others if FRONT not in name and not name.endswith(GOLD)] == [], used
