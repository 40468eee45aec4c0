-- Claim the next tasks for one annotator: one statement, so that there is nothing between looking and taking.
--
-- In order: (1) what this annotator already holds and did not say they still have (a reload, a crash, a task returned
-- by a reviewer); (2) one gold task when the project's rate draws one; (3) the front of the queue. `FOR UPDATE SKIP LOCKED` lets
-- many annotators take from the front at once without waiting for, or meeting, each other; the lock re-reads the row,
-- so a task that filled up meanwhile is passed over.
--
-- The front is the first %(head)s open tasks by priority, doubt, age. An annotator who has already had all of them (few
-- people, much overlap) would read further and further each time; so a cursor remembers how far they have looked, and
-- the next %(window)s tasks after it are tried. Reaching the end sends the cursor back to the start. The cost of a claim
-- is thus bounded, whatever the size of the queue.
--
-- The lease is inserted before the task is counted, and only what was inserted is counted: two tabs of one person can
-- never take one task twice (leases_once), nor leave a count behind.
WITH p AS (
    SELECT ontology_version AS version,
           make_interval(secs => 60 * coalesce((settings ->> 'lease_minutes')::double precision, 30)) AS lease,
           random() < coalesce((settings ->> 'gold_rate')::double precision, 0) AS plant
      FROM projects
     WHERE tenant_id = %(tenant)s AND id = %(project)s AND state = 'active' AND ontology_version > 0
), again AS (
    UPDATE leases SET expires_at = now() + (SELECT lease FROM p)
     WHERE tenant_id = %(tenant)s AND EXISTS (SELECT FROM p) AND id IN (
            SELECT id FROM leases
             WHERE tenant_id = %(tenant)s AND annotator_id = %(annotator)s AND project_id = %(project)s
               AND state = 'live' AND id <> ALL (%(holding)s)
             ORDER BY granted_at LIMIT %(limit)s)
    RETURNING id, task_id, item_id, ontology_version, expires_at, draft, draft_seconds, suggestion
), need AS (
    SELECT CASE WHEN EXISTS (SELECT FROM p) THEN %(limit)s - count(*) ELSE 0 END AS n FROM again
), gold AS (
    SELECT t.id, 0 AS part, 0 AS a, 0::real AS b, t.age
      FROM tasks t
     WHERE (SELECT plant FROM p) AND t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.purpose = 'gold' AND t.state <> 'withdrawn'
       AND NOT EXISTS (SELECT FROM leases l WHERE l.tenant_id = %(tenant)s AND l.task_id = t.id AND l.annotator_id = %(annotator)s)
     ORDER BY t.age LIMIT 1
), head AS MATERIALIZED (
    SELECT t.*, NOT EXISTS (
                SELECT FROM leases l
                 WHERE l.tenant_id = %(tenant)s AND l.task_id = t.id AND l.annotator_id = %(annotator)s
                   AND l.state IN ('live', 'answered', 'skipped')) AS free
      FROM unnest(%(mine)s::uuid[]) AS who
      CROSS JOIN LATERAL (
            SELECT t.id, -t.priority AS a, -t.doubt AS b, t.age
              FROM tasks t
             WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.assignee = who
               AND t.state = 'open' AND t.purpose <> 'gold'
             ORDER BY -t.priority, -t.doubt, t.age LIMIT %(head)s) AS t
), place AS (
    SELECT coalesce((SELECT ROW(c.priority, c.doubt, c.age)::queue_place FROM queue_cursors c
                      WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.annotator_id = %(annotator)s),
                    ROW(-2147483648, '-Infinity', 0)::queue_place) AS at
), further AS MATERIALIZED (
    SELECT t.*, NOT EXISTS (
                SELECT FROM leases l
                 WHERE l.tenant_id = %(tenant)s AND l.task_id = t.id AND l.annotator_id = %(annotator)s
                   AND l.state IN ('live', 'answered', 'skipped')) AS free
      FROM place
      CROSS JOIN unnest(%(mine)s::uuid[]) AS who
      CROSS JOIN LATERAL (
            SELECT t.id, -t.priority AS a, -t.doubt AS b, t.age
              FROM tasks t
             WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.assignee = who
               AND t.state = 'open' AND t.purpose <> 'gold'
               AND (-t.priority, -t.doubt, t.age) > ((place.at).priority, (place.at).doubt, (place.at).age)
             ORDER BY -t.priority, -t.doubt, t.age LIMIT %(window)s) AS t
     WHERE (SELECT count(*) FROM head WHERE free) < (SELECT n FROM need)
       AND (SELECT count(*) FROM head) >= %(head)s
), candidates AS (
    SELECT id, part, a, b, age FROM gold
    UNION ALL SELECT id, 1, a, b, age FROM head WHERE free
    UNION ALL (SELECT id, 2, a, b, age FROM further WHERE free ORDER BY a, b, age LIMIT %(limit)s + 32)
), picked AS (
    SELECT t.id, t.item_id, t.purpose
      FROM candidates c JOIN tasks t ON t.tenant_id = %(tenant)s AND t.id = c.id
     WHERE t.state = 'open' OR (t.purpose = 'gold' AND t.state <> 'withdrawn')
     ORDER BY c.part, c.a, c.b, c.age
     LIMIT (SELECT n FROM need)
       FOR UPDATE OF t SKIP LOCKED
), granted AS (
    INSERT INTO leases (tenant_id, project_id, task_id, item_id, annotator_id, ontology_version, expires_at)
    SELECT %(tenant)s, %(project)s, id, item_id, %(annotator)s, (SELECT version FROM p), now() + (SELECT lease FROM p) FROM picked
    ON CONFLICT (tenant_id, task_id, annotator_id) DO UPDATE
       SET state = 'live', granted_at = now(), expires_at = excluded.expires_at, ontology_version = excluded.ontology_version
     WHERE leases.state IN ('released', 'expired')
    RETURNING id, task_id, item_id, ontology_version, expires_at, draft, draft_seconds, suggestion
), counted AS (
    UPDATE tasks t
       SET live = t.live + 1,
           state = CASE WHEN t.purpose <> 'gold' AND t.live + 1 + t.answers >= t.wanted THEN 'held' ELSE t.state END
      FROM granted g
     WHERE t.tenant_id = %(tenant)s AND t.id = g.task_id
    RETURNING t.id
), moved AS (
    -- Where this annotator has looked up to; back to the start when the end was reached.
    INSERT INTO queue_cursors AS c (tenant_id, project_id, annotator_id, priority, doubt, age)
    SELECT %(tenant)s, %(project)s, %(annotator)s, a, b, age FROM (
        SELECT a, b, age, count(*) OVER () AS seen FROM further ORDER BY a DESC, b DESC, age DESC LIMIT 1) AS last
     WHERE last.seen >= %(window)s AND NOT EXISTS (SELECT FROM further WHERE free)
    UNION ALL
    SELECT %(tenant)s, %(project)s, %(annotator)s, -2147483648, '-Infinity', 0
      FROM place WHERE (place.at).priority > -2147483648 AND (SELECT count(*) FROM further) < %(window)s
                   AND (SELECT count(*) FROM head) >= %(head)s AND (SELECT count(*) FROM head WHERE free) < (SELECT n FROM need)
    ON CONFLICT (tenant_id, project_id, annotator_id) DO UPDATE
       SET priority = excluded.priority, doubt = excluded.doubt, age = excluded.age
    RETURNING (c.priority = -2147483648) AS wrapped
), seen AS (
    INSERT INTO outbox (tenant_id, act, principal, role, session, purpose, objects)
    SELECT %(tenant)s, 'item.view', %(annotator)s, %(role)s, %(session)s, %(purpose)s, array_agg(item_id)
      FROM (SELECT item_id FROM granted UNION ALL SELECT item_id FROM again) AS shown
    HAVING count(*) > 0
)
SELECT l.id AS lease_id, l.task_id, l.item_id, l.ontology_version, l.expires_at, l.draft, l.draft_seconds, l.suggestion,
       i.data, i.external_id, l.returned,
       NULL::boolean AS wrapped
  FROM (SELECT g.*, NULL AS returned FROM granted g
        UNION ALL
        SELECT a.*, (SELECT r.reason FROM reviews r JOIN annotations n ON n.tenant_id = r.tenant_id AND n.id = r.annotation_id
                      WHERE r.tenant_id = %(tenant)s AND n.task_id = a.task_id AND n.annotator_id = %(annotator)s AND r.verdict = 'return'
                      ORDER BY r.id DESC LIMIT 1)
          FROM again a) AS l
  JOIN items i ON i.tenant_id = %(tenant)s AND i.id = l.item_id
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, wrapped FROM moved
