-- Lists filtered by label or split read their page and nothing else; batches are counted from an index, and know whom they are for.
SET ROLE qistas_owner;

-- An item is found by the first label, and among those of several labels one by one. Columns, and not expressions in the index:
-- behind row security an index is asked only by what could not leak a row, and JSON's operators are not held to be that.
ALTER TABLE qistas.consensus
    ADD COLUMN first_label text GENERATED ALWAYS AS (value -> 'labels' ->> 0) STORED,
    ADD COLUMN several boolean GENERATED ALWAYS AS (value -> 'labels' -> 1 IS NOT NULL) STORED;
CREATE INDEX consensus_by_label ON qistas.consensus (tenant_id, project_id, first_label, item_id) WHERE first_label IS NOT NULL;
CREATE INDEX consensus_of_several ON qistas.consensus (tenant_id, project_id, item_id) WHERE several;
CREATE INDEX items_by_split ON qistas.items (tenant_id, project_id, split, id) WHERE split IS NOT NULL;

DROP INDEX qistas.tasks_of_batch;
CREATE INDEX tasks_of_batch ON qistas.tasks (tenant_id, batch_id, state) WHERE batch_id IS NOT NULL;

ALTER TABLE qistas.batches ADD COLUMN assignee uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE qistas.batches NO FORCE ROW LEVEL SECURITY; -- for the owner alone, in this transaction: it asks across tenants
ALTER TABLE qistas.tasks NO FORCE ROW LEVEL SECURITY;
UPDATE qistas.batches b SET assignee = t.assignee
  FROM (SELECT tenant_id, batch_id, (array_agg(assignee))[1] AS assignee FROM qistas.tasks WHERE batch_id IS NOT NULL
         GROUP BY tenant_id, batch_id HAVING count(DISTINCT assignee) = 1) t
 WHERE t.tenant_id = b.tenant_id AND t.batch_id = b.id;
ALTER TABLE qistas.tasks FORCE ROW LEVEL SECURITY;
ALTER TABLE qistas.batches FORCE ROW LEVEL SECURITY;

RESET ROLE;
