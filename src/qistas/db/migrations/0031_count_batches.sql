-- Batches are counted by the transactions that write, as projects are: a list of them costs the same however many tasks they hold.
SET ROLE qistas_owner;

-- `tasks` and `done` mean what they mean in project_counts: tasks of work that were not withdrawn, and those of them that are done.
-- A batch's row is written after its project's of the same shard, in the same statement, so that whoever waits for one waits there
-- and never in a ring. No foreign key: the tasks that are counted have one, and an answer that had to look at the batch would
-- wait for whoever renames it, who may be waiting for the answer's task.
CREATE TABLE qistas.batch_counts (
    tenant_id   uuid NOT NULL,
    batch_id    uuid NOT NULL,
    shard       smallint NOT NULL,
    tasks       bigint NOT NULL DEFAULT 0,
    done        bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, batch_id, shard)
) WITH (fillfactor = 50);

ALTER TABLE qistas.tasks NO FORCE ROW LEVEL SECURITY; -- for the owner alone, in this transaction: it asks across tenants
INSERT INTO qistas.batch_counts (tenant_id, batch_id, shard, tasks, done)
SELECT tenant_id, batch_id, 0, count(*), count(*) FILTER (WHERE state = 'done')
  FROM qistas.tasks WHERE batch_id IS NOT NULL AND purpose = 'work' AND state <> 'withdrawn'
 GROUP BY tenant_id, batch_id;
ALTER TABLE qistas.tasks FORCE ROW LEVEL SECURITY;
CALL core.protect('qistas.batch_counts');

RESET ROLE;
