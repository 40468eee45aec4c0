"""Flag low skill: with its evidence, for a person to decide on. Nothing happens to an annotator by itself."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import sqrt
from typing import Any
from uuid import UUID

from qistas.core.errors import Conflict, Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Raised, Skill

LOW_SKILL = 0.7  # a skill whose whole interval lies below this is flagged
LOW_GOLD = 0.7
ENOUGH_GOLD = 5
ENOUGH_ANSWERS = 5
NEW_EVIDENCE = (
    1.5  # a flag that was decided on comes again when the answers behind it have grown by this factor
)
Z = 1.6449


class FlagDecision(StrEnum):
    """What a person decides: keep (the evidence is right, the work goes on), pause (no new tasks here), dismiss (it is wrong)."""

    KEEP = "keep"
    PAUSE = "pause"
    DISMISS = "dismiss"


STATE = {FlagDecision.KEEP: "kept", FlagDecision.PAUSE: "paused", FlagDecision.DISMISS: "dismissed"}


async def raise_skill_flags(tx: Tx, project_id: ProjectId, question: str, skills: Sequence[Skill]) -> None:
    """Flag those whose skill on the question is low for certain; take back what no longer holds."""
    gold = await store.gold_tallies(tx, project_id, question)
    found = [
        Raised(
            skill.annotator_id,
            "low_skill",
            question,
            {
                "value": skill.value,
                "low": skill.low,
                "high": skill.high,
                "answers": skill.answers,
                **_gold_evidence(gold, skill.annotator_id),
            },
        )
        for skill in skills
        if skill.high < LOW_SKILL and skill.answers >= ENOUGH_ANSWERS
    ]
    for annotator, (right, total) in gold.items():
        if total >= ENOUGH_GOLD and right / total < LOW_GOLD:
            low, high = wilson(right, total)
            evidence = {
                "value": right / total,
                "low": low,
                "high": high,
                "answers": total,
                "right": right,
                "total": total,
            }
            found.append(Raised(annotator, "low_gold", question, evidence))
    await store.replace_flags(tx, project_id, question, found, NEW_EVIDENCE)


def _gold_evidence(gold: Mapping[UUID, tuple[float, int]], annotator: UUID) -> dict[str, Any]:
    if annotator not in gold:
        return {}
    right, total = gold[annotator]
    return {"right": right, "total": total}


def wilson(right: float, total: int) -> tuple[float, float]:
    """The 90 % interval of a share (Wilson 1927)."""
    share, square = right / total, Z * Z / total
    centre = (share + square / 2) / (1 + square)
    half = Z * sqrt(share * (1 - share) / total + square / (4 * total)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


async def resolve_flag(
    tx: Tx, project_id: ProjectId, flag_id: UUID, decision: FlagDecision, note: str = ""
) -> UUID:
    """Decide on a flag; the annotator it was about. A dismissal needs its reason. Raises Missing, Conflict (decided already)."""
    require(tx.principal, Permission.TASK_MANAGE, project_id)
    note = note.strip().replace("\0", "")[:4000]
    if decision is FlagDecision.DISMISS and not note:
        raise Invalid(
            "A flag is dismissed with a reason.", [Fault("note", "missing", "Say why it is wrong.")]
        )
    found = await store.lock_flag(tx, project_id, flag_id)
    if found is None:
        raise Missing()
    annotator, state = found
    if state != "open":
        raise Conflict("This flag has been decided on already. Load the page again.")
    await store.resolve_flag(tx, flag_id, STATE[decision], note)
    if decision is FlagDecision.PAUSE:
        await store.pause_annotator(tx, project_id, annotator)
    await record(
        tx, Act.CONFIG_CHANGE, [annotator, flag_id], what="skill_flag", decision=decision.value, note=note
    )
    return annotator


async def resume_annotator(tx: Tx, project_id: ProjectId, annotator: UUID) -> None:
    """Let a paused annotator have tasks in this project again. Raises Missing when they are not paused."""
    require(tx.principal, Permission.TASK_MANAGE, project_id)
    if not await store.resume_annotator(tx, project_id, annotator):
        raise Missing()
    await record(tx, Act.CONFIG_CHANGE, [annotator], what="annotator_resumed")
