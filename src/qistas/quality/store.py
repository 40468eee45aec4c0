"""Quality in SQL. The statement that stores inferred answers is `sql/save_consensus.sql`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.db import Tx, read_statement
from qistas.sources import hold_batch

from .types import AnnotatorRow, AnswerRow, ConsensusRow, Decided, Gold, Inferred, Raised, Skill

CHUNK = 5000
INFINITY = "infinity"

# One row an annotator and task: the last revision, unless a reviewer sent that one back. Model answers are correlated and
# never count as independent votes, so only people and service keys are read.
CURRENT = """
SELECT a.id, a.item_id, a.annotator_id, a.answer, a.ontology_version FROM (
    SELECT DISTINCT ON (a.item_id, a.task_id, a.annotator_id) a.id, a.item_id, a.annotator_id, a.answer, a.ontology_version
      FROM annotations a JOIN members m ON m.tenant_id = a.tenant_id AND m.id = a.annotator_id AND m.kind <> 'model'
     WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s {items}
     ORDER BY a.item_id, a.task_id, a.annotator_id, a.revision DESC) AS a
 WHERE NOT EXISTS (SELECT FROM reviews r WHERE r.tenant_id = %(tenant)s AND r.annotation_id = a.id AND r.verdict = 'return')
 ORDER BY a.item_id, a.annotator_id
"""


async def take_due(tx: Tx, project_id: UUID, limit: int) -> list[UUID]:
    """Take up to `limit` items off the list of those that are due for inference; one that is being answered just now stays there."""
    rows = await tx.rows(
        """DELETE FROM consensus_due WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND item_id IN (
               SELECT item_id FROM consensus_due WHERE tenant_id = %(tenant)s AND project_id = %(project)s
                ORDER BY item_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
           RETURNING item_id""",
        {"tenant": tx.tenant_id, "project": project_id, "limit": limit},
    )
    return [row[0] for row in rows]


async def projects_due(tx: Tx) -> list[tuple[UUID, UUID]]:
    """(tenant, project) of all that have something due; in a system transaction."""
    return await tx.rows("SELECT DISTINCT tenant_id, project_id FROM consensus_due")


async def count_due(tx: Tx, project_id: UUID) -> int:
    """How many items are due for inference."""
    return await tx.value(
        "SELECT count(*) FROM consensus_due WHERE tenant_id = %(tenant)s AND project_id = %(project)s",
        {"tenant": tx.tenant_id, "project": project_id},
    )


async def count_answers(tx: Tx, project_id: UUID) -> int:
    """How many answers were given in the project, by the tallies of the days."""
    return await tx.value(
        """SELECT coalesce(sum(answers), 0)::bigint FROM annotator_days
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s""",
        {"tenant": tx.tenant_id, "project": project_id},
    )


async def answers_to(tx: Tx, project_id: UUID, items: Sequence[UUID]) -> list[AnswerRow]:
    """The current answers to these items."""
    sql = CURRENT.format(items="AND a.item_id = ANY (%(items)s)")
    return await tx.all(AnswerRow, sql, {"tenant": tx.tenant_id, "project": project_id, "items": list(items)})


async def stream_answers(tx: Tx, project_id: UUID) -> AsyncIterator[list[tuple[Any, ...]]]:
    """All current answers of the project, by item, as (id, item, annotator, answer, ontology version)."""
    async for rows in tx.stream(
        CURRENT.format(items=""), {"tenant": tx.tenant_id, "project": project_id}, CHUNK
    ):
        yield rows


BETWEEN = "AND a.item_id >= %(low)s AND a.item_id < %(high)s"


async def stream_between(
    tx: Tx, project_id: UUID, low: UUID, high: UUID
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """`stream_answers` to the items from `low` until before `high`."""
    params = {"tenant": tx.tenant_id, "project": project_id, "low": low, "high": high}
    async for rows in tx.stream(CURRENT.format(items=BETWEEN), params, CHUNK):
        yield rows


async def inferred_between(
    tx: Tx, project_id: UUID, questions: Sequence[str], low: UUID, high: UUID
) -> list[Inferred]:
    """What is stored of some questions of the items from `low` until before `high`."""
    return await tx.all(
        Inferred,
        """SELECT item_id, question, value, confidence, posterior, support, disputed, method, inputs FROM consensus
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND question = ANY (%(questions)s)
              AND item_id >= %(low)s AND item_id < %(high)s""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "questions": list(questions),
            "low": low,
            "high": high,
        },
    )


async def save_consensus(
    tx: Tx, project_id: UUID, rows: Sequence[Inferred], as_of: datetime | None = None
) -> None:
    """Store inferred answers, in chunks. `as_of`: when their inputs were read, if that is a while ago.

    One writer at a time per project, or two would both count an item as inferred for the first time.
    """
    await tx.run("SELECT core.hold(%s)", (f"consensus:{project_id}",))
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK]
        await tx.run(
            read_statement("qistas.quality", "save_consensus"),
            {
                "tenant": tx.tenant_id,
                "project": project_id,
                "items": [r.item_id for r in part],
                "questions": [r.question for r in part],
                "values": [Jsonb(r.value) for r in part],
                "confidences": [r.confidence for r in part],
                "posteriors": [Jsonb(r.posterior) for r in part],
                "supports": [r.support for r in part],
                "disputed": [r.disputed for r in part],
                "methods": [r.method for r in part],
                "inputs": [Jsonb([str(i) for i in r.inputs]) for r in part],
                "as_of": as_of or INFINITY,
            },
        )


