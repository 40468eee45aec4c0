"""Lists and counts over a large project: the server's time for a first page, a page in the middle, and the counts.

    python benchmarks/lists.py [--items 1000000] [--times 30]

Items, tasks, one answer and one inferred answer for each are written straight into the tables; then each address is asked for
`--times` times over HTTP. Prints the median and the slowest tenth in milliseconds. The goal is a first page under 50 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
from running import Running, start_qistas

ONTOLOGY = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "labels": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "rare"}],
        }
    ],
}
FILL = """
CREATE TEMP TABLE made AS
SELECT uuidv7() AS item, uuidv7() AS task, uuidv7() AS annotation, n, CASE WHEN n > %(items)s - 20 THEN 'rare' ELSE (ARRAY['a', 'b', 'c'])[1 + n %% 3] END AS label,
       n > %(items)s - 20 AS rare, random()::real AS doubt
  FROM generate_series(1, %(items)s) AS n;
INSERT INTO qistas.items (tenant_id, id, project_id, content_hash, external_id, split, data)
SELECT %(tenant)s, item, %(project)s, sha256(n::text::bytea), 'doc-' || n, CASE WHEN rare THEN 'rare' ELSE 'train' END, jsonb_build_object('text', repeat('a line of text ', 30) || n)
  FROM made ORDER BY n;
INSERT INTO qistas.batches (tenant_id, id, project_id, name) VALUES (%(tenant)s, %(project)s, %(project)s, 'all');
INSERT INTO qistas.tasks (tenant_id, id, project_id, item_id, batch_id, wanted, answers, state, doubt)
SELECT %(tenant)s, task, %(project)s, item, %(project)s, 2, 1, 'open', doubt FROM made ORDER BY n;
INSERT INTO qistas.batch_counts (tenant_id, batch_id, shard, tasks) VALUES (%(tenant)s, %(project)s, 0, %(items)s);
INSERT INTO qistas.annotations (tenant_id, id, project_id, task_id, item_id, annotator_id, lease_id, ontology_version, answer, client_key)
SELECT %(tenant)s, annotation, %(project)s, task, item, %(who)s, task, 1,
       jsonb_build_object('topic', jsonb_build_object('labels', jsonb_build_array(label))), n::text FROM made ORDER BY n;
INSERT INTO qistas.consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, posterior, support, method, inputs)
SELECT %(tenant)s, item, 'topic', %(project)s, jsonb_build_object('labels', jsonb_build_array(label)), 1 - doubt, doubt,
       jsonb_build_object(label, 1 - doubt), 1, 'auto', ARRAY[annotation] FROM made ORDER BY n;
INSERT INTO qistas.project_counts (tenant_id, project_id, shard, tasks, done, consensus)
VALUES (%(tenant)s, %(project)s, 0, %(items)s, 0, %(items)s)
ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET tasks = excluded.tasks, done = excluded.done, consensus = excluded.consensus;
"""


def ask(running: Running, path: str, body: Any = None) -> Any:
    """What the server answers."""
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{running.url}/api/v1{path}", data=data, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def fill(running: Running, items: int) -> str:
    """A project of so many items, each with a task, an answer and an inferred one."""
    project = ask(running, "/projects", {"name": "Large", "ontology": ONTOLOGY, "settings": {"overlap": 2}})[
        "id"
    ]
    start = time.perf_counter()
    with psycopg.connect(running.admin_url, autocommit=True) as admin:
        found = admin.execute("SELECT tenant_id, id FROM qistas.members WHERE role = 'owner'").fetchone()
        assert found is not None
        with psycopg.ClientCursor(admin) as cursor:
            cursor.execute("SET session_replication_role = replica")  # keys that hold need no look at each
            cursor.execute(
                FILL, {"items": items, "tenant": str(found[0]), "who": str(found[1]), "project": project}
            )
        admin.execute("VACUUM ANALYZE")
    print(f"  {items:,} items, tasks, answers and inferred answers in {time.perf_counter() - start:.0f} s")
    return str(project)


def measure(running: Running, name: str, path: str, times: int) -> None:
    """Ask, and print how long it took."""
    taken: list[float] = []
    for _ in range(times + 3):
        start = time.perf_counter()
        ask(running, path)
        taken.append((time.perf_counter() - start) * 1000)
    taken = sorted(taken[3:])
    print(
        f"  {name:<44} {taken[len(taken) // 2]:8.1f} ms   slowest tenth {taken[int(len(taken) * 0.9)]:8.1f} ms"
    )


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=30)
    chosen = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory(prefix="qistas-bench-") as folder, start_qistas(Path(folder)) as running:
        at = f"/projects/{fill(running, chosen.items)}"
        middle = ask(running, f"{at}/items?limit=500")["next"]
        for name, path in {
            "projects": "/projects",
            "a project with its counts": at,
            "progress": f"{at}/progress",
            "items, first page": f"{at}/items",
            "items, first page with their data": f"{at}/items?data=true",
            "items, a page further on": f"{at}/items?after={middle}",
            "items done (none is)": f"{at}/items?state=done",
            "items open": f"{at}/items?state=open",
            "items whose label is b": f"{at}/items?label=b",
            "items whose label is rare (20 at the end)": f"{at}/items?label=rare",
            "items of a rare label that are started": f"{at}/items?label=rare&state=started",
            "items of the split train": f"{at}/items?split=train",
            "items of a rare split (20 at the end)": f"{at}/items?split=rare",
            "batches (one, of all items)": f"{at}/batches",
            "the item of an external id": f"{at}/items?external_id=doc-{chosen.items // 2}",
            "tasks, first page": f"{at}/tasks",
            "tasks that are held (none is)": f"{at}/tasks?state=held",
            "quality": f"{at}/quality",
            "inferred answers, most doubtful first": f"{at}/quality/items?question=topic",
            "inferred answers of doubt over one half": f"{at}/quality/items?question=topic&min_doubt=0.5",
            "my last answers": f"{at}/annotations/mine",
        }.items():
            measure(running, name, path, chosen.times)


if __name__ == "__main__":
    main()
