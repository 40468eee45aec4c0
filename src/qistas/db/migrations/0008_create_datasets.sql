-- Datasets: lines of sealed versions, and the files rendered from them.
SET ROLE qistas_owner;

CREATE TABLE qistas.datasets (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    project_id  uuid NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, project_id, name),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
);
CALL core.protect('qistas.datasets', 'SELECT, INSERT, UPDATE');

CREATE TABLE qistas.dataset_versions (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    dataset_id  uuid NOT NULL,
    project_id  uuid NOT NULL,
    number      integer NOT NULL CHECK (number > 0),
    state       text NOT NULL DEFAULT 'sealing' CHECK (state IN ('sealing', 'sealed', 'failed')),
    selection   jsonb NOT NULL DEFAULT '{}',
    splits      jsonb,
    seed        bigint NOT NULL DEFAULT 0,
    note        text NOT NULL DEFAULT '',
    items       bigint NOT NULL DEFAULT 0,
    progress    bigint NOT NULL DEFAULT 0,
    hash        bytea,
    manifest    jsonb,
    detail      text NOT NULL DEFAULT '',
    created_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    sealed_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, dataset_id, number),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES qistas.datasets
);
CALL core.protect('qistas.dataset_versions', 'SELECT, INSERT, UPDATE');

-- A sealed version does not change, whoever asks.
CREATE FUNCTION core.refuse_change_of_sealed() RETURNS trigger LANGUAGE plpgsql SET search_path = core, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'dataset version % is sealed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION core.refuse_change_of_sealed() FROM PUBLIC;
CREATE TRIGGER sealed_stays BEFORE UPDATE ON qistas.dataset_versions
    FOR EACH ROW WHEN (OLD.state = 'sealed') EXECUTE FUNCTION core.refuse_change_of_sealed();

CREATE TABLE qistas.exports (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    version_id  uuid NOT NULL,
    project_id  uuid NOT NULL,
    format      text NOT NULL,
    options     jsonb NOT NULL DEFAULT '{}',
    state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    rows        bigint NOT NULL DEFAULT 0,
    bytes       bigint NOT NULL DEFAULT 0,
    sha256      bytea,
    blob_path   text,
    file_name   text,
    detail      text NOT NULL DEFAULT '',
    created_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, version_id) REFERENCES qistas.dataset_versions
);
CREATE INDEX exports_of_version ON qistas.exports (tenant_id, version_id);
CALL core.protect('qistas.exports', 'SELECT, INSERT, UPDATE');

RESET ROLE;
