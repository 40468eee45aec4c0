-- How a tenant's transaction sets a job going: one function, so that the tenant role can neither read the jobs of others
-- nor defer one in another's name. A job of the same key that still waits is enough; a second is not made.
SET ROLE qistas_owner;

CREATE FUNCTION core.defer_job(
    job_name text, job_queue text, job_args jsonb, wait_key text DEFAULT NULL, run_lock text DEFAULT NULL,
    run_at timestamptz DEFAULT NULL, job_priority integer DEFAULT 0
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs, core, pg_temp
AS $$
DECLARE
    part text[] := core.ctx_parts();
BEGIN
    IF part[2] <> '*' THEN
        job_args := job_args || jsonb_build_object('tenant_id', part[2]);
    END IF;
    -- Look first: while a job waits, the usual case, this takes no lock at all.
    IF wait_key IS NULL OR NOT EXISTS (
            SELECT FROM jobs.procrastinate_jobs WHERE queueing_lock = wait_key AND status = 'todo') THEN
        INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        VALUES (job_queue, job_name, job_priority, run_lock, wait_key, job_args, run_at)
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING;
    END IF;
END $$;
REVOKE ALL ON FUNCTION core.defer_job FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.defer_job TO qistas_app, qistas_system;

RESET ROLE;
