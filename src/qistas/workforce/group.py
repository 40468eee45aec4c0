"""Groups of members, to whom batches may be assigned."""

from collections.abc import Sequence

from qistas.core.errors import Fault, Missing
from qistas.core.ids import GroupId, MemberId, uuid7
from qistas.core.page import Page
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.jobs import defer
from qistas.trust import Act, Permission, record, require

from . import store
from .resolve import forget
from .types import Group


async def list_groups(db: Database, principal: Principal, limit: int, after: str | None) -> Page[Group]:
    """The groups of the tenant by name."""
    require(principal, Permission.MEMBER_VIEW)
    async with db.tenant_tx(principal) as tx:
        return await store.groups(tx, principal.tenant_id, limit, after)


async def make_group(db: Database, principal: Principal, name: str, members: Sequence[MemberId]) -> Group:
    """A new group. Raises Missing for members who are not there, Conflict for a name that is taken."""
    require(principal, Permission.TASK_MANAGE)
    group_id = GroupId(uuid7())
    async with db.tenant_tx(principal) as tx:
        await store.add_group(tx, principal.tenant_id, group_id, name)
        group = await _fill(tx, group_id, name, members)
    forget(db)
    return group


async def change_group(
    db: Database, principal: Principal, group_id: GroupId, name: str, members: Sequence[MemberId]
) -> Group:
    """The group with another name and other members. Raises Missing."""
    require(principal, Permission.TASK_MANAGE)
    async with db.tenant_tx(principal) as tx:
        if not await store.rename_group(tx, principal.tenant_id, group_id, name):
            raise Missing
        await store.empty_group(tx, principal.tenant_id, group_id)
        group = await _fill(tx, group_id, name, members)
    forget(db)
    return group


async def drop_group(db: Database, principal: Principal, group_id: GroupId) -> None:
    """The group is no more; its members stay. Raises Missing."""
    require(principal, Permission.TASK_MANAGE)
    async with db.tenant_tx(principal) as tx:
        if not await store.drop_group(tx, principal.tenant_id, group_id):
            raise Missing
        await defer(tx, "tasks.free", assignee=group_id)
        await record(tx, Act.CONFIG_CHANGE, [group_id], group="dropped")
    forget(db)


async def _fill(tx: Tx, group_id: GroupId, name: str, members: Sequence[MemberId]) -> Group:
    wanted = list(dict.fromkeys(members))
    there = set(await store.present_members(tx, tx.tenant_id, wanted))
    for at, member_id in enumerate(members):
        if member_id not in there:
            raise Missing(
                "One of these is not a member.",
                [
                    Fault(
                        f"members[{at}]", "no such member", "Take an id from GET /members.", "member_unknown"
                    )
                ],
            )
    await store.fill_group(tx, tx.tenant_id, group_id, wanted)
    await record(tx, Act.CONFIG_CHANGE, [group_id], group=name, members=len(wanted))
    return Group(group_id, name, sorted(wanted))
