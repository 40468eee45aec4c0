-- A job that waited for another's lock begins when that one ends. By itself a worker hears of new jobs alone, and finds one that
-- has become free only when it looks again: a second later.
CREATE OR REPLACE FUNCTION wake_waiting() RETURNS trigger
    LANGUAGE plpgsql SET search_path = jobs, pg_temp
AS $$
DECLARE
    free bigint := (SELECT id FROM procrastinate_jobs
                     WHERE lock = OLD.lock AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
                     ORDER BY priority DESC, id LIMIT 1);
    payload text := json_build_object('type', 'job_inserted', 'job_id', free)::text;
BEGIN
    IF free IS NOT NULL THEN
        PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name, payload);
        PERFORM pg_notify('procrastinate_any_queue_v1', payload);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER wake_waiting
    AFTER DELETE OR UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.lock IS NOT NULL AND OLD.status = 'doing')
    EXECUTE FUNCTION wake_waiting();
