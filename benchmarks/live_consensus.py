"""How soon the consensus of an item follows an answer to it, with a million answers stored.

    python benchmarks/live_consensus.py [--sizes 10000,1000000] [--probes 60] [--annotators 16] [--seconds 15]

A whole Qistas, its default settings. For each size: a project with so many stored answers (five an item, forty annotators of
different skill, written straight into the tables), a full run over them, then answers over HTTP. Measured is the time from the moment
an answer is sent to the moment that its item's consensus, as another connection sees it, is made of it:
  quiet      one annotator answers, and nobody else;
  crowd      the same, while others answer as fast as they can (and what an answer costs the worker then);
  full run   the same, while everything is inferred anew in the background and swapped in.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import psycopg
from annotator_loop import LABELS, loop, make_annotators, make_project, percentile
from running import Running, start_qistas

PER_ITEM = 5
CREW = 40
GOAL_MS = 1000.0

# The crew is right from 95 down to 50 times in a hundred; the truth of an item is its number modulo three.
SEED = """
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO qistas.members (tenant_id, kind, name, role)
SELECT %(tenant)s, 'service', 'crew ' || n, 'annotator' FROM generate_series(0, %(crew)s - 1) AS n;
CREATE TEMP TABLE crew AS SELECT id, (row_number() OVER (ORDER BY id) - 1)::int AS n FROM qistas.members
 WHERE tenant_id = %(tenant)s AND name LIKE 'crew %%';
CREATE TEMP TABLE made AS SELECT uuidv7() AS item, uuidv7() AS task, n FROM generate_series(1, %(items)s) AS n;
INSERT INTO qistas.items (tenant_id, id, project_id, content_hash, data)
SELECT %(tenant)s, item, %(project)s, sha256(item::text::bytea), jsonb_build_object('text', 'stored ' || n) FROM made;
INSERT INTO qistas.tasks (tenant_id, id, project_id, item_id, state, wanted, answers, done_at)
SELECT %(tenant)s, task, %(project)s, item, 'done', %(each)s, %(each)s, now() FROM made;
INSERT INTO qistas.annotations (tenant_id, project_id, task_id, item_id, annotator_id, lease_id, ontology_version, answer, client_key)
SELECT %(tenant)s, %(project)s, m.task, m.item, c.id, uuidv7(), 1,
       jsonb_build_object('topic', jsonb_build_object('labels', jsonb_build_array(
           chr(97 + ((m.n + CASE WHEN random() < 0.95 - 0.45 * c.n / %(crew)s THEN 0 ELSE 1 + floor(random() * 2)::int END) %% 3)::int)))),
       m.n || '-' || k
  FROM made m CROSS JOIN generate_series(0, %(each)s - 1) AS k JOIN crew c ON c.n = (m.n * 7 + k * 3) %% %(crew)s;
INSERT INTO qistas.project_counts (tenant_id, project_id, shard, items, tasks, done) VALUES (%(tenant)s, %(project)s, 0, %(items)s, %(items)s, %(items)s)
ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET items = project_counts.items + %(items)s, tasks = project_counts.tasks + %(items)s,
                                                         done = project_counts.done + %(items)s;
