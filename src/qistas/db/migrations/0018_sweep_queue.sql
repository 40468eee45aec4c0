-- Tables through which work passes leave a dead row at every step, and the front of the queue is read past them. They are swept
-- after a few hundred, not after a fifth of the table.
SET ROLE qistas_owner;

DO $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY ARRAY['tasks', 'leases'] LOOP
        FOR n IN 0 .. 3 LOOP
            EXECUTE format('ALTER TABLE qistas.%I SET (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.01,
                            autovacuum_analyze_threshold = 500, autovacuum_analyze_scale_factor = 0.05)', part || '_p' || n);
        END LOOP;
    END LOOP;
END $$;
ALTER TABLE qistas.consensus_due SET (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE qistas.annotator_days SET (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.1);

RESET ROLE;
