-- Candidates beyond the front of the queue, for an annotator who has had everything there (few people, much overlap).
-- A cursor remembers how far they have looked; the next @window open tasks after it are looked at, and it moves on.
-- Reaching the end sends it back to the start: what became free behind it is found on the next round.
-- One row: the ids found, in the queue's order, and whether the end was reached. Nothing is locked: claim.sql takes them.
WITH place AS (
    SELECT coalesce((SELECT ROW(c.priority, c.doubt, c.age)::queue_place FROM queue_cursors c
                      WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.annotator_id = %(annotator)s),
                    ROW(-2147483648, '-Infinity', 0)::queue_place) AS at
), looked AS MATERIALIZED (
    SELECT t.*, NOT EXISTS (
                SELECT FROM leases l
                 WHERE l.tenant_id = %(tenant)s AND l.task_id = t.id AND l.annotator_id = %(annotator)s
                   AND l.state IN ('live', 'answered', 'skipped')) AS free
      FROM (SELECT t.* FROM place
             CROSS JOIN (SELECT who FROM unnest(%(mine)s::uuid[]) AS who
                          WHERE who <> '00000000-0000-0000-0000-000000000000' OR NOT coalesce((
                                SELECT (settings ->> 'assigned_only')::boolean FROM projects WHERE tenant_id = %(tenant)s AND id = %(project)s), false)) AS whose
             CROSS JOIN LATERAL (
                   SELECT t.id, -t.priority AS a, -t.doubt AS b, t.age
                     FROM tasks t
                    WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.assignee = who
                      AND t.state = 'open' AND t.purpose <> 'gold'
                      AND (-t.priority, -t.doubt, t.age) > ((place.at).priority, (place.at).doubt, (place.at).age)
                    ORDER BY -t.priority, -t.doubt, t.age LIMIT @window) AS t
             ORDER BY t.a, t.b, t.age LIMIT @window) AS t
), sum AS (
    SELECT count(*) < @window AS ended, bool_or(free) AS found FROM looked
), moved AS (
    -- Stay while there is something here; else move past what was looked at, or back to the start.
    INSERT INTO queue_cursors AS c (tenant_id, project_id, annotator_id, priority, doubt, age)
    SELECT %(tenant)s, %(project)s, %(annotator)s, n.a, n.b, n.age
      FROM sum CROSS JOIN LATERAL (
            (SELECT a, b, age FROM looked WHERE NOT sum.ended ORDER BY a DESC, b DESC, age DESC LIMIT 1)
            UNION ALL SELECT -2147483648, '-Infinity', 0 WHERE sum.ended) AS n
     WHERE sum.found IS NOT TRUE
    ON CONFLICT (tenant_id, project_id, annotator_id) DO UPDATE
       SET priority = excluded.priority, doubt = excluded.doubt, age = excluded.age
)
SELECT coalesce((SELECT array_agg(id ORDER BY a, b, age) FROM (SELECT * FROM looked WHERE free ORDER BY a, b, age LIMIT @most) AS f),
                '{}'::uuid[]) AS found,
       (SELECT ended AND found IS NOT TRUE FROM sum) AS ended
