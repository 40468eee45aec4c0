-- Append one answer and everything that follows from it, in one statement: the annotation, the end of its lease, the task's
-- count and state, the annotator's day, the counts of finished tasks (project and batch), the item's mark that inference is due, the job
-- that will infer, and the outbox row. The caller has locked the task (see store.WORK), so `live` and `answers` are what they are.
-- The client key makes it idempotent: a second arrival inserts nothing, and then nothing else happens either.
WITH written AS (
    INSERT INTO annotations (tenant_id, project_id, task_id, item_id, annotator_id, lease_id, ontology_version, revision, previous_id,
                             answer, seconds, late, cost_minor, suggestion_use, client_key)
    SELECT %(tenant)s, %(project)s, %(task)s, %(item)s, %(annotator)s, %(lease)s, %(version)s,
           coalesce(last.revision, 0) + 1, last.id, %(answer)s, %(seconds)s, %(late)s,
           CASE WHEN last.id IS NULL THEN %(price)s ELSE 0 END, %(suggestion_use)s, %(client_key)s
      FROM (SELECT 1) AS one LEFT JOIN LATERAL (
            SELECT id, revision FROM annotations
             WHERE tenant_id = %(tenant)s AND task_id = %(task)s AND annotator_id = %(annotator)s
             ORDER BY revision DESC LIMIT 1) AS last ON true
    ON CONFLICT (tenant_id, annotator_id, client_key) DO NOTHING
    RETURNING id, task_id, revision, late, created_at, cost_minor
), lease AS (
    UPDATE leases SET state = 'answered', draft = NULL, draft_seconds = NULL
     WHERE tenant_id = %(tenant)s AND id = %(lease)s AND EXISTS (SELECT FROM written)
), task AS (
    UPDATE tasks
       SET live = live - %(was_live)s, answers = answers + %(counts)s,
           state = CASE WHEN purpose = 'gold' OR state IN ('withdrawn', 'done') THEN state
                        WHEN answers + %(counts)s >= wanted THEN 'done'
                        WHEN state = 'paused' THEN 'paused'
                        WHEN live - %(was_live)s + answers + %(counts)s >= wanted THEN 'held' ELSE 'open' END,
           done_at = CASE WHEN purpose <> 'gold' AND done_at IS NULL AND answers + %(counts)s >= wanted THEN now() ELSE done_at END
     WHERE tenant_id = %(tenant)s AND id = %(task)s AND EXISTS (SELECT FROM written)
    RETURNING batch_id, %(task_state)s NOT IN ('done', 'withdrawn') AND state = 'done' AS finished
), day AS (
    INSERT INTO annotator_days AS d (tenant_id, project_id, annotator_id, day, answers, seconds, cost_minor)
    SELECT %(tenant)s, %(project)s, %(annotator)s, current_date, %(counts)s, %(seconds)s, cost_minor FROM written
    ON CONFLICT (tenant_id, project_id, annotator_id, day) DO UPDATE
       SET answers = d.answers + excluded.answers, seconds = d.seconds + excluded.seconds, cost_minor = d.cost_minor + excluded.cost_minor
), finished AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, 1 FROM task WHERE finished
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET done = c.done + 1
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, done)
    SELECT %(tenant)s, batch_id, shard, 1 FROM finished, task WHERE batch_id IS NOT NULL
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET done = b.done + 1
), due AS (
    -- One that is due already is locked, though nothing of it changes: inference passes it over until this answer can be seen.
    INSERT INTO consensus_due AS q (tenant_id, project_id, item_id)
    SELECT %(tenant)s, %(project)s, %(item)s FROM written
    ON CONFLICT (tenant_id, project_id, item_id) DO UPDATE SET item_id = q.item_id WHERE false
), logged AS (
    INSERT INTO outbox (tenant_id, act, principal, role, session, purpose, objects, detail)
    SELECT %(tenant)s, 'annotation.write', %(annotator)s, %(role)s, %(session)s, %(purpose)s, ARRAY[%(item)s::uuid, id],
           jsonb_build_object('revision', revision)
      FROM written
)
SELECT id, task_id, revision, late, created_at,
       core.defer_job('quality.infer_consensus', 'default', jsonb_build_object('project_id', %(project)s),
                      'consensus:' || %(project)s, 'consensus:' || %(project)s) IS NULL AS deferred
  FROM written
