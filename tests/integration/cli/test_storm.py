"""Sixty-four annotators at once while leases run out and server, worker and database are killed at random: nothing is lost."""

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import psutil
import psycopg
import pytest

from qistas.settings import load_settings, open_database

from .running import Installation

ANNOTATORS = 64
OVERLAP = 3
ONTOLOGY = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    ],
}
AWAY = (aiohttp.ClientError, TimeoutError, json.JSONDecodeError)


class Storm:
    """An installation under attack, and what its annotators were told."""

    def __init__(self, installation: Installation, seed: int) -> None:
        self.installation = installation
        self.chance = random.Random(seed)
        self.project = ""
        self.token = ""
        self.told: dict[str, tuple[str, str]] = {}  # by client key: the annotator and what was answered
        self.sent_again = 0
        self.kills: Counter[str] = Counter()
        self.over = False

    async def call(self, session: aiohttp.ClientSession, method: str, path: str, **more: Any) -> Any:
        """One request, as a browser with a journal sends it: again, until the server has answered it."""
        while True:
            with suppress(*AWAY):
                url = f"{self.installation.url}/api/v1{path}"
                async with session.request(
                    method, url, timeout=aiohttp.ClientTimeout(total=30), **more
                ) as answer:
                    if answer.status < 500:
                        return answer.status, await answer.json()
            self.sent_again += 1
            await asyncio.sleep(0.1 + self.chance.random() / 2)

    async def prepare(self, items: int) -> list[str]:
        """A project with its items, and a token for each annotator."""
        self.token = str(self.installation.local["token"])
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.token}"}) as lead:
            body: dict[str, Any] = {"name": "Storm", "ontology": ONTOLOGY, "settings": {"overlap": OVERLAP}}
            _, made = await self.call(lead, "POST", "/projects", json=body)
            self.project = made["id"]
            rows = "\n".join(json.dumps({"data": {"text": f"text {n}"}}) for n in range(items))
            headers = {"content-type": "application/x-ndjson"}
            _, report = await self.call(
                lead, "POST", f"/projects/{self.project}/items", data=rows.encode(), headers=headers
            )
            assert report["added"] == items
            tokens: list[str] = []
            for n in range(ANNOTATORS):
                body = {
                    "name": f"a{n}",
                    "scopes": ["annotate"],
                    "days": 1,
                    "act_as": {"name": f"a{n}", "role": "annotator"},
                }
                tokens.append((await self.call(lead, "POST", "/tokens", json=body))[1]["token"])
        return tokens

    async def annotate(self, who: str, token: str) -> None:
        """Work until nothing is left: a few tasks at a time, some left lying, some answered long after their lease ran out."""
        path = f"/projects/{self.project}"
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as mine:
            while not self.over:
                _, claim = await self.call(
                    mine, "POST", f"{path}/claim", json={"limit": self.chance.randint(1, 3)}
                )
                if not claim["tasks"]:
                    await asyncio.sleep(0.3)
                    continue
                for offer in claim["tasks"]:
                    mood = self.chance.random()
                    if mood < 0.05:
                        continue  # left lying: the lease runs out, or comes again with the next claim
                    await asyncio.sleep(1.5 if mood < 0.15 else 0.02)
                    key = str(uuid4())
                    answer: dict[str, Any] = {
                        "lease_id": offer["lease_id"],
                        "answer": {"topic": {"labels": [self.chance.choice("abc")]}},
                        "seconds": 1,
                        "client_key": key,
                    }
                    status, said = await self.call(mine, "POST", f"{path}/annotations", json=answer)
                    assert status == 200, said
                    self.told[key] = (who, offer["item"]["data"]["text"])

    async def kill_at_random(self, times: int) -> None:
        """Now the worker, now the server, now everything with the database; and start again what does not start by itself."""
        for turn in range(times):
            await asyncio.sleep(2 + self.chance.random() * 2)
            victim = ("everything", "worker", "server", "database")[turn % 4]
            self.kills[victim] += 1
            if victim == "everything":
                await asyncio.to_thread(self.installation.kill_everything)
                await asyncio.to_thread(self.installation.start)
            elif victim == "server":
                process = self.installation.process
                assert process is not None
                assert process.stdout is not None
                process.kill()
                await asyncio.to_thread(process.wait)
                process.stdout.close()
                await asyncio.to_thread(self.installation.start)
            else:
                with suppress(StopIteration, psutil.NoSuchProcess):
                    self._part(victim).kill()

    def _part(self, name: str) -> psutil.Process:
        if name == "worker":
            return self.installation.worker()
        file = self.installation.folder / "postgres" / "postmaster.pid"
        return psutil.Process(int(file.read_text().split()[0]))

    async def let_leases_run_out(self) -> None:
        """A clock that jumps: every second a third of the live leases are past their time."""
        while not self.over:
            await asyncio.sleep(1)
            with suppress(Exception):  # the database may be away
                await asyncio.to_thread(
                    self.ask,
                    "UPDATE qistas.leases SET expires_at = now() - interval '1 second' WHERE state = 'live' AND random() < 0.3",
                )

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database's administrator sees."""
        address = open_database(load_settings(self.installation.folder))
        with psycopg.connect(address.admin, autocommit=True) as admin:
            cursor = admin.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    async def wait_until(self, statement: str, seconds: float = 90) -> None:
        """Until the statement counts none."""
        for _ in range(int(seconds * 2)):
            with suppress(Exception):
                if (await asyncio.to_thread(self.ask, statement))[0][0] == 0:
                    return
            await asyncio.sleep(0.5)
        raise AssertionError(f"{statement}: {self.ask(statement)}\n{self.installation.log()[-3000:]}")

    async def blow(self, items: int, kills: int) -> None:
        """Everything at once, until every task has its answers."""
        tokens = await self.prepare(items)
        async with asyncio.TaskGroup() as group:
            for n, token in enumerate(tokens):
                group.create_task(self.annotate(f"a{n}", token))
            group.create_task(self.let_leases_run_out())
            await self.kill_at_random(kills)
            await self.wait_until("SELECT count(*) FROM qistas.tasks WHERE state <> 'done'")
            self.over = True
        await self.wait_until("SELECT count(*) FROM qistas.consensus_due")


