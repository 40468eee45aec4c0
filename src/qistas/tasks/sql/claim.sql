-- Claim the next tasks for one annotator: one statement, so that there is nothing between looking and taking.
--
-- First comes what this annotator already holds and did not say they still have (a reload, a crash, a task that a reviewer
-- returned), but for what is being answered at this moment or was withdrawn. Then the front of the queue: open tasks by priority,
-- doubt, age, with gold among them. `FOR UPDATE SKIP LOCKED` lets many annotators take from the front at once without waiting
-- for, or meeting, each other; the lock re-reads the row, so a task that filled up meanwhile is passed over.
--
-- Gold stands only before work that this annotator could take at this moment: what came when no work is open would be gold for sure, and is
-- paid for. Each place is gold by the project's rate, so the gold before one task is a run of heads before the first tail. That
-- task keeps gold's place (leases.beside): given back, gold stands where it stood, as work does, and where another has taken that
-- task it stays away, as work that stood there would have been taken. So a task this annotator gave back is not drawn for again:
-- gold that stood new among what they had seen before would be gold for sure.
--
-- Only the first @head open tasks are looked at, so the cost does not depend on the size of the queue. When this annotator
-- has had all of those, `look_further.sql` finds others, and they come here as %(also)s instead.
--
-- The lease is inserted before the task is counted, and only what was inserted is counted: two tabs of one person can
-- never take one task twice (leases_once), nor leave a count behind.
WITH p AS (
    SELECT ontology_version AS version,
           make_interval(secs => 60 * coalesce((settings ->> 'lease_minutes')::float8, 30)) AS lease,
           coalesce((settings ->> 'assigned_only')::boolean, false) AS assigned_only,
           coalesce((settings ->> 'gold_rate')::float8, 0) AS gold_rate
      FROM projects
     WHERE tenant_id = %(tenant)s AND id = %(project)s AND state = 'active' AND ontology_version > 0
), again AS (
    UPDATE leases SET expires_at = now() + p.lease
      FROM p
     WHERE tenant_id = %(tenant)s AND id IN (
            SELECT id FROM leases l
             WHERE tenant_id = %(tenant)s AND annotator_id = %(annotator)s AND project_id = %(project)s
               AND state = 'live' AND id <> ALL (%(holding)s)
               AND EXISTS (SELECT FROM tasks t WHERE t.tenant_id = %(tenant)s AND t.id = l.task_id AND t.state <> 'withdrawn' OFFSET 0)
             ORDER BY granted_at LIMIT @limit
               FOR UPDATE SKIP LOCKED)
    RETURNING id, task_id, item_id, ontology_version, expires_at, draft, draft_seconds, suggestion
), need AS (
    SELECT CASE WHEN EXISTS (SELECT FROM p) THEN @limit - count(*) ELSE 0 END AS n FROM again
), front AS (
    SELECT t.id, t.a, t.b, t.age
      FROM (SELECT who FROM unnest(%(mine)s::uuid[]) AS who
             WHERE who <> '00000000-0000-0000-0000-000000000000' OR NOT (SELECT assigned_only FROM p)) AS whose
      CROSS JOIN LATERAL (
            SELECT t.id, -t.priority AS a, -t.doubt AS b, t.age
              FROM tasks t
             WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.assignee = who
               AND t.state = 'open' AND t.purpose <> 'gold'
             ORDER BY -t.priority, -t.doubt, t.age LIMIT @head) AS t
     WHERE (SELECT n FROM need) > 0 AND %(also)s::uuid[] = '{}'
    UNION ALL
    SELECT t.id, t.a, t.b, t.age
      FROM unnest(%(also)s::uuid[]) AS further
      CROSS JOIN LATERAL (
            SELECT t.id, -t.priority AS a, -t.doubt AS b, t.age
              FROM tasks t WHERE t.tenant_id = %(tenant)s AND t.id = further OFFSET 0) AS t
), work AS MATERIALIZED (
    -- One candidate after another, until there are enough: a candidate costs two look-ups by key, whatever the planner believes
    -- about the tables (OFFSET 0 keeps it from turning them into joins, and coalesce from the index of the queue, which a plan that was
    -- made while the queue was empty takes for as short a way as the key).
    SELECT t.id, t.item_id, c.a, c.b, c.age
      FROM (SELECT id, a, b, age FROM front ORDER BY a, b, age) AS c
      CROSS JOIN LATERAL (
            SELECT t.id, t.item_id
              FROM tasks t
             WHERE t.tenant_id = %(tenant)s AND t.id = c.id AND coalesce(t.state, '') = 'open' AND t.purpose <> 'gold'
               AND NOT EXISTS (SELECT FROM leases l
                                WHERE l.tenant_id = %(tenant)s AND l.task_id = t.id AND l.annotator_id = %(annotator)s
                                  AND l.state IN ('live', 'answered', 'skipped') OFFSET 0)
               FOR UPDATE SKIP LOCKED) AS t
     LIMIT (SELECT n FROM need)
), back AS MATERIALIZED (
    -- Gold that was given back, as far as the work it stood before was not taken by another.
    SELECT t.id, t.item_id, w.a, w.b, w.age
      FROM leases l
      CROSS JOIN LATERAL (
            SELECT -w.priority AS a, -w.doubt AS b, w.age
              FROM tasks w
             WHERE w.tenant_id = %(tenant)s AND w.id = l.beside
               AND (w.state = 'open' OR NOT EXISTS (
                    SELECT FROM leases o
                     WHERE o.tenant_id = %(tenant)s AND o.task_id = w.id AND o.annotator_id <> %(annotator)s
                       AND o.state IN ('live', 'answered') OFFSET 0)) OFFSET 0) AS w
      CROSS JOIN LATERAL (
            SELECT t.id, t.item_id
              FROM tasks t
             WHERE t.tenant_id = %(tenant)s AND t.id = l.task_id AND coalesce(t.state, '') = 'open' AND coalesce(t.purpose, '') = 'gold'
               FOR UPDATE SKIP LOCKED) AS t
     WHERE l.tenant_id = %(tenant)s AND l.annotator_id = %(annotator)s AND l.project_id = %(project)s
       AND l.state IN ('released', 'expired') AND l.beside IS NOT NULL
       AND EXISTS (SELECT FROM work)
), tossed AS MATERIALIZED (
    SELECT w.id, w.a, w.b, w.age,
           CASE WHEN gold_rate >= 1 THEN @limit WHEN gold_rate > 0 THEN least(@limit, floor(ln(1 - random()) / ln(gold_rate))) ELSE 0 END::integer AS heads
      FROM work w, p
), drawn AS MATERIALIZED (
    SELECT w.id, w.a, w.b, w.age, row_number() OVER (ORDER BY w.a, w.b, w.age) AS nth
      FROM tossed w CROSS JOIN LATERAL generate_series(1, w.heads)
     WHERE w.heads > 0
       AND NOT EXISTS (SELECT FROM leases l
                        WHERE l.tenant_id = %(tenant)s AND l.task_id = w.id AND l.annotator_id = %(annotator)s OFFSET 0)
       AND NOT EXISTS (SELECT FROM back WHERE back.age = w.age)
), plants AS MATERIALIZED (
    SELECT t.id, t.item_id, row_number() OVER () AS nth
      FROM (SELECT t.id, t.item_id
              FROM tasks t
             WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.purpose = 'gold' AND t.state = 'open'
               AND NOT EXISTS (SELECT FROM leases l
                                WHERE l.tenant_id = %(tenant)s AND l.task_id = t.id AND l.annotator_id = %(annotator)s OFFSET 0)
             ORDER BY t.age LIMIT (SELECT count(*) FROM drawn)
               FOR UPDATE SKIP LOCKED) AS t
), placed AS MATERIALIZED (
    SELECT c.*, row_number() OVER (ORDER BY a, b, age, beside IS NULL, id) AS place
      FROM (SELECT id, item_id, NULL::uuid AS beside, a, b, age FROM work
            UNION ALL SELECT id, item_id, id, a, b, age FROM back
            UNION ALL SELECT t.id, t.item_id, d.id, d.a, d.b, d.age FROM plants t JOIN drawn d USING (nth)) AS c
     ORDER BY place LIMIT (SELECT n FROM need)
), granted AS (
    INSERT INTO leases (tenant_id, project_id, task_id, item_id, annotator_id, ontology_version, expires_at, beside)
    SELECT %(tenant)s, %(project)s, placed.id, placed.item_id, %(annotator)s, p.version, now() + p.lease, placed.beside FROM placed, p
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
), seen AS (
    INSERT INTO outbox (tenant_id, act, principal, role, session, purpose, objects)
    SELECT %(tenant)s, 'item.view', %(annotator)s, %(role)s, %(session)s, %(purpose)s, array_agg(item_id)
      FROM (SELECT item_id FROM granted UNION ALL SELECT item_id FROM again) AS shown
    HAVING count(*) > 0
)
SELECT l.id AS lease_id, l.task_id, l.item_id, l.ontology_version, l.expires_at, l.draft, l.draft_seconds, l.suggestion,
       i.data, i.external_id, l.had
  FROM (SELECT g.*, false AS had FROM granted g UNION ALL SELECT a.*, true FROM again a) AS l
  CROSS JOIN LATERAL (SELECT data, external_id FROM items WHERE tenant_id = %(tenant)s AND id = l.item_id OFFSET 0) AS i
  LEFT JOIN placed ON placed.id = l.task_id
 ORDER BY l.had, placed.place
