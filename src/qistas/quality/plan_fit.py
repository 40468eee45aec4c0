"""Plan fit: let a full run follow what has changed, the later the longer the last one took."""

from datetime import timedelta

from qistas.core.clock import utc_now
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.jobs import defer

from . import store

MIN_WAIT_SECONDS = 3
MAX_WAIT_SECONDS = 900
WAIT_FACTOR = 15  # a full run is made at most a fifteenth of the time


async def plan_fit(tx: Tx, project_id: ProjectId) -> None:
    """Set the next full run going, where none waits."""
    summaries = await store.load_summaries(tx, project_id)
    last = max((float(one.get("seconds", 0)) for one, _ in summaries.values()), default=0.0)
    wait = min(MAX_WAIT_SECONDS, max(MIN_WAIT_SECONDS, WAIT_FACTOR * last))
    await defer(
        tx,
        "quality.fit",
        key=f"fit:{project_id}",
        lock=f"fit:{project_id}",
        at=utc_now() + timedelta(seconds=wait),
        priority=-10,
        project_id=project_id,
    )