async def forget_consensus(tx: Tx, project_id: UUID, items: Sequence[UUID]) -> None:
    """Remove what was inferred for items that no longer have an answer (a reviewer sent the only one back)."""
    await tx.run(
        """WITH gone AS (DELETE FROM consensus WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND item_id = ANY (%(items)s)
                         RETURNING item_id)
           INSERT INTO project_counts AS c (tenant_id, project_id, shard, consensus)
           SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, -count(DISTINCT item_id) FROM gone
           ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET consensus = c.consensus + excluded.consensus""",
        {"tenant": tx.tenant_id, "project": project_id, "items": list(items)},
    )


async def save_fit(
    tx: Tx, project_id: UUID, question: str, method: str, annotators: bytes, learnt: bytes
) -> None:
    """Replace what was learnt of one question; it gets a new version."""
    await tx.run(
        """INSERT INTO quality_fits (tenant_id, project_id, question, method, annotators, learnt)
           VALUES (%(tenant)s, %(project)s, %(question)s, %(method)s, %(annotators)s, %(learnt)s)
           ON CONFLICT (tenant_id, project_id, question) DO UPDATE
              SET version = uuidv7(), method = excluded.method, annotators = excluded.annotators, learnt = excluded.learnt,
                  computed_at = now()""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "question": question,
            "method": method,
            "annotators": annotators,
            "learnt": learnt,
        },
    )


async def fit_versions(tx: Tx, project_id: UUID) -> dict[str, UUID]:
    """The version of what was last learnt of each question."""
    rows = await tx.rows(
        "SELECT question, version FROM quality_fits WHERE tenant_id = %(tenant)s AND project_id = %(project)s",
        {"tenant": tx.tenant_id, "project": project_id},
    )
    return {row[0]: row[1] for row in rows}


async def load_fits(tx: Tx, project_id: UUID, versions: Sequence[UUID]) -> list[tuple[UUID, bytes, bytes]]:
    """(version, annotators, what was learnt) of those of the versions that still hold."""
    rows = await tx.rows(
        """SELECT version, annotators, learnt FROM quality_fits
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND version = ANY (%(versions)s)""",
        {"tenant": tx.tenant_id, "project": project_id, "versions": list(versions)},
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def save_skills(tx: Tx, project_id: UUID, question: str, skills: Sequence[Skill]) -> None:
    """Replace the skills of one question."""
    await tx.run(
        """WITH old AS (DELETE FROM annotator_skills WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND question = %(question)s
                           AND annotator_id <> ALL (%(who)s::uuid[]))
           INSERT INTO annotator_skills (tenant_id, project_id, annotator_id, question, value, low, high, answers, detail)
           SELECT %(tenant)s, %(project)s, a, %(question)s, v, l, h, n, d
             FROM unnest(%(who)s::uuid[], %(value)s::real[], %(low)s::real[], %(high)s::real[], %(answers)s::integer[], %(detail)s::jsonb[])
               AS s (a, v, l, h, n, d)
           ON CONFLICT (tenant_id, project_id, annotator_id, question) DO UPDATE
              SET value = excluded.value, low = excluded.low, high = excluded.high, answers = excluded.answers, detail = excluded.detail,
                  computed_at = now()""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "question": question,
            "who": [s.annotator_id for s in skills],
            "value": [s.value for s in skills],
            "low": [s.low for s in skills],
            "high": [s.high for s in skills],
            "answers": [s.answers for s in skills],
            "detail": [Jsonb({"labels": s.labels}) for s in skills],
        },
    )


async def save_summary(tx: Tx, project_id: UUID, question: str, summary: Mapping[str, Any]) -> None:
    """Replace the summary of one question."""
    await tx.run(
        """INSERT INTO question_summaries (tenant_id, project_id, question, summary)
           VALUES (%(tenant)s, %(project)s, %(question)s, %(summary)s)
           ON CONFLICT (tenant_id, project_id, question) DO UPDATE SET summary = excluded.summary, computed_at = now()""",
        {"tenant": tx.tenant_id, "project": project_id, "question": question, "summary": Jsonb(summary)},
    )