INSERT INTO qistas.annotator_days (tenant_id, project_id, annotator_id, day, answers)
SELECT tenant_id, project_id, annotator_id, current_date, count(*) FROM qistas.annotations
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s GROUP BY 1, 2, 3;
DROP TABLE crew, made;
"""


def seed(running: Running, project: str, answers: int) -> None:
    """Store so many answers, as if they had been given."""
    start = time.perf_counter()
    with psycopg.connect(running.admin_url, autocommit=True) as admin:
        row = admin.execute("SELECT tenant_id FROM qistas.projects WHERE id = %s", (project,)).fetchone()
        assert row is not None
        values = {
            "tenant": f"'{row[0]}'::uuid",
            "project": f"'{project}'::uuid",
            "items": answers // PER_ITEM,
            "each": PER_ITEM,
            "crew": CREW,
        }
        admin.execute((SEED % values).encode())
        admin.execute("ANALYZE")
    print(f"  {answers:,} answers stored in {time.perf_counter() - start:.1f} s")


async def fitted_at(lead: aiohttp.ClientSession, base: str, project: str) -> tuple[str | None, float]:
    """When the last full run was, and how many seconds it took."""
    async with lead.get(f"{base}/projects/{project}/quality") as answer:
        page = await answer.json()
    return page["computed_at"], float(page["questions"][0].get("seconds") or 0.0)


async def full_run(lead: aiohttp.ClientSession, base: str, project: str, done: asyncio.Event) -> float:
    """Ask for a full run and wait for its end; seconds."""
    before, _ = await fitted_at(lead, base, project)
    start = time.perf_counter()
    async with lead.post(f"{base}/projects/{project}/quality/consensus", json={}) as answer:
        assert answer.status == 202, await answer.text()
    while (await fitted_at(lead, base, project))[0] == before:
        await asyncio.sleep(0.25)
    done.set()
    return time.perf_counter() - start


async def probe(
    running: Running, base: str, project: str, token: str, until: asyncio.Event | None, probes: int
) -> list[float]:
    """Answer one task after another, each time waiting until the item's consensus holds the answer; the seconds of each."""
    times: list[float] = []
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        await psycopg.AsyncConnection.connect(running.admin_url, autocommit=True) as conn,
        aiohttp.ClientSession(headers=headers) as mine,
    ):
        while len(times) < probes if until is None else not until.is_set():
            async with mine.post(f"{base}/projects/{project}/claim", json={"limit": 1}) as answer:
                offer: dict[str, Any] = (await answer.json())["tasks"][0]
            body = {
                "lease_id": offer["lease_id"],
                "answer": {"topic": {"labels": [LABELS[len(times) % 3]]}},
                "seconds": 1,
                "client_key": offer["lease_id"],
            }
            start = time.perf_counter()
            async with mine.post(f"{base}/projects/{project}/annotations", json=body) as answer:
                assert answer.status == 200, await answer.text()
                made = UUID((await answer.json())["annotation"]["id"])
            while time.perf_counter() - start < 60:
                cursor = await conn.execute(
                    "SELECT 1 FROM qistas.annotations a JOIN qistas.consensus c ON c.tenant_id = a.tenant_id AND c.item_id = a.item_id"
                    " WHERE a.tenant_id = (SELECT tenant_id FROM qistas.projects WHERE id = %s) AND a.id = %s AND a.id = ANY (c.inputs)",
                    (UUID(project), made),
                )
                if await cursor.fetchone():
                    break
                await asyncio.sleep(0.005)
            times.append(time.perf_counter() - start)
    return times


def show(name: str, times: list[float], beside: str = "") -> float:
    """Print one line; the p99 in milliseconds."""
    p99 = percentile(times, 0.99)
    late = sum(t * 1000 > GOAL_MS for t in times)
    print(
        f"  {name:9} {len(times):4} answers: fresh after p50 {percentile(times, 0.5):6.0f} ms  p99 {p99:6.0f} ms  "
        f"max {max(times) * 1000:6.0f} ms  later than a second {late}{beside}"
    )
    return p99


async def measure(running: Running, answers: int, chosen: argparse.Namespace) -> None:
    """All three for one size."""
    base = f"{running.url}/api/v1"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {running.token}"}) as lead:
        project = await make_project(lead, base, 60_000)
        seed(running, project, answers)
        tokens = await make_annotators(lead, base, chosen.annotators + 1)
        seconds = await full_run(lead, base, project, asyncio.Event())
        print(f"  first full run over {answers:,} answers: {seconds:.1f} s")
        prober, others = tokens[0], tokens[1:]
        await probe(running, base, project, prober, None, 3)
        show("quiet", await probe(running, base, project, prober, None, chosen.probes))

        over, seen = asyncio.Event(), list[str]()
        before = running.cpu_seconds()
        watch = asyncio.create_task(probe(running, base, project, prober, over, 0))
        until = time.perf_counter() + chosen.seconds
        await asyncio.gather(*[loop(base, project, token, until, seen, []) for token in others])
        over.set()
        times = await watch
        used = (running.cpu_seconds()["worker"] - before["worker"]) * 1000 / (len(seen) + len(times))
        rate = len(seen) / chosen.seconds
        show("crowd", times, f"   {rate:.0f} answers/s beside it; worker {used:.2f} ms CPU an answer")

        over = asyncio.Event()
        run = asyncio.create_task(full_run(lead, base, project, over))
        times = await probe(running, base, project, prober, over, 0)
        show("full run", times, f"   {await run:.1f} s for the run")


def main() -> None:
    """Measure, print, and clean up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,1000000", help="answers stored before, by size")
    parser.add_argument("--probes", type=int, default=60, help="answers that are timed while it is quiet")
    parser.add_argument("--annotators", type=int, default=16, help="how many answer beside")
    parser.add_argument("--seconds", type=float, default=15, help="for how long they do")
    chosen = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory(prefix="qistas-bench-") as folder, start_qistas(Path(folder)) as running:
        for size in chosen.sizes.split(","):
            asyncio.run(measure(running, int(size), chosen))


if __name__ == "__main__":
    main()