@pytest.mark.parametrize(
    ("items", "kills"),
    [pytest.param(250, 5), pytest.param(2500, 24, marks=[pytest.mark.slow, pytest.mark.timeout(1500)])],
)
async def test_nothing_is_lost_or_doubled(tmp_path: Path, items: int, kills: int) -> None:
    installation = Installation(tmp_path / "data").start()
    storm = Storm(installation, seed=items)
    try:
        await storm.blow(items, kills)
        # Every answer somebody was thanked for is stored, once, as theirs, and for that item.
        stored = {
            key: (name, text)
            for key, name, text in storm.ask(
                "SELECT a.client_key, m.name, i.data ->> 'text' FROM qistas.annotations a"
                " JOIN qistas.items i ON i.tenant_id = a.tenant_id AND i.id = a.item_id"
                " JOIN qistas.members m ON m.tenant_id = a.tenant_id AND m.id = a.annotator_id"
            )
        }
        assert storm.told.items() <= stored.items()
        assert len(stored) >= items * OVERLAP
        assert {"everything", "server", "worker"} <= storm.kills.keys()
        assert storm.sent_again > 0, "nobody noticed the storm"
        # Nobody answered a task twice, and a task has more answers than it wanted only where they came late.
        assert storm.ask(
            "SELECT count(*) FROM (SELECT FROM qistas.annotations GROUP BY task_id, annotator_id HAVING count(*) > 1) AS twice"
        ) == [(0,)]
        assert storm.ask(
            f"SELECT count(*) FROM (SELECT count(*) FILTER (WHERE NOT late) AS n FROM qistas.annotations GROUP BY task_id) AS t WHERE n > {OVERLAP}"
        ) == [(0,)]
        # The counters say what the rows say.
        assert storm.ask(
            "SELECT count(*) FROM qistas.tasks t WHERE answers <> (SELECT count(*) FROM qistas.annotations a WHERE a.task_id = t.id)"
            " OR live <> (SELECT count(*) FROM qistas.leases l WHERE l.task_id = t.id AND l.state = 'live')"
        ) == [(0,)]
        assert storm.ask("SELECT sum(tasks), sum(done) FROM qistas.project_counts") == [(items, items)]
        # And every item has its consensus, from all its answers.
        assert storm.ask(
            "SELECT count(*) FROM qistas.items i WHERE NOT EXISTS (SELECT FROM qistas.consensus c WHERE c.item_id = i.id"
            " AND cardinality(c.inputs) = (SELECT count(*) FROM qistas.annotations a WHERE a.item_id = i.id))"
        ) == [(0,)]
    finally:
        storm.over = True
        if installation.process is not None and installation.process.poll() is None:
            installation.stop()
