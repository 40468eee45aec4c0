-- The context is asked for once by every table of every statement: one function that reads the key and checks the seal in a
-- single step, instead of three that call each other, takes about a third off each time.
SET ROLE qistas_owner;

CREATE OR REPLACE FUNCTION core.ctx_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = core, pg_temp
AS $$
DECLARE
    raw    text := current_setting('app.ctx', true);
    inside bytea;
    outer_ bytea;
    ends   double precision;
BEGIN
    IF raw LIKE 'v1|%|%|%|%|%|%' THEN
        SELECT inner_pad, outer_pad INTO inside, outer_ FROM core.context_keys WHERE kid = split_part(raw, '|', 6)::integer;
        IF encode(sha256(outer_ || sha256(inside || convert_to(left(raw, -65), 'UTF8'))), 'hex') = right(raw, 64) THEN
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

-- A list of what is due is gone in a moment; the policy keeps it to its tenant. A foreign key would make every submit of a
-- project lock the project's row in share, together with all others.
ALTER TABLE qistas.consensus_due DROP CONSTRAINT consensus_due_tenant_id_project_id_fkey;

RESET ROLE;
