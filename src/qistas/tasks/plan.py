"""Plan: keep tasks as the project wants them. (The first task of an item is made with the item, by `sources`.)"""

from collections.abc import Sequence
from uuid import UUID

from qistas.core.ids import ProjectId
from qistas.db import Tx

from . import store


async def replan_tasks(tx: Tx, project_id: ProjectId) -> None:
    """Apply a changed overlap: tasks with answers enough are done, others open again."""
    await store.replan(tx, project_id)


async def withdraw_tasks(tx: Tx, items: Sequence[UUID]) -> None:
    """Stop offering these items."""
    await store.withdraw(tx, list(items))
