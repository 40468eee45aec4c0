"""The same work in Label Studio and in Qistas, one after the other in one run: import, then the annotator loop.

    python benchmarks/beside_label_studio.py --peer /path/to/venv-with-label-studio [--items 100000] [--annotators 32] [--seconds 40]

Label Studio runs as it comes (SQLite, its own server), in a temporary folder; each annotator is a user of their own with a token. Import is from the
same rows: in Label Studio 5,000 a request (quicker than one large file), in Qistas one JSONL file by the client, until the last row is in.
A loop is: the next task, then the answer. In Qistas both are one request; in Label Studio two. Items have about 500 bytes and one question of three
labels. Prints rates and their ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from annotator_loop import LABELS, ONTOLOGY, items, loop, make_annotators
from running import start_qistas

from qistas.sdk import Client

CHUNK = 5000
CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single">'
    + "".join(f'<Choice value="{label}"/>' for label in LABELS)
    + "</Choices></View>"
)
# Runs inside the peer's own Python: users with tokens, in one organisation that takes such tokens.
MAKE_USERS = """
import django, json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "label_studio.core.settings.label_studio"
sys.path.insert(0, os.path.dirname(__import__("label_studio").__file__))
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings.label_studio"
django.setup()
from organizations.models import Organization
from rest_framework.authtoken.models import Token
from users.models import User
made = []
organization = None
for n in range(int(sys.argv[1])):
    user = User.objects.create_user(email=f"a{n}@example.org", password=sys.argv[2])
    if organization is None:
        organization = Organization.create_organization(created_by=user, title="Bench")
        organization.jwt.legacy_api_tokens_enabled = True
        organization.jwt.save()
    else:
        organization.add_user(user)
    user.active_organization = organization
    user.save()
    made.append(Token.objects.get_or_create(user=user)[0].key)
