-- Plan the next @chunk tasks of a project anew, after its redundancy was changed, whichever way. One row: the last task looked at
-- (null at the end), and whether the project is adaptive.
--
-- Fixed: every task wants the project's overlap; those that have it are done, others go on. Adaptive: no task wants less than the minimum or
-- more than the maximum; one that has the minimum wants no further answer until inference has looked at it, which is due for
-- all of these at once. Places already given out are kept in either case. Tasks that were kept for one annotator are anybody's.
--
-- All else follows from the tasks that were locked first, as everywhere (a submit takes the task, then marks its item as due).
WITH p AS (
    SELECT first_overlap(settings) AS first, settings #>> '{redundancy,mode}' = 'adaptive' AS adaptive,
           coalesce((settings #>> '{redundancy,max_overlap}')::smallint, 5::smallint) AS most
      FROM projects WHERE tenant_id = %(tenant)s AND id = %(project)s
), locked AS (
    SELECT t.id, t.item_id, t.batch_id, t.answers, t.live
      FROM tasks t
     WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.purpose = 'work' AND t.state <> 'withdrawn' AND t.id > %(after)s
     ORDER BY t.id LIMIT @chunk
       FOR UPDATE
), goal AS (
    SELECT l.*, CASE WHEN p.adaptive THEN greatest(p.first, least(p.most, l.answers + l.live)) ELSE p.first END::smallint AS goal,
           b.state = 'paused' AS paused
      FROM p, locked l LEFT JOIN batches b ON b.tenant_id = %(tenant)s AND b.id = l.batch_id
), freed AS (
    DELETE FROM kept_tasks k USING goal g WHERE k.tenant_id = %(tenant)s AND k.task_id = g.id RETURNING k.task_id, k.annotator_id
), changed AS (
    UPDATE tasks t
       SET wanted = g.goal,
           done_at = CASE WHEN t.answers >= g.goal THEN coalesce(t.done_at, now()) END,
           state = CASE WHEN t.answers >= g.goal THEN 'done'
                        WHEN t.state = 'paused' OR g.paused THEN 'paused'
                        WHEN t.answers + t.live >= g.goal THEN 'held' ELSE 'open' END,
           assignee = CASE WHEN t.assignee = f.annotator_id THEN '00000000-0000-0000-0000-000000000000' ELSE t.assignee END
      FROM goal g LEFT JOIN freed f ON f.task_id = g.id
     WHERE t.tenant_id = %(tenant)s AND t.id = g.id
       AND (t.wanted <> g.goal OR f.task_id IS NOT NULL OR (t.answers >= g.goal) <> (t.state = 'done'))
    RETURNING t.batch_id, (new.state = 'done')::integer - (old.state = 'done')::integer AS done
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, sum(done) FROM changed HAVING bool_or(done <> 0)
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET done = c.done + excluded.done
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, done)
    SELECT %(tenant)s, batch_id, shard, sum(done) FROM counted, changed WHERE batch_id IS NOT NULL GROUP BY batch_id, shard HAVING sum(done) <> 0
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET done = b.done + excluded.done
), due AS (
    INSERT INTO consensus_due (tenant_id, project_id, item_id)
    SELECT %(tenant)s, %(project)s, l.item_id
      FROM p, locked l
     WHERE p.adaptive AND l.answers >= p.first AND l.answers < p.most
     ORDER BY l.item_id
    ON CONFLICT DO NOTHING
)
SELECT (SELECT id FROM locked ORDER BY id DESC LIMIT 1) AS last, adaptive FROM p
