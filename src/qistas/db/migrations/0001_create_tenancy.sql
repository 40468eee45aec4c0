-- The walls come first: schemas, roles' rights, the signed context, and the one policy form.
--
-- Roles (made by db.migrate before this runs, since they belong to the whole cluster):
--   qistas_owner   NOLOGIN  owns everything
--   qistas_app     LOGIN    what a tenant's session may do; sees one tenant at a time
--   qistas_system  LOGIN    crosses tenants, only with a signed reason
-- None of the login roles owns a table or bypasses row security.

CREATE SCHEMA core AUTHORIZATION qistas_owner;
CREATE SCHEMA identity AUTHORIZATION qistas_owner;
CREATE SCHEMA qistas AUTHORIZATION qistas_owner;
CREATE SCHEMA jobs AUTHORIZATION qistas_owner;
GRANT USAGE ON SCHEMA core, qistas, jobs TO qistas_app, qistas_system;
GRANT USAGE ON SCHEMA identity TO qistas_system;

SET ROLE qistas_owner;

-- HMAC-SHA256 keys of the context, kept as the two padded keys of RFC 2104 so that plain sha256() can verify.
CREATE TABLE core.context_keys (
    kid        integer PRIMARY KEY,
    inner_pad  bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad  bytea NOT NULL CHECK (length(outer_pad) = 64),
    made_at    timestamptz NOT NULL DEFAULT now()
);

-- Verifies app.ctx = 'v1|tenant|principal|purpose|expires|kid|hmac' and gives its parts; raises on anything else.
CREATE FUNCTION core.ctx_parts() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = core, pg_temp
AS $$
DECLARE
    raw   text := current_setting('app.ctx', true);
    part  text[];
    pads  core.context_keys;
BEGIN
    IF raw IS NULL OR raw = '' THEN
        RAISE EXCEPTION 'no context: a query reached a tenant table outside tenant_tx or system_tx'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    part := string_to_array(raw, '|');
    IF array_length(part, 1) IS DISTINCT FROM 7 OR part[1] <> 'v1' THEN
        RAISE EXCEPTION 'malformed context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO pads FROM core.context_keys WHERE kid = part[6]::integer;
    IF pads.kid IS NULL OR part[7] IS DISTINCT FROM encode(sha256(pads.outer_pad || sha256(pads.inner_pad
            || convert_to(array_to_string(part[1:6], '|'), 'UTF8'))), 'hex') THEN
        RAISE EXCEPTION 'forged context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_timestamp(part[5]::double precision) NOT BETWEEN statement_timestamp() - interval '1 hour'
            AND statement_timestamp() + interval '25 hours' THEN
        RAISE EXCEPTION 'expired context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN part;
END $$;

-- The tenant of this transaction. Used by every policy as (SELECT core.ctx_tenant()), so once a statement.
CREATE FUNCTION core.ctx_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = core, pg_temp
AS $$
DECLARE
    part text[] := core.ctx_parts();
BEGIN
    IF part[2] = '*' THEN
        RAISE EXCEPTION 'a system context has no tenant' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN part[2]::uuid;
END $$;

-- True for a system context, which always carries its reason as purpose.
CREATE FUNCTION core.ctx_system() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = core, pg_temp
AS $$
BEGIN
    RETURN (core.ctx_parts())[2] = '*';
END $$;

-- Puts one table behind the wall: row security forced, the policy for tenants, the policy for the system.
CREATE PROCEDURE core.protect(target regclass, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY tenant_only ON %s TO qistas_app
        USING (tenant_id = (SELECT core.ctx_tenant())) WITH CHECK (tenant_id = (SELECT core.ctx_tenant()))', target);
    EXECUTE format('CREATE POLICY system_with_reason ON %s TO qistas_system
        USING ((SELECT core.ctx_system())) WITH CHECK ((SELECT core.ctx_system()))', target);
    EXECUTE format('GRANT %s ON %s TO qistas_app, qistas_system', rights, target);
END $$;

-- Splits a big table by hash of tenant, so that one tenant's searches never touch another's pages or statistics.
CREATE PROCEDURE core.split_by_tenant(target regclass, parts integer DEFAULT 4)
    LANGUAGE plpgsql
AS $$
DECLARE
    name text := (SELECT relname FROM pg_class WHERE oid = target);
BEGIN
    FOR part IN 0 .. parts - 1 LOOP
        EXECUTE format('CREATE TABLE qistas.%I PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                       name || '_p' || part, target, parts, part);
    END LOOP;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA core FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.ctx_parts(), core.ctx_tenant(), core.ctx_system() TO qistas_app, qistas_system;

CREATE TABLE qistas.tenants (
    tenant_id   uuid PRIMARY KEY,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at  timestamptz NOT NULL DEFAULT now()
);
CALL core.protect('qistas.tenants', 'SELECT, INSERT, UPDATE');

-- What the transparency log will be made of: one row for every view, write, export and change of configuration,
-- in the transaction that did it. Read by snapshot horizon (xid < pg_snapshot_xmin(pg_current_snapshot())), never by id > last.
CREATE TABLE qistas.outbox (
    tenant_id  uuid NOT NULL REFERENCES qistas.tenants,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    act        text NOT NULL,
    principal  uuid,
    role       text NOT NULL DEFAULT '',
    session    text NOT NULL DEFAULT '',
    purpose    text NOT NULL,
    objects    uuid[] NOT NULL DEFAULT '{}',
    detail     jsonb NOT NULL DEFAULT '{}',
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
) PARTITION BY HASH (tenant_id);
CALL core.split_by_tenant('qistas.outbox');
CREATE INDEX outbox_horizon ON qistas.outbox (xid, id);
CALL core.protect('qistas.outbox', 'SELECT, INSERT');

RESET ROLE;
