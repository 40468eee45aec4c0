-- Annotations: append-only. A correction is a new revision that points to the one before.
SET ROLE qistas_owner;

CREATE TABLE qistas.annotations (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL DEFAULT uuidv7(),
    project_id        uuid NOT NULL,
    task_id           uuid NOT NULL,
    item_id           uuid NOT NULL,
    annotator_id      uuid NOT NULL,
    lease_id          uuid NOT NULL,
    ontology_version  integer NOT NULL,
    revision          integer NOT NULL DEFAULT 1,
    previous_id       uuid,
    answer            jsonb NOT NULL,
    seconds           real NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    late              boolean NOT NULL DEFAULT false,
    cost_minor        bigint NOT NULL DEFAULT 0,
    source            jsonb,
    suggestion_use    text CHECK (suggestion_use IN ('accepted', 'changed', 'rejected')),
    client_key        text NOT NULL CHECK (length(client_key) BETWEEN 1 AND 100),
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES qistas.tasks,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members
) PARTITION BY HASH (tenant_id);
CALL core.split_by_tenant('qistas.annotations');
CREATE UNIQUE INDEX annotations_client_key ON qistas.annotations (tenant_id, annotator_id, client_key);
CREATE UNIQUE INDEX annotations_revision ON qistas.annotations (tenant_id, task_id, annotator_id, revision);
CREATE INDEX annotations_of_project ON qistas.annotations (tenant_id, project_id, item_id);
CREATE INDEX annotations_of_annotator ON qistas.annotations (tenant_id, project_id, annotator_id, id DESC);
CALL core.protect('qistas.annotations', 'SELECT, INSERT');

RESET ROLE;
