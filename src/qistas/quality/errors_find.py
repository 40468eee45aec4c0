"""Find label errors: which of the labels of one question are likely wrong, by the items' content and by the answers."""

import asyncio
import math
import sys
import time
from array import array
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Missing, QistasError, Unavailable
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.ontology import Ontology, Question, fits, load_ontology, load_project
from qistas.sources import is_image, load_item_data
from qistas.trust import Act, Permission, record, require

from . import errors_store as store
from .errors_process import LENGTH, pack, unpack
from .errors_types import Labelled, Suspect

if TYPE_CHECKING:
    from qistas.engine.errors import Suspects, SuspectSets

LEAST_LABELS = 50
MOST_TEXTS = 100_000
MOST_PICTURES = 20_000
LETTERS = 1_000  # of an item's text; its topic shows in fewer
READ_AT_ONCE = 500
MOST_KEPT = 10_000
LEAST_KEPT = 500
SECONDS = 3_600
READING = 0.3  # of the whole, for the bar


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels as codes: `word[code]` names one, `value[code]` is the answer that says it."""

    codes: list[int]
    words: tuple[str, ...]
    values: tuple[dict[str, Any], ...]


def can_be_checked(question: Question) -> bool:
    """Whether its answers are one label each, or a set of them: content can be held against these."""
    return question.kind.exclusive(question) or question.kind.of_sets(question)


async def find_errors(
    db: Database, blobs: BlobStore, who: Principal, project_id: ProjectId, question_name: str
) -> None:
    """Judge the labels of one question and keep the suspects in place of those found before.

    Reading, computing (in a process of its own) and storing are apart, so that nothing is locked meanwhile. What stands in
    the way (labels too few, scikit-learn missing) is told in the search's `detail`.
    """
    require(who, Permission.QUALITY_RUN, project_id)
    start = time.monotonic()

    async def tell(**changes: Any) -> None:
        async with db.tenant_tx(who) as tx:
            await store.tell_search(tx, project_id, question_name, **changes)

    async with db.tenant_tx(who) as tx:
        await load_project(tx, project_id)
        ontology = (await load_ontology(tx, project_id)).ontology
        question = ontology.question_named.get(question_name)
        if question is None or not can_be_checked(question):
            raise Missing("There is no question by that name whose labels can be checked.")
        total = await store.count_labels(tx, project_id, question_name)
        most = MOST_PICTURES if _pictured(ontology) else MOST_TEXTS
        rows = await store.load_labels(tx, project_id, question_name, max(total, 1), most)
    rows = [row for row in rows if fits(question, row.value)]
    await tell(state="running", progress=0.0, labels=total, looked_at=len(rows), detail="")
    try:
        labels: Labels | Sets
        if question.kind.of_sets(question):
            labels = code_sets(question, rows)
            work = labels.work(rows)
        else:
            labels = code(question, rows)
            work = {"sets": 0, "labels": labels.codes, "posterior": _posterior(rows, labels)}
        judged = await _judge(db, blobs, who, project_id, ontology, rows, work, tell)
    except (Refused, QistasError) as error:
        detail = str(error).split("\n")[0]
        await tell(state="failed", detail=detail[:1000])
        if isinstance(error, Unavailable):
            raise
        return
    suspects = _kept(question, rows, labels, judged)
    async with db.tenant_tx(who) as tx:
        await store.replace_suspects(tx, project_id, question_name, suspects)
        await store.tell_search(
            tx,
            project_id,
            question_name,
            state="done",
            progress=1.0,
            flagged=int(judged.flagged.sum()),
            estimated=_number(judged.estimated),
            low=_number(judged.low),
            high=_number(judged.high),
            model_right=judged.model_right,
            most_common=judged.most_common,
            detail=judged.warning or "",
            seconds=round(time.monotonic() - start, 2),
        )


@dataclass(frozen=True, slots=True)
class Sets:
    """The labels of questions that take many: their names, and by item a byte for each, 1 where it was chosen."""

    words: tuple[str, ...]
    chosen: tuple[bytes, ...]

    def work(self, rows: Sequence[Labelled]) -> dict[str, Any]:
        """As the process takes it: rows of bytes, and the chance of each label by the answers as 32-bit numbers."""
        chance = array("f")
        for row in rows:
            given = cast("dict[str, Any]", row.posterior) if isinstance(row.posterior, dict) else {}
            weights = [given.get(word, 0.0) for word in self.words]
            known = row.answers > 1 and not row.expert and all(isinstance(w, int | float) for w in weights)
            chance.extend(weights if known else [math.nan] * len(self.words))
        return {"sets": len(self.words), "labels": b"".join(self.chosen), "posterior": chance.tobytes()}


class Refused(Exception):
    """Why these labels cannot be judged, for people."""


def _check_many(rows: Sequence[Labelled]) -> None:
    if len(rows) < LEAST_LABELS:
        raise Refused(
            f"There are {len(rows)} labels. From {LEAST_LABELS} on, a quick model can learn enough to doubt one."
        )


def code_sets(question: Question, rows: Sequence[Labelled]) -> Sets:
    """The sets of labels as rows of bytes, in the order of the ontology."""
    _check_many(rows)
    said = [frozenset(question.kind.labels_of(question, row.value)) for row in rows]
    words = question.labels.names
    return Sets(words, tuple(bytes(word in names for word in words) for names in said))


def code(question: Question, rows: Sequence[Labelled]) -> Labels:
    """The labels as codes in the order of their names; each with the value it is most often given by."""
    _check_many(rows)
    said = [question.kind.labels_of(question, row.value) for row in rows]
    words = sorted({names[0] for names in said if names})
    if len(words) < 2:
        raise Refused("There must be at least two different labels before errors among them can be found.")
    place = {word: at for at, word in enumerate(words)}
    codes = [place[names[0]] if names else -1 for names in said]
    seen: dict[int, Counter[int]] = {at: Counter() for at in range(len(words))}
    forms: list[dict[str, Any]] = []
    for row, at in zip(rows, codes, strict=True):
        if at >= 0:
            form = (
                next((n for n, f in enumerate(forms) if f == row.value), None) if len(forms) < 500 else None
            )
            if form is None:
                form = len(forms)
                forms.append(row.value)
            seen[at][form] += 1
    values = tuple(forms[seen[at].most_common(1)[0][0]] for at in range(len(words)))
    return Labels(codes, tuple(words), values)


def _posterior(rows: Sequence[Labelled], labels: Labels) -> list[list[float]]:
    """What the answers alone say; nothing where one stands alone or an expert has spoken."""
    silent = [math.nan] * len(labels.words)
    table: list[list[float]] = []
    for row in rows:
        given = cast("dict[str, Any]", row.posterior) if isinstance(row.posterior, dict) else {}
        weights = [given.get(word, 0.0) for word in labels.words]
        known = row.answers > 1 and not row.expert and all(isinstance(w, int | float) for w in weights)
        total = sum(weights) if known else 0.0
        table.append([w / total for w in weights] if total > 0.5 else silent)
    return table


async def _judge(
    db: Database,
    blobs: BlobStore,
    who: Principal,
    project_id: ProjectId,
    ontology: Ontology,
    rows: Sequence[Labelled],
    work: dict[str, Any],
    tell: Callable[..., Awaitable[None]],
) -> "Suspects | SuspectSets":
    """Read the content item by item into the process that judges, then wait for what it finds."""
    pictured = _pictured(ontology)
    texts: list[str] = []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "qistas.quality.errors_process", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        for at in range(0, len(rows), READ_AT_ONCE):
            part = [row.item_id for row in rows[at : at + READ_AT_ONCE]]
            async with db.tenant_tx(who) as tx:
                found = await load_item_data(tx, project_id, part)
                await record(tx, Act.ITEM_VIEW, part, why="label errors")
            for item in part:
                data = found.get(item, {})
                texts.append(text_of(ontology, data))
                if pictured:
                    process.stdin.write(pack(("picture", await _picture(blobs, who, data))))
                    await process.stdin.drain()
            await tell(progress=READING * (at + len(part)) / max(len(rows), 1))
        has_texts = any(texts)
        if not has_texts and not pictured:
            raise Refused("The items hold neither text nor pictures that a quick model could read.")
        process.stdin.write(pack(("work", {**work, "texts": texts if has_texts else None})))
        await process.stdin.drain()
        return await asyncio.wait_for(_answer(process.stdout, tell), SECONDS)
    except (ConnectionError, asyncio.IncompleteReadError) as error:
        raise Refused(
            "The process that judges labels ended early; most likely it ran out of memory."
        ) from error
    except TimeoutError as error:
        raise Refused(f"The labels were not judged within {SECONDS // 60} minutes.") from error
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answer(
    source: asyncio.StreamReader, tell: Callable[..., Awaitable[None]]
) -> "Suspects | SuspectSets":
    last = time.monotonic()
    while True:
        (length,) = cast("tuple[int]", LENGTH.unpack(await source.readexactly(LENGTH.size)))
        kind, what = unpack(await source.readexactly(length))
        if kind == "found":
            return what
        if kind == "refused":
            words = str(what)
            raise Refused(words[:1].upper() + words[1:] + ".")
        if time.monotonic() - last > 1.0:
            last = time.monotonic()
            await tell(progress=READING + (1 - READING) * float(what))


def _pictured(ontology: Ontology) -> bool:
    return any(field.type == "image" for field in ontology.fields)


async def _picture(blobs: BlobStore, who: Principal, data: dict[str, Any]) -> bytes | None:
    """The first picture of an item."""
    for value in data.values():
        if is_image(value):
            try:
                return await blobs.get(BlobStore.content_path(who.tenant_id, bytes.fromhex(value["blob"])))
            except Missing:
                return None
    return None


def text_of(ontology: Ontology, data: dict[str, Any]) -> str:
    """Everything written in an item's fields, in their order, cut to `LETTERS`."""
    parts: list[str] = []
    left = LETTERS
    for field in ontology.fields:
        for text in _strings(data.get(field.name)):
            if left <= 0:
                break
            parts.append(text[:left])
            left -= len(text)
    return "\n".join(parts)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if is_image(value):
        return []
    if isinstance(value, dict):
        return [text for one in cast("dict[str, Any]", value).values() for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in cast("list[Any]", value) for text in _strings(one)]
    return []


