-- Adaptive redundancy: give tasks one more wanted answer, or end them, as was decided for their items.
--
-- The rule must still be the project's (one that was changed meanwhile plans the tasks anew itself). A task that somebody is just
-- claiming or answering is passed over: waiting here for it, while its answer waits for the items that are being
-- inferred, would hold both up for ever. With @again set, its item is due once more and will be decided then; so is
-- everything when the rule has changed. With %(inputs)s, an item that has had another answer since is left alone.
--
-- Between minimum and maximum a task wants what it has, or one more; places already given out are never taken back. A task
-- that goes on may be kept for one annotator for a while (%(keep)s, the zero id for nobody); tasks that a person keeps for
-- somebody stay theirs.
WITH rule AS (
    SELECT id FROM projects WHERE tenant_id = %(tenant)s AND id = %(project)s AND settings -> 'redundancy' = %(rule)s::jsonb
), decided AS (
    SELECT * FROM unnest(%(items)s::uuid[], %(more)s::boolean[], %(keep)s::uuid[], %(inputs)s::integer[]) AS d (item_id, more, keep, inputs)
), free AS (
    SELECT t.id, t.item_id, t.state, t.wanted, t.live, t.answers, t.assignee, t.batch_id, d.more, d.keep
      FROM rule, decided d JOIN tasks t ON t.tenant_id = %(tenant)s AND t.item_id = d.item_id AND t.purpose = 'work' AND t.state <> 'withdrawn'
     WHERE d.inputs IS NULL OR NOT EXISTS (
            SELECT FROM consensus c WHERE c.tenant_id = %(tenant)s AND c.item_id = d.item_id AND cardinality(c.inputs) > d.inputs)
       FOR UPDATE OF t SKIP LOCKED
), goal AS (
    SELECT f.*, k.annotator_id IS NOT NULL AS kept, b.state = 'paused' AS paused,
           greatest(%(min)s, CASE WHEN f.more THEN least(%(max)s, greatest(f.answers + 1, f.answers + f.live))
                                  ELSE f.answers + f.live END)::smallint AS goal
      FROM free f
      LEFT JOIN batches b ON b.tenant_id = %(tenant)s AND b.id = f.batch_id
      LEFT JOIN kept_tasks k ON k.tenant_id = %(tenant)s AND k.task_id = f.id AND k.annotator_id = f.assignee
), changed AS (
    UPDATE tasks t
       SET wanted = g.goal,
           state = CASE WHEN g.answers >= g.goal THEN 'done'
                        WHEN g.paused OR g.state = 'paused' THEN 'paused'
                        WHEN g.answers + g.live >= g.goal THEN 'held' ELSE 'open' END,
           done_at = CASE WHEN g.answers >= g.goal THEN coalesce(t.done_at, now()) END,
           assignee = CASE WHEN g.kept OR g.assignee = '00000000-0000-0000-0000-000000000000' THEN g.keep ELSE g.assignee END
      FROM goal g
     WHERE t.tenant_id = %(tenant)s AND t.id = g.id
       AND (t.wanted <> g.goal OR g.kept OR (g.answers >= g.goal) <> (g.state = 'done'))
    RETURNING t.id, t.batch_id, t.assignee, g.keep, (t.state = 'done')::integer - (g.state = 'done')::integer AS done
), kept AS (
    INSERT INTO kept_tasks AS k (tenant_id, task_id, annotator_id, until)
    SELECT %(tenant)s, id, keep, now() + make_interval(secs => %(hold)s) FROM changed
     WHERE keep <> '00000000-0000-0000-0000-000000000000' AND assignee = keep
    ON CONFLICT (tenant_id, task_id) DO UPDATE SET annotator_id = excluded.annotator_id, until = excluded.until
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, sum(done) FROM changed HAVING bool_or(done <> 0)
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET done = c.done + excluded.done
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, done)
    SELECT %(tenant)s, batch_id, shard, sum(done) FROM counted, changed WHERE batch_id IS NOT NULL GROUP BY batch_id, shard HAVING sum(done) <> 0
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET done = b.done + excluded.done
), again AS (
    INSERT INTO consensus_due (tenant_id, project_id, item_id)
    SELECT %(tenant)s, %(project)s, d.item_id FROM decided d
     WHERE %(again)s
       AND EXISTS (SELECT FROM tasks t WHERE t.tenant_id = %(tenant)s AND t.item_id = d.item_id AND t.purpose = 'work' AND t.state <> 'withdrawn')
       AND NOT EXISTS (SELECT FROM free f WHERE f.item_id = d.item_id)
    ON CONFLICT DO NOTHING
    RETURNING item_id
)
SELECT count(*) FROM again