print("TOKENS " + json.dumps(made))
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A Label Studio that answers, and its users' tokens, the owner's first."""

    url: str
    tokens: list[str]


@contextmanager
def start_label_studio(venv: Path, folder: Path, annotators: int) -> Generator[Peer]:
    """Label Studio with its defaults, in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "COLLECT_ANALYTICS": "False",
        "LATEST_VERSION_CHECK": "False",
        "DISABLE_SIGNUP_WITHOUT_LINK": "True",
        "DJANGO_DB": "sqlite",
        "SECRET_KEY": secrets.token_hex(24),
    }
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [
                str(venv / "bin" / "label-studio"),
                "start",
                "--no-browser",
                "--port",
                str(port),
                "--internal-host",
                "127.0.0.1",
            ],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=10):
                    break
            except OSError:
                time.sleep(0.5)
        else:
            raise SystemExit((folder / "server.log").read_text()[-3000:])
        made = subprocess.run(
            [str(venv / "bin" / "python"), "-c", MAKE_USERS, str(annotators), secrets.token_urlsafe(12)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        line = next((line for line in made.stdout.splitlines() if line.startswith("TOKENS ")), None)
        if line is None:
            raise SystemExit(made.stderr[-3000:])
        yield Peer(url, json.loads(line.removeprefix("TOKENS ")))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def in_label_studio(peer: Peer, n: int, seconds: float) -> tuple[float, float]:
    """Tasks imported a second, and loops a second."""
    timeout = aiohttp.ClientTimeout(total=None)
    owner = {"Authorization": f"Token {peer.tokens[0]}"}
    async with aiohttp.ClientSession(headers=owner, timeout=timeout) as lead:
        body = {"title": "Bench", "label_config": CONFIG, "maximum_annotations": 1}
        async with lead.post(f"{peer.url}/api/projects/", json=body) as answer:
            answer.raise_for_status()
            project = (await answer.json())["id"]
        chunks = [
            json.dumps([row["data"] for row in items(at, min(n, at + CHUNK))]).encode()
            for at in range(0, n, CHUNK)
        ]
        kind = {"content-type": "application/json"}
        start = time.perf_counter()
        for chunk in chunks:
            async with lead.post(
                f"{peer.url}/api/projects/{project}/import", data=chunk, headers=kind
            ) as answer:
                answer.raise_for_status()
        imported = n / (time.perf_counter() - start)
    done: list[int] = []

    async def annotate(token: str, until: float) -> None:
        headers = {"Authorization": f"Token {token}"}
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as mine:
            while time.perf_counter() < until:
                async with mine.get(f"{peer.url}/api/projects/{project}/next") as answer:
                    if answer.status != 200:
                        await answer.read()
                        continue
                    task = (await answer.json())["id"]
                choice = {"choices": [LABELS[len(done) % 3]]}
                result = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": choice}]
                body = {"result": result, "lead_time": 1.0}
                async with mine.post(
                    f"{peer.url}/api/tasks/{task}/annotations/", params={"project": project}, json=body
                ) as answer:
                    await answer.read()
                    if answer.status == 201 and time.perf_counter() < until:
                        done.append(task)

    start = time.perf_counter()
    await asyncio.gather(*[annotate(token, start + seconds) for token in peer.tokens])
    rate = len(done) / seconds
    twice = sum(count - 1 for count in Counter(done).values())
    print(f"  Label Studio  import {imported:8,.0f} tasks/s   {rate:7.2f} loops/s   answered twice {twice}")
    return imported, rate


def import_into_qistas(url: str, token: str, n: int, folder: Path) -> tuple[str, float]:
    """A project with the items of one file, a task for each; items a second."""
    file = folder / "items.jsonl"
    with file.open("w") as out:
        for row in items(0, n):
            out.write(json.dumps({"id": row["external_id"], **row["data"]}) + "\n")
    with Client(url, token) as client:
        project = client.create_project("Bench", ontology=ONTOLOGY, settings={"overlap": 1})
        start = time.perf_counter()
        done = client.import_items(project, file, external_id="id")
        rate = n / (time.perf_counter() - start)
    if done.rows_added != n:
        raise SystemExit(f"{done.rows_added:,} of {n:,} items were added")
    return str(project.id), rate


async def in_qistas(url: str, token: str, project: str, annotators: int, seconds: float) -> float:
    """Loops a second, with inference running."""
    base = f"{url}/api/v1"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as lead:
        tokens = await make_annotators(lead, base, annotators)
        warm = time.perf_counter() + min(8, seconds / 2)
        await asyncio.gather(*[loop(base, project, one, warm, [], []) for one in tokens])
        seen: list[str] = []
        start = time.perf_counter()
        await asyncio.gather(*[loop(base, project, one, start + seconds, seen, []) for one in tokens])
        rate = len(seen) / (time.perf_counter() - start)
        async with lead.get(f"{base}/projects/{project}/annotations") as answer:
            tasks = [json.loads(line)["task_id"] async for line in answer.content]
    twice = len(tasks) - len(set(tasks))
    print(f"  Qistas        {rate:7.2f} loops/s   answered twice {twice}")
    return rate


def main() -> None:
    """Run both, print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="a virtual environment with label-studio")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--annotators", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=40)
    chosen = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        (Path(folder) / "peer").mkdir()
        with start_label_studio(chosen.peer, Path(folder) / "peer", chosen.annotators) as peer:
            theirs = asyncio.run(in_label_studio(peer, chosen.items, chosen.seconds))
        with start_qistas(Path(folder)) as running:
            project, imported = import_into_qistas(running.url, running.token, chosen.items, Path(folder))
            print(f"  Qistas        import {imported:8,.0f} tasks/s")
            rate = asyncio.run(
                in_qistas(running.url, running.token, project, chosen.annotators, chosen.seconds)
            )
    print(
        f"  import {imported / theirs[0]:.1f} × (goal: 5)   loops {rate / max(theirs[1], 1e-9):.0f} × (goal: 200)"
    )


if __name__ == "__main__":
    main()
