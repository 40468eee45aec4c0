"""Whether a project is there for the one who asks: the wall before every address that names one."""

from weakref import WeakKeyDictionary

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId, TenantId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.trust import has_role

from . import store

KEEP_MOST = 100_000
_there: WeakKeyDictionary[Database, set[tuple[TenantId, ProjectId]]] = WeakKeyDictionary()


async def find_project(db: Database, principal: Principal, project_id: ProjectId) -> None:
    """Raise Missing unless the tenant has this project and the principal holds a role in it or in the whole tenant.

    Projects are never removed, so one that was there once is not looked for again. What may be done there is for each
    use-case to ask.
    """
    if not has_role(principal, project_id):
        raise Missing
    known = _there.setdefault(db, set())
    key = (principal.tenant_id, project_id)
    if key in known:
        return
    async with db.tenant_tx(principal) as tx:
        if not await store.project_exists(tx, principal.tenant_id, project_id):
            raise Missing
    if len(known) >= KEEP_MOST:
        known.clear()
    known.add(key)
