-- A context is good for the session it was signed for and no other: 'v2|tenant|principal|purpose|expires|kid|backend|hmac'. One that is
-- read off another session (pg_stat_activity shows a role its own sessions' statements) opens nothing.
SET ROLE qistas_owner;

CREATE OR REPLACE FUNCTION core.ctx_parts() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = core, pg_temp
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
    IF array_length(part, 1) IS DISTINCT FROM 8 OR part[1] <> 'v2' THEN
        RAISE EXCEPTION 'malformed context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO pads FROM core.context_keys WHERE kid = part[6]::integer;
    IF pads.kid IS NULL OR part[8] IS DISTINCT FROM encode(sha256(pads.outer_pad || sha256(pads.inner_pad
            || convert_to(array_to_string(part[1:7], '|'), 'UTF8'))), 'hex') THEN
        RAISE EXCEPTION 'forged context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF part[7]::integer <> pg_backend_pid() THEN
        RAISE EXCEPTION 'the context of another session' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_timestamp(part[5]::double precision) NOT BETWEEN statement_timestamp() - interval '1 hour'
            AND statement_timestamp() + interval '25 hours' THEN
        RAISE EXCEPTION 'expired context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN part;
END $$;

CREATE OR REPLACE FUNCTION core.ctx_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = core, pg_temp
AS $$
DECLARE
    raw    text := current_setting('app.ctx', true);
    inside bytea;
    outer_ bytea;
    ends   double precision;
BEGIN
    IF raw LIKE 'v2|%|%|%|%|%|%|%' THEN
        SELECT inner_pad, outer_pad INTO inside, outer_ FROM core.context_keys WHERE kid = split_part(raw, '|', 6)::integer;
        IF split_part(raw, '|', 7)::integer = pg_backend_pid()
                AND encode(sha256(outer_ || sha256(inside || convert_to(left(raw, -65), 'UTF8'))), 'hex') = right(raw, 64) THEN
            ends := split_part(raw, '|', 5)::double precision - extract(epoch FROM statement_timestamp());
            IF ends > -3600 AND ends < 90000 AND split_part(raw, '|', 2) <> '*' THEN
                RETURN split_part(raw, '|', 2)::uuid;
            END IF;
        END IF;
    END IF;
    -- Not a tenant's context of ours: the long way says what is wrong with it.
    PERFORM core.ctx_parts();
    RAISE EXCEPTION 'a system context has no tenant' USING ERRCODE = 'insufficient_privilege';
END $$;

ALTER FUNCTION core.ctx_system() PARALLEL RESTRICTED;

RESET ROLE;