def _kept(
    question: Question, rows: Sequence[Labelled], labels: Labels | Sets, judged: "Suspects | SuspectSets"
) -> list[Suspect]:
    """The likeliest of them: all that are flagged, and enough beyond for a person to see where it thins out."""
    most = min(MOST_KEPT, max(LEAST_KEPT, 3 * int(judged.flagged.sum())))
    kept: list[Suspect] = []
    for at in judged.order.tolist():
        if rows[at].expert:  # settled: learnt from, never suspected
            continue
        if len(kept) == most:
            break
        if isinstance(labels, Sets):
            kept.append(_suspect_set(at, question, rows, labels, cast("SuspectSets", judged)))
        else:
            kept.append(_suspect(at, rows, labels, cast("Suspects", judged)))
    return kept


def _suspect(at: int, rows: Sequence[Labelled], labels: Labels, judged: "Suspects") -> Suspect:
    suggested = int(judged.suggested[at])
    near = _near(at, judged)
    count = Counter(labels.codes[one] for one in near)
    evidence = _evidence(at, rows, judged, near)
    if near:
        evidence["neighbours"] = {
            "same": count[labels.codes[at]],
            "suggested": count[suggested],
            "total": len(near),
            "nearest": [str(rows[one].item_id) for one in near if labels.codes[one] == suggested][:3],
        }
    value = labels.values[suggested] if suggested >= 0 else None
    return Suspect(rows[at].item_id, float(judged.likelihood[at]), rows[at].value, value, evidence)


