"""`qistas quality errors` and `qistas report` on a running installation."""

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.vocabulary import TOPICS, sentence

from qistas.sdk import Client

from .running import Installation

ONTOLOGY = """
format: 1
languages: [en, ar]
fields: [{name: text, type: text}]
questions:
  - name: topic
    kind: choice
    title: {en: Topic <of> it, ar: الموضوع}
    labels:
      - {name: sport, title: {en: Sport, ar: رياضة}}
      - {name: trade, title: {en: Trade, ar: تجارة}}
      - {name: art, title: {en: Art, ar: فن}}
"""
WORDS = dict(zip(("sport", "trade", "art"), TOPICS, strict=False))
ITEMS = 90
TRUTH = random.Random(3).choices(list(WORDS), k=ITEMS)
WRONG = set(range(0, ITEMS, 15))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A project of 90 items, three answers each; on six items all three are wrong. Ten gold items."""
    running = Installation(tmp_path_factory.mktemp("report") / "data").start()
    rng = random.Random(3)
    texts = [sentence(rng, WORDS[t], 4, 5) + f" {n}" for n, t in enumerate(TRUTH)]
    with Client(running.local["url"], running.local["token"]) as owner:
        owner.create_project(
            "Head<lines> عناوين", ontology=ONTOLOGY, settings={"overlap": 3, "gold_rate": 0.3}
        )
        name = "Head<lines> عناوين"
        owner.import_items(name, [{"text": text} for text in texts])
        items = {item.data["text"]: item.id for item in owner.items(name, data=True) if item.data}
        for n in (1, 2, 3, 4, 5, 7, 8, 9, 11, 12):
            owner.plant_gold(name, items[texts[n]], {"topic": {"labels": [TRUTH[n]]}})
        for who, skill in (("Amal", 0.97), ("عمر", 0.9), ("Jun <b>", 0.75)):
            token = owner.create_token(who, ["*"], 1, act_as={"name": who, "role": "annotator"})
            with Client(running.local["url"], token) as person:
                while tasks := person.claim(name, 50).tasks:
                    for offer in tasks:
                        n = int(offer.item.data["text"].rsplit(" ", 1)[1])
                        others = [label for label in WORDS if label != TRUTH[n]]
                        by = random.Random(f"{who} {n}")  # the same answer whenever the task is drawn
                        said = (
                            others[0]
                            if n in WRONG
                            else TRUTH[n]
                            if by.random() < skill
                            else by.choice(others)
                        )
                        person.submit(name, offer.lease_id, {"topic": {"labels": [said]}}, seconds=3)
        owner.infer_consensus(name)
        end = time.monotonic() + 60
        while True:
            quality = owner.quality_document(name)
            if (
                quality["annotators"]
                and all(a["skills"] for a in quality["annotators"])
                and not quality["due"]
            ):
                break
            assert time.monotonic() < end
            time.sleep(0.2)
    yield running
    running.stop()


def run(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qistas.cli.main", *words, "--data-dir", str(installation.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_errors_are_listed_and_sent_back(installation: Installation) -> None:
    name = "Head<lines> عناوين"
    done = run(installation, "quality", "errors", name, "--limit", "6", "--send-back", "1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    shown = {int(row["data"]["text"].rsplit(" ", 1)[1]): row["value"]["labels"][0] for row in told["errors"]}
    wrong = [
        n for n, label in shown.items() if label != TRUTH[n]
    ]  # the planted ones, and what three people got wrong
    assert len(wrong) >= 5, (
        f"{shown}: right are {[TRUTH[n] for n in shown]}"
    )  # of six; by chance less than one
    assert told["search"]["state"] == "done"
    assert told["sent_back"] == [told["errors"][0]["item_id"]]
    plain = run(installation, "quality", "errors", name, "--question", "topic")
    assert plain.returncode == 0, plain.stderr
    assert "90% interval" in " ".join(plain.stdout.split())
    assert "queued" in plain.stdout
    assert max(map(cell_len, plain.stdout.splitlines())) <= 80
    assert run(installation, "quality", "errors", name, "--question", "none").returncode == 6
    assert run(installation, "quality", "errors", name, "--limit", "0").returncode == 2


class Addresses(HTMLParser):
    """Every address a browser would fetch, every tag, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.fetched += [
            value or ""
            for name, value in attrs
            if name in ("src", "href", "xlink:href", "action", "data", "poster")
        ]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_report_stands_alone(installation: Installation, tmp_path: Path, language: str) -> None:
    file = tmp_path / "report.html"
    words = ("report", "Head<lines> عناوين", "-o", str(file), "--language", language)
    done = run(installation, *words)
    assert done.returncode == 0, done.stderr
    text = file.read_text(encoding="utf-8")
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in text
    seen = Addresses()
    seen.feed(text)
    assert [a for a in seen.fetched if not a.startswith(("#", "data:image/png"))] == []
    assert not re.search(r"url\((?!#)", text)
    assert "@import" not in text
    assert seen.tags.count("svg") == 6  # labels, doubt, confusion, skill, reliability, curve
    assert {"script", "link", "iframe"} & set(seen.tags) == set()
    assert len(seen.ids) == len(set(seen.ids))
    said = " ".join(seen.text)
    assert "Head<lines> عناوين" in said
    assert "Jun <b>" in said
    assert ("رياضة" if language == "ar" else "Sport") in said
    assert ("Topic <of> it" if language == "en" else "الموضوع") in said
    assert ("يُرجَّح خطؤها" if language == "ar" else "likely wrong") in said
    assert len(text) < 600_000


def test_a_report_without_figures_or_in_no_place(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "plain.html"
    done = run(installation, "report", "Head<lines> عناوين", "-o", str(file), "--no-figures", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bytes"] == file.stat().st_size
    assert "<svg" not in file.read_text()
    missing = run(installation, "report", "Head<lines> عناوين", "-o", str(tmp_path / "no" / "x.html"))
    assert missing.returncode == 3
    assert "no folder" in missing.stderr


def test_matplotlib_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import importlib.util

    from qistas.cli.main import main

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["report", "News", "-o", "x.html"]) == 8
    assert "pip install 'qistas[report]'" in capsys.readouterr().err
