-- The policy already ties a row's tenant to the transaction's; a foreign key would look the same thing up again for each row.
ALTER TABLE qistas.outbox DROP CONSTRAINT outbox_tenant_id_fkey;
