"""Submit: take an answer. Whatever a person has answered is kept: late, twice sent, or after the queue moved on."""

from typing import Any
from uuid import UUID

from qistas.core.errors import Fault, Invalid, KeyReused, LeaseGone, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.ontology import load_ontology, validate_answer
from qistas.trust import Permission, require

from . import store
from .types import Receipt, Work

MAX_SECONDS = 24 * 3600.0


async def submit_annotation(
    tx: Tx, project_id: ProjectId, lease_id: UUID, answer: dict[str, Any], *, seconds: float, client_key: str
) -> Receipt:
    """Store the answer to a leased task, and end the lease.

    Sending the same `client_key` again gives the same receipt; with another answer it raises KeyReused. A lease that
    ran out does not matter: the answer is stored and marked late. Raises AnswerInvalid (naming question and place),
    LeaseGone for a task already answered (revise that answer), Missing for a lease that is not the principal's.
    """
    require(tx.principal, Permission.ANNOTATE, project_id)
    work = await store.lock_work(tx, project_id, lease_id)
    if work is None:
        raise Missing()
    if work.state == "answered" and await store.find_by_key(tx, client_key) is None:
        raise LeaseGone("You have answered this task already. Open it among your last answers to change it.")
    return await write(tx, project_id, work, answer, seconds=seconds, client_key=client_key, first=True)


async def write(
    tx: Tx,
    project_id: ProjectId,
    work: Work,
    answer: dict[str, Any],
    *,
    seconds: float,
    client_key: str,
    first: bool,
) -> Receipt:
    """Validate and append; the same statement sets inference going. `first`: the task gains an answer; otherwise it is a revision."""
    check_client_key(client_key)
    published = await load_ontology(tx, project_id, work.ontology_version)
    clean = validate_answer(published.ontology, answer, work.data)
    receipt = await store.append(
        tx,
        project_id,
        work,
        answer=clean,
        seconds=check_seconds(seconds),
        client_key=client_key,
        late=first and work.state in ("expired", "released"),
        counts=first,
        suggestion_use=_suggestion_use(work.suggestion, clean),
    )
    return receipt if receipt is not None else await _known(tx, work, clean, client_key)


def check_seconds(seconds: float) -> float:
    """`seconds` as a sane number of them. Raises Invalid for a negative one or no number."""
    if not 0 <= seconds < float("inf"):
        raise Invalid(
            "The time spent is not valid.",
            [Fault("seconds", str(seconds), "Send the seconds of work, 0 or more.")],
        )
    return min(seconds, MAX_SECONDS)


def check_client_key(client_key: str) -> None:
    """Raise Invalid unless the key is 1–100 printable characters."""
    if not 1 <= len(client_key) <= 100 or not client_key.isprintable():
        raise Invalid(
            "The client key is not valid.",
            [Fault("client_key", "not 1–100 printable characters", "Send a UUID.")],
        )


async def _known(tx: Tx, work: Work, answer: dict[str, Any], client_key: str) -> Receipt:
    """The receipt that this client key was given before, when it came with this very answer to this task."""
    known = await store.find_by_key(tx, client_key)
    if known is None or known[0].task_id != work.task_id or known[1] != answer:
        raise KeyReused("This client key was used for another answer. Send a new key with each new answer.")
    return known[0]


def _suggestion_use(suggestion: Any, answer: dict[str, Any]) -> str | None:
    """What became of a model's suggestion: kept whole, kept in part, or not at all."""
    if not isinstance(suggestion, dict):
        return None
    same = [name for name, value in suggestion.items() if answer.get(name) == value]
    if len(same) == len(suggestion) and len(answer) == len(suggestion):
        return "accepted"
    return "changed" if same else "rejected"
