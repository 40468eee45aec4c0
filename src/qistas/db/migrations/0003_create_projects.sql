-- Projects, their ontology versions, and the roles people hold within one project.
SET ROLE qistas_owner;

CREATE TABLE qistas.projects (
    tenant_id         uuid NOT NULL REFERENCES qistas.tenants,
    id                uuid NOT NULL DEFAULT uuidv7(),
    name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description       text NOT NULL DEFAULT '' CHECK (length(description) <= 20000),
    state             text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'archived')),
    settings          jsonb NOT NULL DEFAULT '{}',
    ontology_version  integer NOT NULL DEFAULT 0,
    created_by        uuid,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CALL core.protect('qistas.projects', 'SELECT, INSERT, UPDATE');

CREATE TABLE qistas.project_roles (
    tenant_id   uuid NOT NULL,
    project_id  uuid NOT NULL,
    member_id   uuid NOT NULL,
    role        text NOT NULL CHECK (role IN ('owner', 'manager', 'reviewer', 'annotator', 'viewer')),
    PRIMARY KEY (tenant_id, project_id, member_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, member_id) REFERENCES qistas.members ON DELETE CASCADE
);
CALL core.protect('qistas.project_roles');

CREATE TABLE qistas.ontology_versions (
    tenant_id     uuid NOT NULL,
    project_id    uuid NOT NULL,
    version       integer NOT NULL CHECK (version > 0),
    document      jsonb NOT NULL,
    hash          bytea NOT NULL,
    changes       jsonb NOT NULL DEFAULT '[]',
    published_by  uuid,
    published_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, project_id, version),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
);
CALL core.protect('qistas.ontology_versions', 'SELECT, INSERT');

-- Counters that writing transactions keep. A project has 16 rows of them, so that concurrent writers seldom meet;
-- a reader sums. What can be read off annotator_days (answers, seconds, cost) is not kept here again.
CREATE TABLE qistas.project_counts (
    tenant_id   uuid NOT NULL,
    project_id  uuid NOT NULL,
    shard       smallint NOT NULL,
    items       bigint NOT NULL DEFAULT 0,
    tasks       bigint NOT NULL DEFAULT 0,
    done        bigint NOT NULL DEFAULT 0,
    consensus   bigint NOT NULL DEFAULT 0,
    reviewed    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, project_id, shard),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
) WITH (fillfactor = 50);
CALL core.protect('qistas.project_counts');

CREATE TABLE qistas.annotator_days (
    tenant_id     uuid NOT NULL,
    project_id    uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    day           date NOT NULL,
    answers       bigint NOT NULL DEFAULT 0,
    skips         bigint NOT NULL DEFAULT 0,
    seconds       double precision NOT NULL DEFAULT 0,
    cost_minor    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, project_id, annotator_id, day),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members
) WITH (fillfactor = 50);
CALL core.protect('qistas.annotator_days');

RESET ROLE;
