-- The queue: tasks, leases (one row for each annotator who ever took a task), skips, and where each annotator has got to.
SET ROLE qistas_owner;

CREATE SEQUENCE qistas.task_age;
GRANT USAGE ON SEQUENCE qistas.task_age TO qistas_app, qistas_system;

-- state: open (another annotator may claim it) · held (answers + live leases reach `wanted`) · done (answers reach it)
--        · paused (its batch rests) · withdrawn (its item was)
-- assignee: the member or group it is kept for; the zero id for anybody.
CREATE TABLE qistas.tasks (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    project_id  uuid NOT NULL,
    item_id     uuid NOT NULL,
    batch_id    uuid,
    purpose     text NOT NULL DEFAULT 'work' CHECK (purpose IN ('work', 'gold', 'training', 'qualification', 'audit')),
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'held', 'done', 'paused', 'withdrawn')),
    wanted      smallint NOT NULL DEFAULT 1 CHECK (wanted BETWEEN 1 AND 1000),
    live        smallint NOT NULL DEFAULT 0 CHECK (live >= 0),
    answers     smallint NOT NULL DEFAULT 0 CHECK (answers >= 0),
    skips       smallint NOT NULL DEFAULT 0,
    priority    integer NOT NULL DEFAULT 0,
    doubt       real NOT NULL DEFAULT 0,
    age         bigint NOT NULL DEFAULT nextval('qistas.task_age'),
    assignee    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    created_at  timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items,
    FOREIGN KEY (tenant_id, batch_id) REFERENCES qistas.batches
) PARTITION BY HASH (tenant_id);
CALL core.split_by_tenant('qistas.tasks');
-- The order of the queue: priority, then doubt, then age. Both signs are turned so that one row comparison walks it forward.
CREATE INDEX tasks_queue ON qistas.tasks (tenant_id, project_id, assignee, (-priority), (-doubt), age)
    WHERE state = 'open' AND purpose <> 'gold';
CREATE INDEX tasks_gold ON qistas.tasks (tenant_id, project_id, age) WHERE purpose = 'gold' AND state <> 'withdrawn';
CREATE INDEX tasks_of_item ON qistas.tasks (tenant_id, item_id);
CREATE INDEX tasks_of_project ON qistas.tasks (tenant_id, project_id, id);
CREATE INDEX tasks_of_batch ON qistas.tasks (tenant_id, batch_id) WHERE batch_id IS NOT NULL;
CALL core.protect('qistas.tasks', 'SELECT, INSERT, UPDATE');

CREATE TABLE qistas.leases (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL DEFAULT uuidv7(),
    project_id        uuid NOT NULL,
    task_id           uuid NOT NULL,
    item_id           uuid NOT NULL,
    annotator_id      uuid NOT NULL,
    ontology_version  integer NOT NULL,
    state             text NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'answered', 'skipped', 'released', 'expired')),
    granted_at        timestamptz NOT NULL DEFAULT now(),
    expires_at        timestamptz NOT NULL,
    draft             jsonb,
    draft_seconds     real,
    suggestion        jsonb,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members
) PARTITION BY HASH (tenant_id);
CALL core.split_by_tenant('qistas.leases');
-- Never twice to one annotator: the second claim of a task by the same annotator is the same row.
CREATE UNIQUE INDEX leases_once ON qistas.leases (tenant_id, task_id, annotator_id);
CREATE INDEX leases_expiring ON qistas.leases (expires_at) WHERE state = 'live';
CREATE INDEX leases_live ON qistas.leases (tenant_id, annotator_id, project_id) WHERE state = 'live';
CALL core.protect('qistas.leases', 'SELECT, INSERT, UPDATE');

-- How far along the queue one annotator has looked and found only tasks they already had; see tasks/sql/claim.sql.
CREATE TABLE qistas.queue_cursors (
    tenant_id     uuid NOT NULL,
    project_id    uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    priority      integer NOT NULL,
    doubt         real NOT NULL,
    age           bigint NOT NULL,
    PRIMARY KEY (tenant_id, project_id, annotator_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members ON DELETE CASCADE
) WITH (fillfactor = 50);
CALL core.protect('qistas.queue_cursors');

CREATE TABLE qistas.skips (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL DEFAULT uuidv7(),
    project_id    uuid NOT NULL,
    task_id       uuid NOT NULL,
    item_id       uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    reason        text NOT NULL CHECK (reason IN ('unclear', 'broken', 'not_my_language', 'harmful', 'other')),
    note          text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members
);
CREATE INDEX skips_of_project ON qistas.skips (tenant_id, project_id, id DESC);
CALL core.protect('qistas.skips', 'SELECT, INSERT');

-- What annotators ask the data lead from inside a task.
CREATE TABLE qistas.task_questions (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL DEFAULT uuidv7(),
    project_id    uuid NOT NULL,
    task_id       uuid NOT NULL,
    item_id       uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    text          text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    reply         text,
    replied_by    uuid,
    replied_at    timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members
);
CREATE INDEX task_questions_of_project ON qistas.task_questions (tenant_id, project_id, id DESC);
CALL core.protect('qistas.task_questions', 'SELECT, INSERT, UPDATE');

RESET ROLE;
