-- Add the rows waiting in pg_temp.incoming_items as items of one project, each with its task, and count them.
--
-- One statement, so that an item never stands without its task or uncounted, whatever dies. The task is made here and
-- not by the tasks station, since a second round over the same rows would halve the rate of an import; it is the plainest
-- task there is (purpose work, wanted = the project's overlap), and tasks.plan may change it later.
-- Content that the project has already (or that comes twice in the file) is passed over: the unique index on
-- (tenant_id, project_id, content_hash) decides, so two imports at once cannot double an item either.
-- Rows go in by their hash, so that two imports of the same rows wait for each other and never in a circle.
-- Ids come with the rows, in the order of the file, so that lists follow it however chunks overlap; tasks queue up in that order.
WITH fresh AS (
    INSERT INTO items (tenant_id, id, project_id, content_hash, data, metadata, external_id, split, import_id)
    SELECT %(tenant)s, id, %(project)s, content_hash, data, metadata, external_id, split, %(import)s
      FROM pg_temp.incoming_items ORDER BY content_hash, id
        ON CONFLICT (tenant_id, project_id, content_hash) DO NOTHING
    RETURNING id
), queued AS (
    INSERT INTO tasks (tenant_id, project_id, item_id, batch_id, state, wanted, priority, assignee)
    SELECT %(tenant)s, %(project)s, id, %(batch)s, %(state)s, %(wanted)s, %(priority)s, %(assignee)s
      FROM fresh ORDER BY id
), counted AS (
    INSERT INTO project_counts (tenant_id, project_id, shard, items, tasks)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, count(*), count(*)
      FROM fresh
    HAVING count(*) > 0
        ON CONFLICT (tenant_id, project_id, shard) DO UPDATE
       SET items = project_counts.items + excluded.items, tasks = project_counts.tasks + excluded.tasks
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, tasks)
    SELECT %(tenant)s, %(batch)s, shard, (SELECT count(*) FROM fresh) FROM counted WHERE %(batch)s::uuid IS NOT NULL
        ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET tasks = b.tasks + excluded.tasks
)
SELECT coalesce(array_agg(id), '{}') FROM fresh