async def load_summaries(tx: Tx, project_id: UUID) -> dict[str, tuple[dict[str, Any], Any]]:
    """The summary of each question, with the time it was computed."""
    rows = await tx.rows(
        "SELECT question, summary, computed_at FROM question_summaries WHERE tenant_id = %(tenant)s AND project_id = %(project)s",
        {"tenant": tx.tenant_id, "project": project_id},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def sent_back(tx: Tx, project_id: UUID, items: Sequence[UUID]) -> set[UUID]:
    """Those of the items that a person has sent back to the queue and that still wait for the answer asked for."""
    rows = await tx.rows(
        """SELECT e.item_id FROM label_errors e JOIN tasks t ON t.tenant_id = e.tenant_id AND t.id = e.task_id AND t.answers < t.wanted
            WHERE e.tenant_id = %(tenant)s AND e.project_id = %(project)s AND e.queued_at IS NOT NULL AND e.item_id = ANY (%(items)s)""",
        {"tenant": tx.tenant_id, "project": project_id, "items": list(items)},
    )
    return {row[0] for row in rows}


async def settled_among(tx: Tx, items: Sequence[UUID]) -> set[UUID]:
    """Those of the items whose answer an expert gave, or looked at as it stands."""
    if not items:
        return set()
    rows = await tx.rows(
        """SELECT w.id FROM unnest(%(items)s::uuid[]) AS w (id)
            WHERE EXISTS (SELECT FROM adjudications d WHERE d.tenant_id = %(tenant)s AND d.item_id = w.id)
               OR (SELECT bool_and(c.settled) FROM consensus c WHERE c.tenant_id = %(tenant)s AND c.item_id = w.id)""",
        {"tenant": tx.tenant_id, "items": list(items)},
    )
    return {row[0] for row in rows}


async def save_redundancy_report(tx: Tx, project_id: UUID, report: Mapping[str, Any]) -> None:
    """Replace the project's account of answers saved."""
    await tx.run(
        """INSERT INTO redundancy_reports (tenant_id, project_id, report) VALUES (%(tenant)s, %(project)s, %(report)s)
           ON CONFLICT (tenant_id, project_id) DO UPDATE SET report = excluded.report, computed_at = now()""",
        {"tenant": tx.tenant_id, "project": project_id, "report": Jsonb(report)},
    )


async def load_redundancy_report(tx: Tx, project_id: UUID) -> dict[str, Any] | None:
    """The project's account of answers saved, as of the last full run."""
    return await tx.value(
        """SELECT report || jsonb_build_object('computed_at', computed_at) FROM redundancy_reports
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s""",
        {"tenant": tx.tenant_id, "project": project_id},
    )


ANNOTATORS = """
SELECT m.id, m.name, d.answers, d.skips, d.seconds_mean, coalesce(g.total, 0) AS gold_total, coalesce(g.gold_right, 0) AS gold_right,
       coalesce(s.skills, '[]'::jsonb) AS skills, coalesce(f.flags, '[]'::jsonb) AS flags,
       EXISTS (SELECT FROM annotator_pauses p WHERE p.tenant_id = %(tenant)s AND p.member_id = m.id AND p.project_id = %(project)s) AS paused
  FROM (SELECT annotator_id, sum(answers)::bigint AS answers, sum(skips)::bigint AS skips,
               sum(seconds) / nullif(sum(answers), 0) AS seconds_mean
          FROM annotator_days WHERE tenant_id = %(tenant)s AND project_id = %(project)s GROUP BY 1) AS d
  JOIN members m ON m.tenant_id = %(tenant)s AND m.id = d.annotator_id
  LEFT JOIN (SELECT annotator_id, count(*) AS total, sum(score) AS gold_right
               FROM scores_that_count WHERE tenant_id = %(tenant)s AND project_id = %(project)s GROUP BY 1) AS g ON g.annotator_id = m.id
  LEFT JOIN (SELECT annotator_id, jsonb_agg(jsonb_build_object('question', question, 'value', value, 'low', low, 'high', high,
                                                               'answers', answers) ORDER BY question) AS skills
               FROM annotator_skills WHERE tenant_id = %(tenant)s AND project_id = %(project)s GROUP BY 1) AS s ON s.annotator_id = m.id
  LEFT JOIN (SELECT annotator_id, jsonb_agg(evidence || jsonb_build_object('id', id, 'code', code, 'question', question, 'raised_at', raised_at)
                                            ORDER BY question, code) AS flags
               FROM skill_flags WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND state = 'open' GROUP BY 1) AS f ON f.annotator_id = m.id
 ORDER BY d.answers DESC, m.id
"""


async def annotators(tx: Tx, project_id: UUID) -> list[AnnotatorRow]:
    """Everyone who answered in this project, most answers first."""
    return await tx.all(AnnotatorRow, ANNOTATORS, {"tenant": tx.tenant_id, "project": project_id})


ANNOTATOR = """
SELECT jsonb_build_object(
    'id', m.id, 'name', m.name,
    'paused_at', (SELECT p.paused_at FROM annotator_pauses p
                   WHERE p.tenant_id = %(tenant)s AND p.member_id = m.id AND p.project_id = %(project)s),
    'skills', coalesce((SELECT jsonb_agg(jsonb_build_object('question', s.question, 'value', s.value, 'low', s.low, 'high', s.high,
                                'answers', s.answers, 'labels', coalesce(s.detail -> 'labels', '[]'), 'computed_at', s.computed_at)
                                ORDER BY s.question)
                          FROM annotator_skills s
                         WHERE s.tenant_id = %(tenant)s AND s.project_id = %(project)s AND s.annotator_id = m.id), '[]'),
    'gold', coalesce((SELECT jsonb_agg(g ORDER BY g.question) FROM (
                        SELECT question, count(*) AS total, sum(score) AS right FROM scores_that_count
                         WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND annotator_id = m.id GROUP BY 1) AS g), '[]'),
    'flags', coalesce((SELECT jsonb_agg(f.evidence || jsonb_build_object('id', f.id, 'code', f.code, 'question', f.question,
                               'raised_at', f.raised_at, 'state', f.state, 'note', f.note, 'resolved_by', r.name, 'resolved_at', f.resolved_at)
                               ORDER BY f.id DESC)
                         FROM skill_flags f LEFT JOIN members r ON r.tenant_id = f.tenant_id AND r.id = f.resolved_by
                        WHERE f.tenant_id = %(tenant)s AND f.project_id = %(project)s AND f.annotator_id = m.id), '[]'))
  FROM members m
 WHERE m.tenant_id = %(tenant)s AND m.id = %(annotator)s
   AND EXISTS (SELECT FROM annotator_days d
                WHERE d.tenant_id = %(tenant)s AND d.project_id = %(project)s AND d.annotator_id = m.id)
"""


async def annotator(tx: Tx, project_id: UUID, annotator_id: UUID) -> dict[str, Any] | None:
    """One annotator of the project: skill label by label, gold, and every flag there was."""
    return await tx.value(
        ANNOTATOR, {"tenant": tx.tenant_id, "project": project_id, "annotator": annotator_id}
    )


# --- flags ----------------------------------------------------------------------------------------------------------


async def gold_tallies(tx: Tx, project_id: UUID, question: str) -> dict[UUID, tuple[float, int]]:
    """Annotator → (gold right, gold met) on one question."""
    rows = await tx.rows(
        """SELECT annotator_id, sum(score)::float8, count(*) FROM scores_that_count
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND question = %(question)s GROUP BY 1""",
        {"tenant": tx.tenant_id, "project": project_id, "question": question},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


REPLACE_FLAGS = """
WITH raised AS (
    SELECT * FROM unnest(%(who)s::uuid[], %(codes)s::text[], %(evidence)s::jsonb[]) AS r (annotator_id, code, evidence)
), gone AS (
    DELETE FROM skill_flags f
     WHERE f.tenant_id = %(tenant)s AND f.project_id = %(project)s AND f.question = %(question)s AND f.state = 'open'
       AND NOT EXISTS (SELECT FROM raised r WHERE r.annotator_id = f.annotator_id AND r.code = f.code)
)
INSERT INTO skill_flags (tenant_id, project_id, annotator_id, code, question, evidence)
SELECT %(tenant)s, %(project)s, r.annotator_id, r.code, %(question)s, r.evidence
  FROM raised r
 WHERE NOT EXISTS (SELECT FROM skill_flags o
                    WHERE o.tenant_id = %(tenant)s AND o.project_id = %(project)s AND o.annotator_id = r.annotator_id AND o.code = r.code
                      AND o.question = %(question)s AND o.state <> 'open'
                      AND (r.evidence ->> 'answers')::float8 < %(again)s * (o.evidence ->> 'answers')::float8)
   AND NOT EXISTS (SELECT FROM annotator_pauses p
                    WHERE p.tenant_id = %(tenant)s AND p.member_id = r.annotator_id AND p.project_id = %(project)s)
ON CONFLICT (tenant_id, project_id, annotator_id, code, question) WHERE state = 'open' DO UPDATE SET evidence = excluded.evidence
"""


async def replace_flags(
    tx: Tx, project_id: UUID, question: str, raised: Sequence[Raised], again: float
) -> None:
    """Make these the open flags of the question. One that was decided on comes again only on `again` times the answers."""
    await tx.run(
        REPLACE_FLAGS,
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "question": question,
            "who": [r.annotator_id for r in raised],
            "codes": [r.code for r in raised],
            "evidence": [Jsonb(r.evidence) for r in raised],
            "again": again,
        },
    )


async def lock_flag(tx: Tx, project_id: UUID, flag_id: UUID) -> tuple[UUID, str] | None:
    """(annotator, state) of a flag, locked."""
    rows = await tx.rows(
        """SELECT annotator_id, state FROM skill_flags
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(flag)s FOR UPDATE""",
        {"tenant": tx.tenant_id, "project": project_id, "flag": flag_id},
    )
    return (rows[0][0], rows[0][1]) if rows else None


async def resolve_flag(tx: Tx, flag_id: UUID, state: str, note: str) -> None:
    """Keep what was decided, by whom and why."""
    await tx.run(
        """UPDATE skill_flags SET state = %(state)s, note = %(note)s, resolved_by = %(by)s, resolved_at = now()
            WHERE tenant_id = %(tenant)s AND id = %(flag)s""",
        {
            "tenant": tx.tenant_id,
            "flag": flag_id,
            "state": state,
            "note": note,
            "by": tx.principal.member_id,
        },
    )


async def pause_annotator(tx: Tx, project_id: UUID, annotator_id: UUID) -> None:
    """Give no new tasks of the project to this annotator."""
    await tx.run(
        """INSERT INTO annotator_pauses (tenant_id, project_id, member_id, paused_by)
           VALUES (%(tenant)s, %(project)s, %(annotator)s, %(by)s) ON CONFLICT DO NOTHING""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "annotator": annotator_id,
            "by": tx.principal.member_id,
        },
    )


async def resume_annotator(tx: Tx, project_id: UUID, annotator_id: UUID) -> bool:
    """The reverse; False when they were not paused."""
    return bool(
        await tx.run(
            """DELETE FROM annotator_pauses
                WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND member_id = %(annotator)s""",
            {"tenant": tx.tenant_id, "project": project_id, "annotator": annotator_id},
        )
    )


COLUMNS = """c.item_id, c.question, c.value, c.confidence, c.doubt, c.support, cardinality(c.inputs) AS answers, c.method, c.disputed,
       c.settled, c.computed_at"""


# Where an expert has settled an item, the answer that holds is theirs.
HOLDS = COLUMNS.replace(
    "c.value,",
    """CASE WHEN c.settled THEN coalesce((SELECT d.answer -> c.question FROM adjudications d
            WHERE d.tenant_id = c.tenant_id AND d.item_id = c.item_id AND d.answer ? c.question ORDER BY d.id DESC LIMIT 1), c.value)
            ELSE c.value END AS value,""",
)
SETTLED_BELOW = 2.0  # an item that is settled stands so far below its doubt


def place_of(row: ConsensusRow) -> float:
    """Where it stands in `list_by_doubt`."""
    return row.doubt - SETTLED_BELOW * row.settled


async def list_by_doubt(
    tx: Tx, project_id: UUID, question: str, *, min_doubt: float, after: tuple[float, UUID] | None, limit: int
) -> list[ConsensusRow]:
    """Answers to one question: the most doubtful first, then those that an expert has settled, where no least doubt is asked for."""
    start, first = (float("inf"), UUID(int=0)), 0.0
    place = after or start
    rows: list[ConsensusRow] = []
    for settled in (False, True):
        if settled and min_doubt > 0:
            break
        if not settled and place[0] < first:
            continue
        doubt, item = (
            (place[0] + SETTLED_BELOW, place[1])
            if settled and place[0] < first
            else place
            if not settled
            else start
        )
        rows += await tx.all(
            ConsensusRow,
            f"""SELECT {HOLDS} FROM consensus c
                 WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.question = %(question)s
                   AND {"c.settled" if settled else "NOT c.settled"} AND c.doubt >= %(min)s
                   AND c.doubt <= %(doubt)s::real AND (c.doubt < %(doubt)s::real OR c.item_id > %(item)s)
                   AND NOT EXISTS (SELECT FROM items i WHERE i.tenant_id = %(tenant)s AND i.id = c.item_id AND i.withdrawn_at IS NOT NULL)
                 ORDER BY c.doubt DESC, c.item_id LIMIT %(limit)s""",
            {
                "tenant": tx.tenant_id,
                "project": project_id,
                "question": question,
                "min": min_doubt,
                "doubt": doubt,
                "item": item,
                "limit": limit - len(rows),
            },
        )
        if len(rows) == limit:
            break
    return rows


async def consensus_of(tx: Tx, item_id: UUID) -> list[ConsensusRow]:
    """What was inferred for one item, question by question."""
    return await tx.all(
        ConsensusRow,
        f"SELECT {COLUMNS} FROM consensus c WHERE c.tenant_id = %(tenant)s AND c.item_id = %(item)s ORDER BY c.question",
        {"tenant": tx.tenant_id, "item": item_id},
    )


HISTORY = """
SELECT jsonb_build_object(
    'item', (SELECT jsonb_build_object('id', i.id, 'data', i.data, 'external_id', i.external_id, 'split', i.split, 'metadata', i.metadata)
               FROM items i WHERE i.tenant_id = %(tenant)s AND i.project_id = %(project)s AND i.id = %(item)s),
    'annotations', coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'annotator_id', a.annotator_id, 'annotator', m.name,
                'answer', a.answer, 'revision', a.revision, 'seconds', a.seconds, 'late', a.late, 'created_at', a.created_at,
                'ontology_version', a.ontology_version) ORDER BY a.id)
               FROM annotations a JOIN members m ON m.tenant_id = a.tenant_id AND m.id = a.annotator_id
              WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s AND a.item_id = %(item)s), '[]'),
    'reviews', coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.id, 'annotation_id', r.annotation_id, 'reviewer', m.name,
                'verdict', r.verdict, 'answer', r.answer, 'reason', r.reason, 'created_at', r.created_at) ORDER BY r.id)
               FROM reviews r JOIN members m ON m.tenant_id = r.tenant_id AND m.id = r.reviewer_id
              WHERE r.tenant_id = %(tenant)s AND r.item_id = %(item)s), '[]'),
    'adjudications', coalesce((SELECT jsonb_agg(jsonb_build_object('id', d.id, 'answer', d.answer, 'reason', d.reason,
                'decided_by', m.name, 'created_at', d.created_at) ORDER BY d.id)
               FROM adjudications d JOIN members m ON m.tenant_id = d.tenant_id AND m.id = d.decided_by
              WHERE d.tenant_id = %(tenant)s AND d.item_id = %(item)s), '[]'))
