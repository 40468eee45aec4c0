-- Where a killed import goes on: written by the transaction that stores the rows before it (see sources/ingest.py).
SET ROLE qistas_owner;

ALTER TABLE qistas.imports ADD COLUMN position jsonb NOT NULL DEFAULT '{}';

RESET ROLE;

-- Rows are copied into a table of the session's own and added from there, since COPY cannot enter a walled table.
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO qistas_app, qistas_system', current_database()); END $$;
