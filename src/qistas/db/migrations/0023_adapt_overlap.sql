-- Adaptive redundancy: how many answers a new task wants first, whom a doubtful task is kept for (and for how long), and how many
-- answers were saved.
SET ROLE qistas_owner;

-- The one place that says with how many wanted answers a task begins.
CREATE FUNCTION qistas.first_overlap(settings jsonb) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN settings #>> '{redundancy,mode}' = 'adaptive' THEN coalesce((settings #>> '{redundancy,min_overlap}')::smallint, 2::smallint)
                ELSE greatest(coalesce((settings ->> 'overlap')::smallint, 1::smallint), 1::smallint) END;
GRANT EXECUTE ON FUNCTION qistas.first_overlap TO qistas_app, qistas_system;

-- A task that is kept, as its assignee, for the annotator whose answer is worth most; only until then.
CREATE TABLE qistas.kept_tasks (
    tenant_id     uuid NOT NULL,
    task_id       uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    until         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, task_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members ON DELETE CASCADE
);
CREATE INDEX kept_tasks_until ON qistas.kept_tasks (until);
CALL core.protect('qistas.kept_tasks');

CREATE TABLE qistas.redundancy_reports (
    tenant_id    uuid NOT NULL,
    project_id   uuid NOT NULL,
    report       jsonb NOT NULL,
    computed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, project_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
);
CALL core.protect('qistas.redundancy_reports');

RESET ROLE;
