-- Add the rows waiting in pg_temp.incoming_items as items of one project, each with its task. `count_items` counts them, in the same
-- transaction, so that an item never stands without its task or uncounted, whatever dies.
--
-- The task is made here and not by the tasks station, since a second round over the same rows would halve the rate of an import; it is the plainest
-- task there is (purpose work, wanted = the project's overlap), and tasks.plan may change it later.
-- Content that the project has already (or that comes twice in the file) is passed over: the unique index on
-- (tenant_id, project_id, content_hash) decides, so two imports at once cannot double an item either.
-- Rows go in by their hash, so that two imports of the same rows wait for each other and never in a circle.
-- Ids come with the rows, in the order of the file, so that lists follow it however chunks overlap; tasks queue up in that order.
-- The ids of tasks come along, too: to make one here costs more than to read one.
WITH fresh AS (
    INSERT INTO items (tenant_id, id, project_id, content_hash, data, metadata, external_id, split, import_id)
    SELECT %(tenant)s, id, %(project)s, content_hash, data, metadata, external_id, split, %(import)s
      FROM pg_temp.incoming_items ORDER BY content_hash, id
        ON CONFLICT (tenant_id, project_id, content_hash) DO NOTHING
    RETURNING id
), queued AS (
    INSERT INTO tasks (tenant_id, id, project_id, item_id, batch_id, state, wanted, priority, assignee)
    SELECT %(tenant)s, task, %(project)s, id, %(batch)s, %(state)s, %(wanted)s, %(priority)s, %(assignee)s
      FROM fresh JOIN pg_temp.incoming_items USING (id) ORDER BY id
)
SELECT count(*), coalesce(array_agg(id), '{}')::text FROM fresh
