"""Housekeeping: what has long ended is dropped."""

from qistas.jobs import JobContext, schedule

from . import store


@schedule("workforce.tidy", every_seconds=3600)
async def tidy(context: JobContext) -> None:
    """Drop sessions, links and tokens that ended a month ago, and counts of attempts that are days old."""
    async with context.db.system_tx(reason="tidy-credentials") as tx:
        await store.tidy(tx)
