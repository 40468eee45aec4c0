"""The way of data, whole: from a raw file to a sealed, hashed dataset version. Read this first.

One real server, as `qistas up` starts it: embedded PostgreSQL, HTTP, worker. Everything below is done from outside, with the
Python SDK, as a data lead, three annotators and a reviewer would; the console does the same through the same addresses.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.cli.running import Installation

from qistas.sdk import Client, Project

ONTOLOGY = """
format: 1
name: {en: Headlines, ar: عناوين}
languages: [en, ar]
guideline: |
  Choose the topic a reader would expect. **When in doubt, skip.**
fields:
  - {name: text, type: text}
questions:
  - name: topic
    kind: choice
    labels:
      - {name: sport, title: {en: Sport, ar: رياضة}, hotkey: "1"}
      - {name: economy, title: {en: Economy, ar: اقتصاد}, hotkey: "2"}
  - name: place
    kind: span
    field: text
    required: false
    labels: [{name: LOC, title: {en: Place, ar: مكان}}]
"""

# The raw file, as it comes: one row is broken, one stands there twice.
HEADLINES = [
    ("فوز الفريق في تونس", "sport", "تونس"),
    ("Cup final moves to Cairo", "sport", "Cairo"),
    ("ارتفاع الأسعار في عمان", "economy", "عمان"),
    ("Banks merge in Rabat", "economy", "Rabat"),
    ("الماراثون يبدأ من بيروت", "sport", "بيروت"),
    ("Wheat exports grow in Tunis", "economy", "Tunis"),
    ("سباق الدراجات يعبر مسقط", "sport", "مسقط"),
    ("Swimmers train in Doha", "sport", "Doha"),
    ("مصنع جديد في طنجة", "economy", "طنجة"),
    ("Rents fall in Amman", "economy", "Amman"),
]
TRUTH = {text: (topic, place) for text, topic, place in HEADLINES}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("story") / "data").start()
    try:
        installation.wait_until_answers()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def lead(server: Installation) -> Iterator[Client]:
    """The data lead's client, with the owner's token."""
    with Client(server.url, server.local["token"]) as client:
        yield client


def test_the_way_of_data(server: Installation, lead: Client, tmp_path: Path) -> None:
    # 1. Ontology: what may be said about an item. The project wants three answers to each.
    project = lead.create_project("Headlines", ontology=ONTOLOGY, settings={"overlap": 3, "price_minor": 5})

    # 2. Sources: good rows become items; the others are reported, with line, reason and remedy.
    raw = tmp_path / "headlines.jsonl"
    rows = [
        json.dumps({"text": text, "id": f"h{n}"}, ensure_ascii=False)
        for n, (text, *_) in enumerate(HEADLINES)
    ]
    raw.write_text("\n".join([*rows[:5], '{"text": "cut o', *rows[5:], rows[0]]) + "\n", encoding="utf-8")
    brought = lead.import_items(project, raw, external_id="id")
    assert (brought.rows_added, brought.rows_duplicate, brought.rows_refused) == (10, 1, 1)
    (refused,) = lead.refusals(project, brought)
    assert refused.line == 6
    assert refused.remedy

    again = lead.import_items(project, raw, external_id="id")  # nothing is ever doubled
    assert (again.rows_added, again.rows_duplicate) == (0, 11)

    # 3. Queue and annotations: three people of different care claim, answer, and are never given a task twice.
    for skill, name in [(0.95, "a"), (0.85, "b"), (0.55, "c")]:
        token = lead.create_token(
            name, ["annotate", "project.view"], 1, act_as={"name": name, "role": "annotator"}
        )
        with Client(server.url, token) as mine:
            annotate(mine, project, skill, random.Random(name))
    counts = lead.project(project).counts
    assert (counts.done, counts.answers, counts.cost_minor) == (10, 30, 150)

    # 4. Quality: one answer from many, with its doubt; agreement and skill with their intervals.
    lead.infer_consensus(project)
    while (quality := lead.quality(project)).computed_at is None:
        time.sleep(0.2)
    topic = next(q for q in quality.questions if q.name == "topic")
    assert topic.agreement is not None
    assert topic.consensus == 10
    inferred = {row["item_id"]: row for row in lead.consensus(project, "topic")}
    assert all(0 <= row["doubt"] <= 1 for row in inferred.values())

    # 5. Review: an expert settles what is disputed; the decision outranks the votes and erases nothing.
    items = {item.id: (item.data or {})["text"] for item in lead.items(project, data=True)}
    settled = 0
    for item_id, text in items.items():
        topic_name, place = TRUTH[text]
        if inferred[str(item_id)]["value"] != {"labels": [topic_name]} or inferred[str(item_id)]["disputed"]:
            lead.adjudicate(project, item_id, said(text, topic_name, place), "read twice")
            settled += 1
    assert settled > 0

    # 6. Datasets: select, split, seal. A sealed version is immutable and known by its hash.
    version = lead.seal(project, "headlines", splits={"train": 0.8, "test": 0.2}, note="first")
    assert (version.state, version.items) == ("sealed", 10)
    assert version.hash is not None

    # 7. Export: the same bytes each time, and every answer is right.
    first = lead.export(project, "headlines", format="jsonl", path=tmp_path / "one.jsonl")
    second = lead.export(project, "headlines", format="jsonl", path=tmp_path / "two.jsonl")
    assert first.read_bytes() == second.read_bytes()
    lines = [json.loads(line) for line in first.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 10
    assert {line["split"] for line in lines} == {"train", "test"}
    for line in lines:
        text = line["data"]["text"]
        assert line["answer"]["topic"] == {"labels": [TRUTH[text][0]]}, line


def annotate(mine: Client, project: Project, skill: float, rng: random.Random) -> None:
    """Answer whatever is offered, right with probability `skill`; the next task comes in the same round trip."""
    offers = mine.claim(project, 1).tasks
    seen: set[str] = set()
    while offers:
        (offer,) = offers
        assert str(offer.task_id) not in seen
        seen.add(str(offer.task_id))
        text = offer.item.data["text"]
        topic, place = TRUTH[text]
        if rng.random() > skill:
            topic = "economy" if topic == "sport" else "sport"
        offers = mine.submit(project, offer.lease_id, said(text, topic, place), seconds=2, next=1).tasks


def said(text: str, topic: str, place: str) -> dict[str, object]:
    """The answer as it travels: labels by name, spans by code points of the text as stored."""
    start = text.index(place)
    return {
        "topic": {"labels": [topic]},
        "place": {"spans": [{"start": start, "end": start + len(place), "label": "LOC"}]},
    }
