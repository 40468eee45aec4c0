-- Store inferred answers, many at once. A row changes only when it says something new (another value, other inputs, or a
-- confidence that moved by more than half a point), so that a full run over a settled project writes next to nothing.
-- What was inferred from answers newer than %(as_of)s stays: a full run reads first and stores much later.
-- New inputs unsettle a row: an expert has not seen them yet. Tasks still open learn their item's new doubt, which is
-- what the queue orders by; the project counts the items that have an inferred answer for the first time.
WITH fresh AS (
    SELECT * FROM unnest(%(items)s::uuid[], %(questions)s::text[], %(values)s::jsonb[], %(confidences)s::real[], %(posteriors)s::jsonb[],
                         %(supports)s::integer[], %(disputed)s::boolean[], %(methods)s::text[], %(inputs)s::jsonb[])
             AS f (item_id, question, value, confidence, posterior, support, disputed, method, inputs)
), first AS (
    SELECT count(DISTINCT f.item_id) AS n FROM fresh f
     WHERE NOT EXISTS (SELECT FROM consensus c WHERE c.tenant_id = %(tenant)s AND c.item_id = f.item_id)
), saved AS (
    INSERT INTO consensus AS c (tenant_id, item_id, question, project_id, value, confidence, doubt, posterior, support, disputed, method, inputs)
    SELECT %(tenant)s, item_id, question, %(project)s, value, confidence, 1 - confidence, posterior, support, disputed, method,
           ARRAY(SELECT jsonb_array_elements_text(inputs)::uuid)
      FROM fresh ORDER BY item_id, question
    ON CONFLICT (tenant_id, item_id, question) DO UPDATE
       SET value = excluded.value, confidence = excluded.confidence, doubt = excluded.doubt, posterior = excluded.posterior,
           support = excluded.support, disputed = excluded.disputed, method = excluded.method, inputs = excluded.inputs,
           computed_at = now(), settled = c.settled AND c.inputs = excluded.inputs
     WHERE (c.value <> excluded.value OR c.inputs <> excluded.inputs OR abs(c.confidence - excluded.confidence) > 0.005)
       AND (c.inputs = excluded.inputs OR c.computed_at <= %(as_of)s::timestamptz)
    RETURNING item_id
), doubted AS (
    SELECT f.item_id, max(1 - f.confidence)::real AS doubt FROM fresh f GROUP BY f.item_id
), moved AS (
    -- A task that is being claimed or answered is passed over: its answer waits for the items that are being inferred.
    SELECT t.id, d.doubt FROM doubted d JOIN tasks t ON t.tenant_id = %(tenant)s AND t.item_id = d.item_id
     WHERE t.state IN ('open', 'held', 'paused') AND t.purpose = 'work' AND abs(t.doubt - d.doubt) > 0.001
       FOR UPDATE OF t SKIP LOCKED
), told AS (
    UPDATE tasks t SET doubt = m.doubt FROM moved m WHERE t.tenant_id = %(tenant)s AND t.id = m.id
)
INSERT INTO project_counts AS c (tenant_id, project_id, shard, consensus)
SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, n FROM first WHERE n > 0
ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET consensus = c.consensus + excluded.consensus
