"""Ask: a question to the data lead from inside a task, and the reply."""

from uuid import UUID

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, page_of
from qistas.db import Tx
from qistas.trust import Act, Permission, may, record, require

from . import store
from .types import TaskQuestion

MAX_LENGTH = 4000


async def ask_question(tx: Tx, project_id: ProjectId, lease_id: UUID, text: str) -> TaskQuestion:
    """Ask about the task of one's own lease."""
    require(tx.principal, Permission.ANNOTATE, project_id)
    asked = await store.insert_question(tx, project_id, lease_id, _text(text))
    if asked is None:
        raise Missing()
    await record(tx, Act.CONFIG_CHANGE, [asked.id, asked.task_id], what="task_question.ask")
    return asked


async def list_questions(
    tx: Tx, project_id: ProjectId, *, limit: int = 50, after: str | None = None
) -> Page[TaskQuestion]:
    """All questions for those who run the project; their own for annotators."""
    require(tx.principal, Permission.PROJECT_VIEW, project_id)
    whose = None if may(tx.principal, Permission.TASK_MANAGE, project_id) else tx.principal.member_id
    rows = await store.list_questions(tx, project_id, whose, decode_id(after), limit + 1)
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def reply_question(tx: Tx, project_id: ProjectId, question_id: UUID, text: str) -> TaskQuestion:
    """Reply to an annotator."""
    require(tx.principal, Permission.TASK_MANAGE, project_id)
    replied = await store.reply(tx, project_id, question_id, _text(text))
    if replied is None:
        raise Missing()
    await record(tx, Act.CONFIG_CHANGE, [question_id], what="task_question")
    return replied


def _text(text: str) -> str:
    clean = text.strip().replace("\0", "")
    if not 1 <= len(clean) <= MAX_LENGTH:
        raise Invalid(
            "The text is not valid.", [Fault("text", f"{len(clean)} characters", f"Write 1 to {MAX_LENGTH}.")]
        )
    return clean
