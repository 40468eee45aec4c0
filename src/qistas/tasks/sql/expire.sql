-- End leases whose time is over, for every tenant, and give their places back to the queue.
-- Tasks are locked first, as everywhere (a submit takes the task, then the lease), so that nobody waits in a ring;
-- a task that somebody is working on right now is left for the next round.
WITH over AS (
    SELECT tenant_id, id, task_id FROM leases
     WHERE state = 'live' AND expires_at < now()
     ORDER BY expires_at LIMIT %(limit)s
), locked AS (
    SELECT t.tenant_id, t.id FROM tasks t
     WHERE (t.tenant_id, t.id) IN (SELECT tenant_id, task_id FROM over)
     ORDER BY t.tenant_id, t.id
       FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE leases l SET state = 'expired'
      FROM over o JOIN locked k ON k.tenant_id = o.tenant_id AND k.id = o.task_id
     WHERE l.tenant_id = o.tenant_id AND l.id = o.id AND l.state = 'live' AND l.expires_at < now()
    RETURNING l.tenant_id, l.task_id
), freed AS (
    SELECT tenant_id, task_id, count(*)::smallint AS n FROM ended GROUP BY 1, 2
)
UPDATE tasks t
   SET live = greatest(t.live - f.n, 0),
       state = CASE WHEN t.state = 'held' AND t.live - f.n + t.answers < t.wanted THEN 'open' ELSE t.state END
  FROM freed f
 WHERE t.tenant_id = f.tenant_id AND t.id = f.task_id
