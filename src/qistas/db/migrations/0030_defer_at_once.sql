-- A job that names no time runs at once. (As 0027 had it, a tenant's job of no stated time came a day later.)
SET ROLE qistas_owner;

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
        IF run_at > now() + interval '1 day' THEN  -- least() would make a day of no time at all
            run_at := now() + interval '1 day';
        END IF;
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

DO $$
BEGIN
    IF to_regclass('jobs.procrastinate_jobs') IS NOT NULL THEN
        UPDATE jobs.procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND scheduled_at > now() + interval '1 hour';
    END IF;
END $$;

RESET ROLE;
