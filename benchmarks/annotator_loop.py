"""The annotator loop: claim, answer, next, over HTTP, many annotators at once, with inference running.

    python benchmarks/annotator_loop.py [--items 100000] [--annotators 32] [--seconds 20] [--sizes 10000,1000000]

Prints, from one run on one machine:
  loops/s over HTTP (one round trip: submit, and the next task in the answer), latency of a loop, answers lost or doubled,
  after some seconds of warming up that are not counted;
  the ceiling: the same transaction from Python without HTTP, on the same server, and the ratio of the two;
  claim latency (p50, p99) in queues of different sizes, and the ratio of their p99.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import psycopg
import uvloop
from running import Running, start_qistas

from qistas.annotations import submit_annotation
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.settings import load_settings, open_database
from qistas.tasks import claim_tasks
from qistas.workforce import resolve_token

WARM_SECONDS = 8  # plans made, code loaded, the first full inference run: not counted

ONTOLOGY = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    ],
}
LABELS = "abc"


def items(start: int, end: int) -> list[dict[str, Any]]:
    """Items of about 500 bytes, numbered from `start` to before `end`."""
    filler = "the careful reader weighs every word before the label is given " * 7
    return [{"data": {"text": f"#{i} {filler}"}, "external_id": f"doc-{i:08d}"} for i in range(start, end)]


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie, in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000


async def make_project(session: aiohttp.ClientSession, base: str, n: int) -> str:
    """A project with n items and one task each."""
    body = {"name": f"loop {n} {time.time_ns()}", "ontology": ONTOLOGY, "settings": {"overlap": 1}}
    async with session.post(f"{base}/projects", json=body) as answer:
        answer.raise_for_status()
        project = (await answer.json())["id"]
    start = time.perf_counter()
    for at in range(0, n, 50_000):
        rows = items(at, min(n, at + 50_000))
        data = "\n".join(json.dumps(row) for row in rows).encode()
        headers = {"content-type": "application/x-ndjson"}
        async with session.post(f"{base}/projects/{project}/items", data=data, headers=headers) as answer:
            answer.raise_for_status()
    print(f"  {n:,} items in {time.perf_counter() - start:.1f} s")
    return project


async def make_annotators(session: aiohttp.ClientSession, base: str, n: int) -> list[str]:
    """Tokens of n annotators."""
    tokens: list[str] = []
    for at in range(n):
        body = {
            "name": f"a{at}",
            "scopes": ["annotate", "project.view"],
            "days": 1,
            "act_as": {"name": f"a{at}", "role": "annotator"},
        }
        async with session.post(f"{base}/tokens", json=body) as answer:
            answer.raise_for_status()
            tokens.append((await answer.json())["token"])
    return tokens


async def loop(
    base: str, project: str, token: str, until: float, seen: list[str], times: list[float]
) -> None:
    """One annotator, as one browser: keep-alive, submit with the next task in the answer."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=1)) as mine:
        async with mine.post(f"{base}/projects/{project}/claim", json={"limit": 1}) as answer:
            tasks = (await answer.json())["tasks"]
        while tasks and time.perf_counter() < until:
            offer = tasks[0]
            start = time.perf_counter()
            body = {
                "lease_id": offer["lease_id"],
                "answer": {"topic": {"labels": [LABELS[len(seen) % 3]]}},
                "seconds": 1,
                "client_key": offer["lease_id"],
                "next": 1,
            }
            async with mine.post(f"{base}/projects/{project}/annotations", json=body) as answer:
                assert answer.status == 200, await answer.text()
                said = await answer.json()
            tasks = said["tasks"]
            times.append(time.perf_counter() - start)
            seen.append(said["annotation"]["id"])


async def over_http(running: Running, n: int, annotators: int, seconds: float) -> float:
    """loops/s through the whole of Qistas."""
    base = f"{running.url}/api/v1"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {running.token}"}) as lead:
        project = await make_project(lead, base, n)
        tokens = await make_annotators(lead, base, annotators)
        await asyncio.gather(
            *[loop(base, project, token, time.perf_counter() + WARM_SECONDS, [], []) for token in tokens]
        )
        seen: list[str] = []
        times: list[float] = []
        before = running.cpu_seconds()
        start = time.perf_counter()
        await asyncio.gather(*[loop(base, project, token, start + seconds, seen, times) for token in tokens])
        used = {
            part: (after - before[part]) * 1000 / len(seen) for part, after in running.cpu_seconds().items()
        }
        rate = len(seen) / (time.perf_counter() - start)
        stored: set[str] = set()
        tasks: set[str] = set()
        async with lead.get(f"{base}/projects/{project}/annotations") as answer:
            async for line in answer.content:
                row = json.loads(line)
                stored.add(row["id"])
                tasks.add(row["task_id"])
        lost, doubled = len(set(seen) - stored), len(stored) - len(tasks)
        async with lead.get(f"{base}/projects/{project}/quality") as answer:
            due = (await answer.json())["due"]
    print(
        f"  HTTP      {rate:8.1f} loops/s   p50 {percentile(times, 0.5):.1f} ms  p99 {percentile(times, 0.99):.1f} ms   "
        f"lost {lost}  served twice {doubled}  inference due {due}"
    )
    print("  CPU a loop " + "  ".join(f"{part} {spent:.2f} ms" for part, spent in used.items()))
    return rate


