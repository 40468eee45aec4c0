-- A tenant's session may set jobs going, and write to the record, only in its own name, even where it speaks SQL of its own.
SET ROLE qistas_owner;

-- The key or lock of a tenant's job, as it stands among all jobs: it holds back no other tenant's job of the same key.
CREATE FUNCTION core.lock_of(tenant uuid, lock text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN tenant::text || '/' || lock;
REVOKE ALL ON FUNCTION core.lock_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.lock_of TO qistas_app, qistas_system;

-- Keys and locks belong to the tenant the job is for. A tenant's job comes within a day and never before those of others.
CREATE OR REPLACE FUNCTION core.defer_job(
    job_name text, job_queue text, job_args jsonb, wait_key text DEFAULT NULL, run_lock text DEFAULT NULL,
    run_at timestamptz DEFAULT NULL, job_priority integer DEFAULT 0
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs, core, pg_temp
AS $$
DECLARE
    holder text := (core.ctx_parts())[2];
BEGIN
    IF holder <> '*' THEN
        job_args := job_args || jsonb_build_object('tenant_id', holder);
        run_at := least(run_at, now() + interval '1 day');
        job_priority := greatest(-100, least(job_priority, 0));
    ELSE
        holder := job_args ->> 'tenant_id';
    END IF;
    IF holder IS NOT NULL THEN
        wait_key := core.lock_of(holder::uuid, wait_key);
        run_lock := core.lock_of(holder::uuid, run_lock);
    END IF;
    -- Look first: while a job waits, the usual case, this takes no lock at all.
    IF wait_key IS NULL OR NOT EXISTS (
            SELECT FROM jobs.procrastinate_jobs WHERE queueing_lock = wait_key AND status = 'todo') THEN
        IF job_name !~ '^[a-z_]+\.[a-z_]+$' OR job_queue <> 'default' THEN
            RAISE EXCEPTION 'no job is named % in the queue %', job_name, job_queue USING ERRCODE = 'invalid_parameter_value';
        END IF;
        INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        VALUES (job_queue, job_name, job_priority, run_lock, wait_key, job_args, run_at)
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING;
    END IF;
END $$;

-- Jobs that wait or run while this is brought in keep the keys by which they are looked up from now on.
DO $$
BEGIN
    IF to_regclass('jobs.procrastinate_jobs') IS NOT NULL THEN
        UPDATE jobs.procrastinate_jobs
           SET lock = core.lock_of((args ->> 'tenant_id')::uuid, lock),
               queueing_lock = core.lock_of((args ->> 'tenant_id')::uuid, queueing_lock)
         WHERE status IN ('todo', 'doing') AND args ->> 'tenant_id' IS NOT NULL;
    END IF;
END $$;

-- The number, the transaction and the time of a row of the record are the database's own; nobody chooses them.
REVOKE INSERT ON qistas.outbox FROM qistas_app, qistas_system;
GRANT INSERT (tenant_id, act, principal, role, session, purpose, objects, detail) ON qistas.outbox TO qistas_app, qistas_system;

-- And a tenant's session writes as the one it was opened for. The seal over the whole context is checked by the policy
-- `tenant_only` on the same row, so here the word is read alone.
CREATE POLICY own_name ON qistas.outbox AS RESTRICTIVE FOR INSERT TO qistas_app
    WITH CHECK (principal = (SELECT split_part(current_setting('app.ctx', true), '|', 3)::uuid));

RESET ROLE;
