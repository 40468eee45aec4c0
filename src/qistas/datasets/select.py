"""Select: the items of a project that a version would take, each with the answer that stands.

The answer to a question is that of the latest adjudication that speaks of it, else the consensus. Gold and withdrawn items
are left out, and so are items nobody has answered.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from qistas.core.canonical import canonical_json
from qistas.core.errors import Fault, SelectionInvalid
from qistas.core.ids import ItemId, ProjectId, TenantId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.ontology import Ontology, asked_questions, load_ontology
from qistas.trust import Permission, require

from . import store
from .split import Splitter
from .types import Given, LeftOut, Preview, Row, Selection, Splits

PAGE = 1_000
PREVIEW_ITEMS = 50_000


def check_selection(selection: Selection, ontology: Ontology) -> None:
    """Raise SelectionInvalid for one that asks for what is not there."""
    faults: list[Fault] = []
    for name, labels in selection.labels.items():
        question = ontology.question_named.get(name)
        if question is None:
            known = ", ".join(ontology.question_named)
            faults.append(
                Fault(
                    f"selection.labels.{name}"[:80],
                    "there is no such question",
                    f"The questions are: {known}.",
                    "question_unknown",
                    {"known": known},
                )
            )
            continue
        if question.labels.all:
            faults += [
                Fault(
                    f"selection.labels.{name}"[:80],
                    f"there is no label {label[:64]!r}",
                    f"The labels are: {', '.join(question.labels.names[:20])}.",
                    "label_unknown",
                    {"label": label[:64], "known": ", ".join(question.labels.names[:20])},
                )
                for label in labels
                if label not in question.labels
            ]
    for key, value in (("min_confidence", selection.min_confidence), ("max_doubt", selection.max_doubt)):
        if value is not None and not 0 <= value <= 1:
            faults.append(
                Fault(f"selection.{key}", f"is {value}", "Give a number from 0 to 1.", "share_range")
            )
    if selection.min_answers is not None and selection.min_answers < 0:
        faults.append(
            Fault("selection.min_answers", "is negative", "Give a whole number from 0.", "count_negative")
        )
    faults += [
        Fault(
            f"selection.metadata.{key}"[:80],
            f"{value} is beyond 2^53",
            "Write it as text: metadata is compared as text.",
            "number_too_great",
        )
        for key, value in selection.metadata.items()
        if not _has_form(value)
    ]
    if faults:
        raise SelectionInvalid("The selection asks for what is not there.", faults)


def _has_form(value: Any) -> bool:
    """Whether a manifest can hold the value."""
    try:
        canonical_json(value)
    except ValueError:
        return False
    return True


def pseudonym(tenant_id: TenantId, member_id: UUID) -> str:
    """A steady name for an annotator that tells who they are only to one who has their id already."""
    return hashlib.sha256(b"annotator:" + tenant_id.bytes + member_id.bytes).hexdigest()[:16]


class LeftOutCount:
    """How many items a selection leaves out, by the first condition each fails, with one of them to look at.

    Under `optional` it counts items that are in without their answer to that optional question, which is not sure enough.
    """

    def __init__(self) -> None:
        self._example: dict[tuple[str, str | None], UUID] = {}
        self._counts: Counter[tuple[str, str | None]] = Counter()

    def add(self, item: UUID, reason: str, question: str | None) -> None:
        """One more, for that reason."""
        self._example.setdefault((reason, question), item)
        self._counts[reason, question] += 1

    def rows(self) -> list[LeftOut]:
        """The reasons, the commonest first."""
        return [
            LeftOut(reason, question, count, self._example[reason, question])
            for (reason, question), count in self._counts.most_common()
        ]


async def select_page(
    tx: Tx,
    project_id: ProjectId,
    ontology: Ontology,
    selection: Selection,
    after: UUID | None,
    *,
    payload: bool = True,
    left_out: LeftOutCount | None = None,
) -> tuple[list[Row], UUID | None]:
    """The rows among the next thousand items, and the last item looked at (None at the end). `left_out` is told of the others."""
    items = await store.page_of_items(tx, project_id, selection, after, PAGE, payload=payload)
    if not items:
        return [], None
    ids = [row[0] for row in items]
    answers = await _answers_of(tx, project_id, ontology, selection, ids, left_out)
    rows = [
        Row(ItemId(item), bytes(digest), external, split, data, metadata, given)
        for item, digest, external, split, metadata, data in items
        if (given := answers.get(item))
    ]
    return rows, ids[-1]


async def _answers_of(
    tx: Tx,
    project_id: ProjectId,
    ontology: Ontology,
    selection: Selection,
    ids: list[UUID],
    left_out: LeftOutCount | None = None,
) -> dict[UUID, dict[str, Given]]:
    """The answers of those items that the selection takes."""
    by_item: dict[UUID, dict[str, Given]] = defaultdict(dict)
    annotator: dict[UUID, UUID] = {}
    answered: dict[UUID, set[UUID]] = defaultdict(set)
    for item, annotation, member in await store.annotators_of(tx, project_id, ids):
        annotator[annotation] = member
        answered[item].add(member)
    names: dict[UUID, str] = {member: pseudonym(tx.tenant_id, member) for member in set(annotator.values())}
    for item, question, value, confidence, doubt, support, method, inputs in await store.consensus_of(
        tx, ids
    ):
        provenance = {
            "source": "consensus",
            "method": method,
            "support": support,
            "annotations": sorted(str(one) for one in inputs),
            "annotators": sorted(names[annotator[one]] for one in inputs if one in annotator),
        }
        by_item[item][question] = Given(value, round(confidence, 6), round(doubt, 6), len(inputs), provenance)
    for item, adjudication, answer in await store.adjudications_of(tx, ids):
        for question, value in answer.items():
            before = by_item[item].get(question)
            answers = before.answers if before is not None else len(answered[item])
            by_item[item][question] = Given(
                value, 1.0, 0.0, answers, {"source": "adjudication", "adjudication": str(adjudication)}
            )
    taken: dict[UUID, dict[str, Given]] = {}
    for item, given in by_item.items():
        # An adjudication may have changed what is asked: what is not asked any more does not stand.
        asked = asked_questions(
            ontology, {name: one.value for name, one in given.items() if name in ontology.question_named}
        )
        standing = {
            question.name: given[question.name]
            for question in asked
            if question.name in given and (question.required or _sure(selection, given[question.name]))
        }
        if standing:
            why = _why_not(ontology, selection, standing, answered.get(item, set()))
        else:
            unsure = next((question.name for question in asked if question.name in given), None)
            why = ("min_confidence" if unsure else "unanswered", unsure)
        if why is None:
            taken[item] = standing
        if left_out is not None:
            if why is not None:
                left_out.add(item, *why)
            else:
                for question in asked:
                    if question.name in given and question.name not in standing:
                        left_out.add(item, "optional", question.name)
    if left_out is not None:
        for item in ids:
            if item not in by_item:
                left_out.add(item, "unanswered", None)
    return taken


def _sure(selection: Selection, one: Given) -> bool:
    """Whether an answer is as sure as asked. A required one that is not keeps its item out; an optional one is left out itself."""
    return (selection.min_confidence is None or one.confidence >= selection.min_confidence) and (
        selection.max_doubt is None or one.doubt <= selection.max_doubt
    )


def _why_not(
    ontology: Ontology, selection: Selection, given: dict[str, Given], answered: set[UUID]
) -> tuple[str, str | None] | None:
    """The first condition an item fails, and by which question; None when it meets all."""
    if selection.only_adjudicated and not any(
        one.provenance["source"] == "adjudication" for one in given.values()
    ):
        return "only_adjudicated", None
    for name, one in given.items():
        if selection.min_confidence is not None and one.confidence < selection.min_confidence:
            return "min_confidence", name
        if selection.max_doubt is not None and one.doubt > selection.max_doubt:
            return "max_doubt", name
    if selection.min_answers is not None and len(answered) < selection.min_answers:
        return "min_answers", None
    if selection.annotators and not any(str(member) in selection.annotators for member in answered):
        return "annotators", None
    for name, labels in selection.labels.items():
        one = given.get(name)
        question = ontology.question_named[name]
        if one is None or not question.kind.holds(question, one.value) & frozenset(labels):
            return "labels", name
    return None


async def select_rows(
    db: Database,
    who: Principal,
    project_id: ProjectId,
    ontology: Ontology,
    selection: Selection,
    after: UUID | None = None,
) -> AsyncIterator[tuple[list[Row], UUID]]:
    """Pages of rows in the order of item ids, and the item each page ends at; each page is one moment's view."""
    while True:
        async with db.tenant_tx(who) as tx:
            rows, last = await select_page(tx, project_id, ontology, selection, after)
        if last is None:
            return
        yield rows, last
        after = last


