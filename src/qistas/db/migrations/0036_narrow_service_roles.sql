-- What PostgreSQL lets every role do, and the service roles have no use for: locks on any number (a tenant's session has core.hold,
-- which knows names of the tenant's own alone), large objects (rows of no tenant, behind no wall), and ending the sessions of others of
-- the same role, who are other tenants. Functions of the server itself are a superuser's to give or take: an administrator who is none
-- leaves them as they are, and docs/howto/own-postgresql.md says what to run instead.
DO $$
DECLARE
    found regprocedure;
    locks boolean;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    FOR found, locks IN
        SELECT oid, proname LIKE '%advisory%' FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND proname ~ '^(lo_.*|loread|lowrite|pg_(try_)?advisory_.*|pg_(cancel|terminate)_backend)$'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found);
        IF locks THEN -- migrations, core.hold, and the worker, who proves by one that it lives
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_database_owner, qistas_owner, qistas_system', found);
        END IF;
    END LOOP;
END $$;