"""


async def history_of(tx: Tx, project_id: UUID, item_id: UUID) -> dict[str, Any]:
    """Everything that was said about one item; its `item` is null when there is no such item in the project."""
    return await tx.value(HISTORY, {"tenant": tx.tenant_id, "project": project_id, "item": item_id})


# --- review and adjudication ----------------------------------------------------------------------------------------

NEXT_REVIEW = """
WITH found AS (
    SELECT f.item_id, f.doubt
      FROM unnest(%(questions)s::text[]) AS q
      CROSS JOIN LATERAL (
            SELECT c.item_id, c.doubt FROM consensus c
             WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.question = q AND NOT c.settled
               AND (%(all)s OR c.disputed) AND c.item_id <> ALL (%(passed)s)
               AND NOT EXISTS (SELECT FROM items i WHERE i.tenant_id = %(tenant)s AND i.id = c.item_id AND i.withdrawn_at IS NOT NULL)
               AND NOT EXISTS (SELECT FROM review_leases l WHERE l.tenant_id = %(tenant)s AND l.item_id = c.item_id
                                  AND l.reviewer_id <> %(reviewer)s AND l.expires_at > now())
             ORDER BY c.doubt DESC, c.item_id LIMIT 1) AS f
     ORDER BY f.doubt DESC, f.item_id LIMIT 1
), leased AS (
    INSERT INTO review_leases AS l (tenant_id, item_id, project_id, reviewer_id, expires_at)
    SELECT %(tenant)s, item_id, %(project)s, %(reviewer)s, now() + interval '30 minutes' FROM found
    ON CONFLICT (tenant_id, item_id) DO UPDATE SET reviewer_id = excluded.reviewer_id, expires_at = excluded.expires_at
     WHERE l.reviewer_id = excluded.reviewer_id OR l.expires_at <= now()
    RETURNING l.expires_at
)
SELECT item_id, (SELECT expires_at FROM leased) FROM found
"""


async def claim_review(
    tx: Tx, project_id: UUID, questions: Sequence[str], *, undisputed: bool, passed: Sequence[UUID]
) -> tuple[UUID, datetime | None] | None:
    """Lease the most doubtful item that no expert has seen in its present state: its id and the end of the lease, which is None where
    another reviewer took it at this moment; None when there is no item."""
    rows = await tx.rows(
        NEXT_REVIEW,
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "questions": list(questions),
            "all": undisputed,
            "passed": list(passed),
            "reviewer": tx.principal.member_id,
        },
    )
    return (rows[0][0], rows[0][1]) if rows else None


async def annotation_for_review(tx: Tx, project_id: UUID, annotation_id: UUID) -> tuple[Any, ...] | None:
    """(item, task, lease, annotator, ontology version, answer) of a current annotation with its task locked."""
    rows = await tx.rows(
        """SELECT a.item_id, a.task_id, a.lease_id, a.annotator_id, a.ontology_version, a.answer
             FROM annotations a JOIN tasks t ON t.tenant_id = a.tenant_id AND t.id = a.task_id
            WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s AND a.id = %(id)s
              AND NOT EXISTS (SELECT FROM annotations n WHERE n.tenant_id = a.tenant_id AND n.task_id = a.task_id
                                 AND n.annotator_id = a.annotator_id AND n.revision > a.revision)
              FOR UPDATE OF t""",
        {"tenant": tx.tenant_id, "project": project_id, "id": annotation_id},
    )
    return rows[0] if rows else None


async def insert_review(
    tx: Tx,
    project_id: UUID,
    item_id: UUID,
    annotation_id: UUID,
    verdict: str,
    answer: dict[str, Any] | None,
    reason: str,
) -> UUID:
    """Keep a verdict, end the reviewer's lease on the item, and count the review."""
    return await tx.value(
        """WITH lease AS (DELETE FROM review_leases WHERE tenant_id = %(tenant)s AND item_id = %(item)s AND reviewer_id = %(by)s),
                count AS (INSERT INTO project_counts AS c (tenant_id, project_id, shard, reviewed)
                          VALUES (%(tenant)s, %(project)s, pg_backend_pid() %% 16, 1)
                          ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET reviewed = c.reviewed + 1)
           INSERT INTO reviews (tenant_id, project_id, item_id, annotation_id, reviewer_id, verdict, answer, reason)
           VALUES (%(tenant)s, %(project)s, %(item)s, %(annotation)s, %(by)s, %(verdict)s, %(answer)s, %(reason)s) RETURNING id""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "item": item_id,
            "annotation": annotation_id,
            "by": tx.principal.member_id,
            "verdict": verdict,
            "answer": Jsonb(answer) if answer is not None else None,
            "reason": reason,
        },
    )


async def settle(tx: Tx, item_id: UUID) -> None:
    """Mark that an expert has looked at the item as it stands."""
    await tx.run(
        "UPDATE consensus SET settled = true WHERE tenant_id = %(tenant)s AND item_id = %(item)s AND NOT settled",
        {"tenant": tx.tenant_id, "item": item_id},
    )


# The task is locked before its lease, as by all who change both.
RETURN_TASK = """
WITH locked AS (
    SELECT t.id FROM leases l JOIN tasks t ON t.tenant_id = l.tenant_id AND t.id = l.task_id
     WHERE l.tenant_id = %(tenant)s AND l.id = %(lease)s AND l.state = 'answered' FOR UPDATE OF t, l
), lease AS (
    UPDATE leases l SET state = 'live', expires_at = now() + interval '7 days', draft = %(answer)s
      FROM locked
     WHERE l.tenant_id = %(tenant)s AND l.id = %(lease)s AND l.task_id = locked.id RETURNING l.task_id
), task AS (
    UPDATE tasks t SET live = t.live + 1, answers = greatest(t.answers - 1, 0), done_at = NULL,
           state = CASE WHEN t.state IN ('withdrawn', 'paused') OR t.purpose = 'gold' THEN t.state
                        WHEN (SELECT b.state FROM batches b WHERE b.tenant_id = t.tenant_id AND b.id = t.batch_id) = 'paused' THEN 'paused'
                        WHEN t.live + 1 + t.answers - 1 >= t.wanted THEN 'held' ELSE 'open' END
      FROM lease
     WHERE t.tenant_id = %(tenant)s AND t.id = lease.task_id
    RETURNING t.batch_id, (old.state = 'done')::integer AS was_done
), due AS (
    INSERT INTO consensus_due AS q (tenant_id, project_id, item_id) SELECT %(tenant)s, %(project)s, %(item)s FROM lease
    ON CONFLICT (tenant_id, project_id, item_id) DO UPDATE SET item_id = q.item_id WHERE false
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, -was_done FROM task WHERE was_done > 0
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET done = c.done + excluded.done
    RETURNING shard
)
INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, done)
SELECT %(tenant)s, batch_id, shard, -was_done FROM counted, task WHERE batch_id IS NOT NULL
ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET done = b.done + excluded.done
"""


async def return_task(
    tx: Tx, project_id: UUID, item_id: UUID, lease_id: UUID, answer: dict[str, Any]
) -> None:
    """Give the task back to the annotator who answered it, their answer as the draft."""
    params = {
        "tenant": tx.tenant_id,
        "project": project_id,
        "item": item_id,
        "lease": lease_id,
        "answer": Jsonb(answer),
    }
    await tx.run(RETURN_TASK, params)


async def item_for_expert(
    tx: Tx, project_id: UUID, item_id: UUID
) -> tuple[dict[str, Any], str | None] | None:
    """(data, external id) of an item of the project."""
    rows = await tx.rows(
        "SELECT data, external_id FROM items WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(item)s",
        {"tenant": tx.tenant_id, "project": project_id, "item": item_id},
    )
    return rows[0][0:2] if rows else None  # type: ignore[return-value]


async def insert_adjudication(
    tx: Tx, project_id: UUID, item_id: UUID, version: int, answer: dict[str, Any], reason: str
) -> UUID:
    """Keep an expert's decision."""
    return await tx.value(
        """WITH lease AS (DELETE FROM review_leases WHERE tenant_id = %(tenant)s AND item_id = %(item)s AND reviewer_id = %(by)s)
           INSERT INTO adjudications (tenant_id, project_id, item_id, ontology_version, answer, reason, decided_by)
           VALUES (%(tenant)s, %(project)s, %(item)s, %(version)s, %(answer)s, %(reason)s, %(by)s) RETURNING id""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "item": item_id,
            "version": version,
            "answer": Jsonb(answer),
            "reason": reason,
            "by": tx.principal.member_id,
        },
    )


async def decided_items(tx: Tx, project_id: UUID) -> dict[UUID, Decided]:
    """What experts decided, item by item; not of items that were withdrawn."""
    found: dict[UUID, Decided] = {}
    async for rows in tx.stream(
        """SELECT d.item_id, d.answer, ARRAY(SELECT c.question FROM consensus c
                                              WHERE c.tenant_id = %(tenant)s AND c.item_id = d.item_id AND c.settled)
             FROM adjudications d JOIN items i ON i.tenant_id = %(tenant)s AND i.id = d.item_id AND i.withdrawn_at IS NULL
            WHERE d.tenant_id = %(tenant)s AND d.project_id = %(project)s ORDER BY d.id""",
        {"tenant": tx.tenant_id, "project": project_id},
        CHUNK,
    ):
        for item, answer, settled in rows:
            before = found[item].answer if item in found else {}
            found[item] = Decided({**before, **answer}, frozenset(settled))
    return found


async def count_review(tx: Tx, project_id: UUID) -> None:
    """An item settled without a verdict on anyone's answer is reviewed, too."""
    await tx.run(
        """INSERT INTO project_counts AS c (tenant_id, project_id, shard, reviewed)
           VALUES (%(tenant)s, %(project)s, pg_backend_pid() %% 16, 1)
           ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET reviewed = c.reviewed + 1""",
        {"tenant": tx.tenant_id, "project": project_id},
    )


# --- gold -----------------------------------------------------------------------------------------------------------


async def live_gold(
    tx: Tx, project_id: UUID, items: Sequence[UUID] | None = None
) -> dict[UUID, tuple[UUID, dict[str, Any]]]:
    """Item → (gold id, known answer), of some items or of all."""
    rows = await tx.rows(
        """SELECT item_id, id, answer FROM gold WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND removed_at IS NULL
              AND (%(items)s::uuid[] IS NULL OR item_id = ANY (%(items)s))""",
        {"tenant": tx.tenant_id, "project": project_id, "items": list(items) if items is not None else None},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


# The item is marked as due once its task is held, as by a submit: the other way round the two would wait for each other for ever.
# Gold rests with its batch. Whoever had given the task back as work meets it where it stood (see tasks/sql/claim.sql).
PLANT = """
WITH planted AS (
    INSERT INTO gold (tenant_id, project_id, item_id, answer, planted_by)
    VALUES (%(tenant)s, %(project)s, %(item)s, %(answer)s, %(by)s) RETURNING id
), task AS (
    UPDATE tasks t
       SET purpose = 'gold', wanted = 1000, done_at = NULL,
           state = CASE WHEN t.state IN ('withdrawn', 'paused') THEN t.state
                        WHEN (SELECT b.state FROM batches b WHERE b.tenant_id = t.tenant_id AND b.id = t.batch_id) = 'paused' THEN 'paused'
                        ELSE 'open' END
     WHERE t.tenant_id = %(tenant)s AND t.item_id = %(item)s AND t.purpose = 'work'
    RETURNING t.id, t.batch_id, (old.state <> 'withdrawn')::integer AS was_task, (old.state = 'done')::integer AS was_done
), beside AS (
    UPDATE leases l SET beside = l.task_id FROM task
     WHERE l.tenant_id = %(tenant)s AND l.task_id = task.id AND l.state IN ('live', 'released', 'expired')
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, tasks, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, -sum(was_task), -sum(was_done) FROM task HAVING sum(was_task) > 0
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET tasks = c.tasks + excluded.tasks, done = c.done + excluded.done
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, tasks, done)
    SELECT %(tenant)s, batch_id, shard, -sum(was_task), -sum(was_done) FROM counted, task WHERE batch_id IS NOT NULL GROUP BY batch_id, shard
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET tasks = b.tasks + excluded.tasks, done = b.done + excluded.done
), due AS (
    INSERT INTO consensus_due AS q (tenant_id, project_id, item_id)
    SELECT %(tenant)s, %(project)s, %(item)s FROM (SELECT count(*) FROM task) AS held
    ON CONFLICT (tenant_id, project_id, item_id) DO UPDATE SET item_id = q.item_id WHERE false
)
SELECT id FROM planted
"""


async def plant(tx: Tx, project_id: UUID, item_id: UUID, answer: dict[str, Any]) -> UUID:
    """Make an item gold: its task leaves the queue of work and is offered now and then to everybody."""
    await _hold_batch_of(tx, item_id)
    params = {"tenant": tx.tenant_id, "project": project_id, "item": item_id, "by": tx.principal.member_id}
    return await tx.value(PLANT, {**params, "answer": Jsonb(answer)})


async def _hold_batch_of(tx: Tx, item_id: UUID) -> None:
    """So that the batch is not paused at the same moment, past a task that changes its purpose."""
    batches = await tx.rows(
        "SELECT DISTINCT batch_id FROM tasks WHERE tenant_id = %s AND item_id = %s AND batch_id IS NOT NULL ORDER BY 1",
        (tx.tenant_id, item_id),
    )
    for (batch_id,) in batches:
        await hold_batch(tx, batch_id, shared=True)


REMOVE = """
WITH removed AS (
    UPDATE gold SET removed_at = now()
     WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(gold)s AND removed_at IS NULL RETURNING item_id, id
), overlap AS (
    SELECT first_overlap(settings) AS n FROM projects WHERE tenant_id = %(tenant)s AND id = %(project)s
), task AS (
    UPDATE tasks t
       SET purpose = 'work', wanted = o.n,
           state = CASE WHEN t.state = 'withdrawn' THEN t.state WHEN t.answers >= o.n THEN 'done'
                        WHEN (SELECT b.state FROM batches b WHERE b.tenant_id = t.tenant_id AND b.id = t.batch_id) = 'paused' THEN 'paused'
                        WHEN t.answers + t.live >= o.n THEN 'held' ELSE 'open' END,
           done_at = CASE WHEN t.answers >= o.n THEN now() END
      FROM removed r, overlap o
     WHERE t.tenant_id = %(tenant)s AND t.item_id = r.item_id AND t.purpose = 'gold'
    RETURNING t.batch_id, (t.state <> 'withdrawn')::integer AS is_task, (t.state = 'done')::integer AS is_done
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, tasks, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, sum(is_task), sum(is_done) FROM task HAVING sum(is_task) > 0
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET tasks = c.tasks + excluded.tasks, done = c.done + excluded.done
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, tasks, done)
    SELECT %(tenant)s, batch_id, shard, sum(is_task), sum(is_done) FROM counted, task WHERE batch_id IS NOT NULL GROUP BY batch_id, shard
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET tasks = b.tasks + excluded.tasks, done = b.done + excluded.done
), due AS (
    INSERT INTO consensus_due AS q (tenant_id, project_id, item_id) SELECT %(tenant)s, %(project)s, item_id FROM removed, (SELECT count(*) FROM task) AS held
    ON CONFLICT (tenant_id, project_id, item_id) DO UPDATE SET item_id = q.item_id WHERE false
)
SELECT id FROM removed
"""


async def remove_gold(tx: Tx, project_id: UUID, gold_id: UUID) -> bool:
    """Stop using an item as gold: its task is work again, and its answers are judged by themselves. False when there is no such gold."""
    found = await tx.rows(
        "SELECT item_id FROM gold WHERE tenant_id = %s AND project_id = %s AND id = %s",
        (tx.tenant_id, project_id, gold_id),
    )
    for (item_id,) in found:
        await _hold_batch_of(tx, item_id)
    return (
        await tx.value(REMOVE, {"tenant": tx.tenant_id, "project": project_id, "gold": gold_id}) is not None
    )


async def list_gold(tx: Tx, project_id: UUID, after: UUID, limit: int) -> list[Gold]:
    """The planted items, with how often they were met and how well."""
    return await tx.all(
        Gold,
        """SELECT g.id, g.item_id, g.answer, g.planted_at, count(DISTINCT s.annotation_id) AS seen, avg(s.score)::float AS score
             FROM gold g LEFT JOIN scores_that_count s ON s.tenant_id = g.tenant_id AND s.gold_id = g.id
            WHERE g.tenant_id = %(tenant)s AND g.project_id = %(project)s AND g.removed_at IS NULL AND g.id > %(after)s
            GROUP BY g.tenant_id, g.id ORDER BY g.id LIMIT %(limit)s""",
        {"tenant": tx.tenant_id, "project": project_id, "after": after, "limit": limit},
    )


async def save_scores(
    tx: Tx, project_id: UUID, scores: Sequence[tuple[UUID, str, UUID, UUID, float]]
) -> list[tuple[UUID, UUID]]:
    """Keep (annotation, question, gold, annotator, score) rows. An item planted anew, with another answer, is scored by that; of
    an annotator who changed the answer only the last one counts. (gold, annotation) of those that were not scored like this before.
    """
    if not scores:
        return []
    await tx.run(
        """UPDATE gold_scores s SET superseded = true
             FROM annotations last JOIN annotations a ON a.tenant_id = last.tenant_id AND a.task_id = last.task_id
                                                     AND a.annotator_id = last.annotator_id AND a.revision < last.revision
            WHERE last.tenant_id = %(tenant)s AND last.id = ANY (%(last)s) AND last.revision > 1
              AND s.tenant_id = a.tenant_id AND s.annotation_id = a.id AND NOT s.superseded""",
        {"tenant": tx.tenant_id, "last": [row[0] for row in scores]},
    )
    return await tx.rows(
        """INSERT INTO gold_scores AS s (tenant_id, annotation_id, question, gold_id, project_id, annotator_id, score)
           SELECT %(tenant)s, a, q, g, %(project)s, w, score
             FROM unnest(%(a)s::uuid[], %(q)s::text[], %(g)s::uuid[], %(w)s::uuid[], %(s)s::real[]) AS r (a, q, g, w, score)
           ON CONFLICT (tenant_id, annotation_id, question) DO UPDATE
              SET gold_id = excluded.gold_id, score = excluded.score WHERE s.gold_id <> excluded.gold_id
        RETURNING s.gold_id, s.annotation_id""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            **{key: [row[at] for row in scores] for at, key in enumerate(("a", "q", "g", "w", "s"))},
        },
    )


async def names_of(tx: Tx) -> dict[UUID, str]:
    """What the members of this tenant are called."""
    return dict(
        await tx.rows("SELECT id, name FROM members WHERE tenant_id = %(tenant)s", {"tenant": tx.tenant_id})
    )
