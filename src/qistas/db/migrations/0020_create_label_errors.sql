-- Label errors: the last search of each question, and the labels that it suspects.
SET ROLE qistas_owner;

CREATE TABLE qistas.error_searches (
    tenant_id     uuid NOT NULL,
    project_id    uuid NOT NULL,
    question      text NOT NULL,
    state         text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    progress      real NOT NULL DEFAULT 0,
    labels        integer NOT NULL DEFAULT 0,
    looked_at     integer NOT NULL DEFAULT 0,
    flagged       integer NOT NULL DEFAULT 0,
    estimated     real,
    low           real,
    high          real,
    model_right   real,
    most_common   real,
    detail        text NOT NULL DEFAULT '',
    seconds       real,
    requested_at  timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    PRIMARY KEY (tenant_id, project_id, question),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
) WITH (fillfactor = 50);
CALL core.protect('qistas.error_searches');

-- `value` is the label as it was judged: when the consensus has changed since, the suspicion is stale and not shown.
-- `queued_at`, `task_id`, `raised`, `was_done_at`: when the item was sent back to the queue, and what to undo.
CREATE TABLE qistas.label_errors (
    tenant_id    uuid NOT NULL,
    project_id   uuid NOT NULL,
    question     text NOT NULL,
    item_id      uuid NOT NULL,
    likelihood   real NOT NULL CHECK (likelihood BETWEEN 0 AND 1),
    value        jsonb NOT NULL,
    suggested    jsonb,
    evidence     jsonb NOT NULL DEFAULT '{}',
    computed_at  timestamptz NOT NULL DEFAULT now(),
    queued_at    timestamptz,
    queued_by    uuid,
    task_id      uuid,
    raised       smallint,
    was_done_at  timestamptz,
    PRIMARY KEY (tenant_id, project_id, question, item_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items
) WITH (fillfactor = 80);
CREATE INDEX label_errors_by_likelihood ON qistas.label_errors (tenant_id, project_id, question, likelihood DESC, item_id);
CALL core.protect('qistas.label_errors');

RESET ROLE;
