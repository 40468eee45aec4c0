-- As 0014 does for tasks and items: leases and annotations are checked against the part of tasks that has their number, and
-- consensus against the part of items, since all are split alike by hash of tenant.
SET ROLE qistas_owner;

ALTER TABLE qistas.leases DROP CONSTRAINT leases_tenant_id_task_id_fkey;
ALTER TABLE qistas.leases_p0 ADD CONSTRAINT leases_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p0 (tenant_id, id);
ALTER TABLE qistas.leases_p1 ADD CONSTRAINT leases_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p1 (tenant_id, id);
ALTER TABLE qistas.leases_p2 ADD CONSTRAINT leases_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p2 (tenant_id, id);
ALTER TABLE qistas.leases_p3 ADD CONSTRAINT leases_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p3 (tenant_id, id);

ALTER TABLE qistas.annotations DROP CONSTRAINT annotations_tenant_id_task_id_fkey;
ALTER TABLE qistas.annotations_p0 ADD CONSTRAINT annotations_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p0 (tenant_id, id);
ALTER TABLE qistas.annotations_p1 ADD CONSTRAINT annotations_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p1 (tenant_id, id);
ALTER TABLE qistas.annotations_p2 ADD CONSTRAINT annotations_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p2 (tenant_id, id);
ALTER TABLE qistas.annotations_p3 ADD CONSTRAINT annotations_task FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks_p3 (tenant_id, id);

ALTER TABLE qistas.consensus DROP CONSTRAINT consensus_tenant_id_item_id_fkey;
ALTER TABLE qistas.consensus_p0 ADD CONSTRAINT consensus_item FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items_p0 (tenant_id, id);
ALTER TABLE qistas.consensus_p1 ADD CONSTRAINT consensus_item FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items_p1 (tenant_id, id);
ALTER TABLE qistas.consensus_p2 ADD CONSTRAINT consensus_item FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items_p2 (tenant_id, id);
ALTER TABLE qistas.consensus_p3 ADD CONSTRAINT consensus_item FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items_p3 (tenant_id, id);

RESET ROLE;
