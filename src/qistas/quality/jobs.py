"""Jobs of quality: inference as answers arrive, and the full run behind it."""

import asyncio
import time
from collections import OrderedDict

from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ProjectId, parse_uuid
from qistas.jobs import JobContext, job, schedule

from . import store
from .errors_find import find_errors as find_label_errors
from .fit import fit_project
from .fit_apart import fit_apart
from .infer_consensus import BATCH, infer_due
from .plan_fit import plan_fit
from .sweep import end_lost_searches, give_up_search, sweep_due

GATHER_SECONDS = 0.6  # while answers stream in, those that come within it are inferred in one go
FIRST_SECONDS = 0.1  # the same where few come
QUIET_SECONDS = 2.0
FEW = 3
MOST_REMEMBERED = 1000
APART_FROM = 20_000  # answers of a project

# When this worker last inferred in a project, by its own clock, and how much: how long to gather is all that hangs on it.
_last_run: OrderedDict[ProjectId, tuple[float, int]] = OrderedDict()


@job("quality.infer_consensus")
async def infer_consensus(context: JobContext, *, tenant_id: str, project_id: str) -> None:
    """Infer what is due, batch by batch; then set a full run going, later the longer the last one took."""
    project = _project(project_id)
    who = context.principal(tenant_id, "quality.infer_consensus")
    last, found = _last_run.get(project, (0.0, 0))
    quiet = found <= FEW or time.monotonic() - last > QUIET_SECONDS
    await asyncio.sleep(FIRST_SECONDS if quiet else GATHER_SECONDS)
    total = 0
    while True:
        async with context.db.tenant_tx(who) as tx:
            done = await infer_due(tx, project)
        total += done
        if done < BATCH:
            break
    _remember_run(project, total)
    if total == 0:
        return
    async with context.db.tenant_tx(who) as tx:
        await plan_fit(tx, project)


@job("quality.fit", tries=2)
async def fit(context: JobContext, *, tenant_id: str, project_id: str, method: str | None = None) -> None:
    """Infer all answers of the project together; many of them in a process apart."""
    who, project = context.principal(tenant_id, "quality.fit"), _project(project_id)
    async with context.db.tenant_tx(who) as tx:
        many = await store.count_answers(tx, project) >= APART_FROM
    await (fit_apart if many else fit_project)(context.db, who, project, method)


async def give_up_finding(
    context: JobContext, error: BaseException, *, tenant_id: str, project_id: str, question: str
) -> None:
    """Tell those who wait that the search was given up."""
    who = context.principal(tenant_id, "quality.find_errors")
    await give_up_search(context.db, who, _project(project_id), question, error)


@job("quality.find_errors", tries=2, give_up=give_up_finding)
async def find_errors(context: JobContext, *, tenant_id: str, project_id: str, question: str) -> None:
    """Judge the labels of one question by content and answers."""
    who = context.principal(tenant_id, "quality.find_errors")
    await find_label_errors(context.db, open_blobs(context.blob_url), who, _project(project_id), question)


@schedule("quality.sweep_due", every_seconds=5)
async def due(context: JobContext) -> None:
    """See to what is due and has no job."""
    await sweep_due(context.db)


@schedule("quality.end_lost", every_seconds=30)
async def lost_searches(context: JobContext) -> None:
    """End searches that no job works on any more."""
    await end_lost_searches(context.db)


def _remember_run(project: ProjectId, total: int) -> None:
    _last_run[project] = (time.monotonic(), total)
    _last_run.move_to_end(project)
    while len(_last_run) > MOST_REMEMBERED:
        _last_run.popitem(last=False)


def _project(project_id: str) -> ProjectId:
    found = parse_uuid(project_id)
    assert found is not None
    return ProjectId(found)
