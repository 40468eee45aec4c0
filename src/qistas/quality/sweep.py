"""Sweep: inference that is due and has no job to do it, and searches that nobody works on any more."""

from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.jobs import defer, given_up, lost

from . import errors_store, store

SEARCH = "The search for wrong labels"


async def sweep_due(db: Database) -> int:
    """Set inference going wherever something is due, in every tenant; in how many projects.

    An answer marks its item as due and looks whether the job waits already, in one transaction. The job it saw may have run
    and ended before that transaction did: then nothing else would look at the item until the next answer.
    """
    async with db.system_tx(reason="consensus-due") as tx:
        projects = await store.projects_due(tx)
        for tenant_id, project_id in projects:
            key = f"consensus:{project_id}"
            await defer(
                tx, "quality.infer_consensus", key=key, lock=key, tenant_id=tenant_id, project_id=project_id
            )
    return len(projects)


async def give_up_search(
    db: Database, who: Principal, project_id: ProjectId, question: str, error: BaseException
) -> None:
    """End a search for wrong labels that failed each time; it can be asked for again."""
    async with db.tenant_tx(who) as tx:
        detail = given_up(SEARCH, error).detail
        await errors_store.tell_search(tx, project_id, question, state="failed", detail=detail)


async def end_lost_searches(db: Database) -> int:
    """End searches under way that have no job, in every tenant; how many."""
    async with db.system_tx(reason="searches-without-a-job") as tx:
        return await errors_store.end_lost(tx, lost(SEARCH).detail)
