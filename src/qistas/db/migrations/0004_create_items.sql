-- Sources: imports, what they refused, and the items they made.
SET ROLE qistas_owner;

CREATE TABLE qistas.batches (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    project_id  uuid NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    priority    integer NOT NULL DEFAULT 0,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paused')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, project_id, name),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
);
CALL core.protect('qistas.batches');

CREATE TABLE qistas.imports (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL DEFAULT uuidv7(),
    project_id      uuid NOT NULL,
    batch_id        uuid,
    name            text NOT NULL,
    format          text,
    options         jsonb NOT NULL DEFAULT '{}',
    blob_path       text,
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    bytes_total     bigint NOT NULL DEFAULT 0,
    bytes_read      bigint NOT NULL DEFAULT 0,
    rows_read       bigint NOT NULL DEFAULT 0,
    rows_added      bigint NOT NULL DEFAULT 0,
    rows_duplicate  bigint NOT NULL DEFAULT 0,
    rows_refused    bigint NOT NULL DEFAULT 0,
    detail          text NOT NULL DEFAULT '',
    created_by      uuid,
    created_at      timestamptz NOT NULL DEFAULT now(),
    started_at      timestamptz,
    ended_at        timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, batch_id) REFERENCES qistas.batches
);
CREATE INDEX imports_of_project ON qistas.imports (tenant_id, project_id, id DESC);
CALL core.protect('qistas.imports', 'SELECT, INSERT, UPDATE');

CREATE TABLE qistas.import_refusals (
    tenant_id  uuid NOT NULL,
    import_id  uuid NOT NULL,
    line       bigint NOT NULL,
    place      integer NOT NULL DEFAULT 0,
    field      text NOT NULL DEFAULT '',
    code       text NOT NULL,
    reason     text NOT NULL,
    remedy     text NOT NULL,
    raw        text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, import_id, line, place),
    FOREIGN KEY (tenant_id, import_id) REFERENCES qistas.imports
);
CALL core.protect('qistas.import_refusals', 'SELECT, INSERT');

-- An item is immutable and addressed by its content: the same content twice in a project is one item.
CREATE TABLE qistas.items (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL DEFAULT uuidv7(),
    project_id    uuid NOT NULL,
    content_hash  bytea NOT NULL,
    data          jsonb NOT NULL,
    metadata      jsonb NOT NULL DEFAULT '{}',
    provenance    jsonb NOT NULL DEFAULT '{"kind": "real"}',
    external_id   text,
    split         text,
    import_id     uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    withdrawn_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
) PARTITION BY HASH (tenant_id);
CALL core.split_by_tenant('qistas.items');
CREATE UNIQUE INDEX items_content ON qistas.items (tenant_id, project_id, content_hash);
CREATE INDEX items_of_project ON qistas.items (tenant_id, project_id, id);
CREATE INDEX items_external ON qistas.items (tenant_id, project_id, external_id) WHERE external_id IS NOT NULL;
CALL core.protect('qistas.items', 'SELECT, INSERT');
-- Withdrawal is the one change an item knows.
GRANT UPDATE (withdrawn_at) ON qistas.items TO qistas_app, qistas_system;

-- Files that items point to (`blob:<sha256>`), kept once a tenant.
CREATE TABLE qistas.blobs (
    tenant_id   uuid NOT NULL REFERENCES qistas.tenants,
    sha256      bytea NOT NULL CHECK (length(sha256) = 32),
    media_type  text NOT NULL,
    bytes       bigint NOT NULL,
    width       integer,
    height      integer,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, sha256)
);
CALL core.protect('qistas.blobs', 'SELECT, INSERT');

RESET ROLE;