def _suspect_set(
    at: int, question: Question, rows: Sequence[Labelled], labels: Sets, judged: "SuspectSets"
) -> Suspect:
    """The evidence is that of the label that is suspected most: `label`, which is `chosen` or not."""
    label = int(judged.label[at])
    near = _near(at, judged)
    own = labels.chosen[at]
    other = [one for one in near if labels.chosen[one][label] != own[label]]
    evidence = _evidence(at, rows, judged, near) | {"label": labels.words[label], "chosen": bool(own[label])}
    if near:
        evidence["neighbours"] = {
            "same": len(near) - len(other),
            "suggested": len(other),
            "total": len(near),
            "nearest": [str(rows[one].item_id) for one in other[:3]],
        }
    turned = bytes(has ^ (place == label) for place, has in enumerate(own))
    value = None
    for wanted in (judged.suggested[at].tolist(), turned):
        names = [word for word, has in zip(labels.words, wanted, strict=True) if has]
        value = value or question.kind.value_of_set(question, names)
    return Suspect(rows[at].item_id, float(judged.likelihood[at]), rows[at].value, value, evidence)


def _near(at: int, judged: "Suspects | SuspectSets") -> list[int]:
    return judged.neighbour[at].tolist() if math.isfinite(judged.neighbours_against[at]) else []


def _evidence(
    at: int, rows: Sequence[Labelled], judged: "Suspects | SuspectSets", near: list[int]
) -> dict[str, Any]:
    return {
        "flagged": bool(judged.flagged[at]),
        "model": {
            "given": _number(judged.model_given[at]),
            "suggested": _number(judged.model_suggested[at]),
        }
        if near
        else None,
        "answers": {
            "support": rows[at].support,
            "total": rows[at].answers,
            "against": _number(judged.answers_against[at]),
        },
        "neighbours": None,
    }


def _number(value: Any) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None