async def preview_selection(tx: Tx, project_id: ProjectId, selection: Selection, splits: Splits) -> Preview:
    """Count what a version would take; of a very large project, the first part and no more."""
    require(tx.principal, Permission.DATASET_VIEW, project_id)
    version = await load_ontology(tx, project_id)
    check_selection(selection, version.ontology)
    splitter = Splitter(splits)
    by_label: dict[str, Counter[str]] = defaultdict(Counter)
    by_split: Counter[str] = Counter()
    left_out = LeftOutCount()
    after: UUID | None = None
    seen = 0
    while seen < PREVIEW_ITEMS:
        rows, last = await select_page(
            tx, project_id, version.ontology, selection, after, payload=False, left_out=left_out
        )
        if last is None:
            break
        seen += PAGE
        after = last
        for row in rows:
            by_split[splitter.part_of(row.content_hash, row.split, row.metadata)] += 1
            count_labels(version.ontology, {name: one.value for name, one in row.answer.items()}, by_label)
    complete = seen < PREVIEW_ITEMS
    return Preview(
        by_split.total(),
        {name: dict(c) for name, c in by_label.items()},
        dict(by_split),
        complete,
        tuple(left_out.rows()),
    )


def count_labels(ontology: Ontology, answer: dict[str, Any], into: dict[str, Counter[str]]) -> None:
    """Add the labels of one answer, each as often as it stands there."""
    for name, value in answer.items():
        question = ontology.question_named.get(name)
        if question is not None:
            into[name].update(question.kind.labels_of(question, value))
