-- A lock that a tenant's session takes on a name, until its transaction ends. Unlike the lock of a row it is given in the order of
-- asking: who waits to change a batch is not passed over, for ever, by the chunks of an import that share it one after another.
SET ROLE qistas_owner;

-- The name is the tenant's own. By SHA-256, so that nobody finds a name of theirs that falls on another's.
CREATE FUNCTION core.hold(name text, shared boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp
AS $$
DECLARE
    place bigint := ('x' || encode(substr(sha256(convert_to(core.ctx_tenant() || '/' || name, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint;
BEGIN
    IF shared THEN
        PERFORM pg_advisory_xact_lock_shared(place);
    ELSE
        PERFORM pg_advisory_xact_lock(place);
    END IF;
END $$;
REVOKE ALL ON FUNCTION core.hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.hold TO qistas_app;

RESET ROLE;