async def without_http(running: Running, n: int, coroutines: int, seconds: float) -> float:
    """The ceiling: the same transaction (the answer stored with all that follows, the next task claimed) from Python without HTTP."""
    base = f"{running.url}/api/v1"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {running.token}"}) as lead:
        project = ProjectId(UUID(await make_project(lead, base, n)))
        tokens = await make_annotators(lead, base, coroutines)
    address = open_database(load_settings(running.data_dir))
    done = 0

    async def one(db: Database, who: Principal, until: float) -> None:
        nonlocal done
        async with db.tenant_tx(who, hot=True) as tx:
            offers = (await claim_tasks(tx, project, 1)).offers
        while offers and time.perf_counter() < until:
            lease = offers[0].lease_id
            async with db.tenant_tx(who, hot=True) as tx:
                await submit_annotation(
                    tx, project, lease, {"topic": {"labels": ["a"]}}, seconds=1, client_key=str(lease)
                )
                offers = (await claim_tasks(tx, project, 1)).offers
            done += 1

    async with Database(address) as db:
        people = [await resolve_token(db, token) for token in tokens]
        await asyncio.gather(*[one(db, who, time.perf_counter() + 4) for who in people])
        done, start = 0, time.perf_counter()
        await asyncio.gather(*[one(db, who, start + seconds) for who in people])
        rate = done / (time.perf_counter() - start)
    print(f"  no HTTP   {rate:8.1f} loops/s")
    return rate


async def claim_latency(running: Running, n: int, claims: int = 1600) -> float:
    """p99 of a claim in a queue of n open tasks, one annotator after another, over HTTP."""
    base = f"{running.url}/api/v1"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {running.token}"}) as lead:
        project = await make_project(lead, base, n)
        tokens = await make_annotators(lead, base, 4)
    with psycopg.connect(running.admin_url, autocommit=True) as admin:
        # What the import left to be done would be done beside the claims.
        admin.execute("VACUUM (ANALYZE)")
        admin.execute("CHECKPOINT")
    times: list[float] = []
    for token in tokens:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as mine:
            held: list[str] = []
            for at in range(claims // len(tokens) + 10):
                start = time.perf_counter()
                async with mine.post(
                    f"{base}/projects/{project}/claim", json={"limit": 1, "holding": held[-50:]}
                ) as answer:
                    tasks = (await answer.json())["tasks"]
                if at >= 10:
                    times.append(time.perf_counter() - start)
                async with mine.post(f"{base}/projects/{project}/leases/{tasks[0]['lease_id']}/release"):
                    pass
    p99 = percentile(times, 0.99)
    print(
        f"  claim in {n:>9,} open tasks: p50 {percentile(times, 0.5):.2f} ms  p99 {p99:.2f} ms  "
        f"(spread of 5 parts: {min(_parts(times)):.2f}–{max(_parts(times)):.2f} ms)"
    )
    return p99


def _parts(times: list[float]) -> list[float]:
    size = max(1, len(times) // 5)
    return [statistics.median(times[at : at + size]) * 1000 for at in range(0, len(times) - size + 1, size)]


def main() -> None:
    """Measure, print, and clean up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--annotators", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20, help="of the loop; 0: the claim alone")
    parser.add_argument(
        "--sizes", default="10000,1000000", help="queue sizes for the claim, smallest first; empty for none"
    )
    chosen = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory(prefix="qistas-bench-") as folder, start_qistas(Path(folder)) as running:
        if chosen.seconds:
            http = asyncio.run(over_http(running, chosen.items, chosen.annotators, chosen.seconds))
            direct = uvloop.run(without_http(running, chosen.items, chosen.annotators, chosen.seconds))
            print(
                f"  HTTP reaches {http / direct:.2f} of the same transaction without it (goal: at least 0.33)"
            )
        sizes = [int(size) for size in chosen.sizes.split(",") if size]
        p99 = [asyncio.run(claim_latency(running, size)) for size in sizes]
        if len(p99) > 1:
            print(
                f"  claim p99 at {sizes[-1]:,} is {p99[-1] / p99[0]:.2f} × that at {sizes[0]:,} (goal: at most 1.3)"
            )


if __name__ == "__main__":
    main()
