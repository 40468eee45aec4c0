-- Gold rests with its batch, and given back it comes again where it stood: before the work it stood before.
SET ROLE qistas_owner;

-- Of gold: the task it stands before, in whose place in the queue it is. Null for work.
ALTER TABLE qistas.leases ADD COLUMN beside uuid;

ALTER TABLE qistas.leases NO FORCE ROW LEVEL SECURITY; -- for the owner alone, in this transaction: it asks across tenants
ALTER TABLE qistas.tasks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE qistas.batches NO FORCE ROW LEVEL SECURITY;
-- Nobody knows any more where gold stood that was offered so far; what was given back of it stands where its own task does.
UPDATE qistas.leases l SET beside = l.task_id
  FROM qistas.tasks t
 WHERE t.tenant_id = l.tenant_id AND t.id = l.task_id AND t.purpose = 'gold' AND l.state IN ('live', 'released', 'expired');
UPDATE qistas.tasks t
   SET state = CASE WHEN (SELECT b.state FROM qistas.batches b WHERE b.tenant_id = t.tenant_id AND b.id = t.batch_id) = 'paused' THEN 'paused' ELSE 'open' END
 WHERE t.purpose = 'gold' AND t.state <> 'withdrawn';
ALTER TABLE qistas.batches FORCE ROW LEVEL SECURITY;
ALTER TABLE qistas.tasks FORCE ROW LEVEL SECURITY;
ALTER TABLE qistas.leases FORCE ROW LEVEL SECURITY;

DROP INDEX qistas.leases_given_back;
CREATE INDEX leases_given_back ON qistas.leases (tenant_id, annotator_id, project_id) WHERE state IN ('released', 'expired') AND beside IS NOT NULL;
DROP INDEX qistas.tasks_gold;
CREATE INDEX tasks_gold ON qistas.tasks (tenant_id, project_id, age) WHERE purpose = 'gold' AND state = 'open';

RESET ROLE;
