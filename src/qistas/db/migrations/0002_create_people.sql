-- People and their credentials. `identity` belongs to no tenant: a person may be a member of several, and only
-- the system role, with a reason, may look there. What a tenant needs to know of its members is in qistas.members.
SET ROLE qistas_owner;

CREATE TABLE identity.persons (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    email          text UNIQUE CHECK (email = lower(email) AND length(email) <= 320),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    password_hash  text,
    language       text NOT NULL DEFAULT 'en',
    theme          text NOT NULL DEFAULT 'auto',
    keymap         jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    disabled_at    timestamptz
);

CREATE TABLE identity.sessions (
    id_hash      bytea PRIMARY KEY,
    person_id    uuid NOT NULL REFERENCES identity.persons,
    tenant_id    uuid NOT NULL REFERENCES qistas.tenants,
    created_at   timestamptz NOT NULL DEFAULT now(),
    idle_until   timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE INDEX sessions_of_person ON identity.sessions (person_id);

CREATE TABLE identity.api_tokens (
    hash         bytea PRIMARY KEY,
    id           uuid NOT NULL UNIQUE DEFAULT uuidv7(),
    tenant_id    uuid NOT NULL REFERENCES qistas.tenants,
    member_id    uuid NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    hint         text NOT NULL,
    scopes       text[] NOT NULL,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    last_used_on date,
    revoked_at   timestamptz
);
CREATE INDEX api_tokens_of_tenant ON identity.api_tokens (tenant_id, id);

CREATE TABLE identity.invitations (
    hash        bytea PRIMARY KEY,
    id          uuid NOT NULL UNIQUE DEFAULT uuidv7(),
    tenant_id   uuid NOT NULL REFERENCES qistas.tenants,
    project_id  uuid,
    role        text NOT NULL CHECK (role IN ('owner', 'manager', 'reviewer', 'annotator', 'viewer')),
    email       text,
    created_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    used_by     uuid,
    revoked_at  timestamptz
);
CREATE INDEX invitations_of_tenant ON identity.invitations (tenant_id, id);

-- One-time sign-in links: printed by the machine that holds the data folder, or sent to a person.
CREATE TABLE identity.links (
    hash        bytea PRIMARY KEY,
    person_id   uuid NOT NULL REFERENCES identity.persons,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);

-- Failed sign-ins per account and per address, to slow guessing without locking anybody out.
CREATE TABLE identity.throttle (
    key         text PRIMARY KEY,
    failures    integer NOT NULL,
    free_at     timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO qistas_system;

CREATE TABLE qistas.members (
    tenant_id   uuid NOT NULL REFERENCES qistas.tenants,
    id          uuid NOT NULL DEFAULT uuidv7(),
    person_id   uuid,
    kind        text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service', 'model')),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    email       text,
    role        text NOT NULL CHECK (role IN ('owner', 'manager', 'reviewer', 'annotator', 'viewer')),
    joined_at   timestamptz NOT NULL DEFAULT now(),
    left_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, person_id),
    CHECK ((kind = 'person') = (person_id IS NOT NULL))
);
CREATE INDEX members_of_person ON qistas.members (person_id) WHERE person_id IS NOT NULL;
CALL core.protect('qistas.members');

CREATE TABLE qistas.groups (
    tenant_id  uuid NOT NULL REFERENCES qistas.tenants,
    id         uuid NOT NULL DEFAULT uuidv7(),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CALL core.protect('qistas.groups');

CREATE TABLE qistas.group_members (
    tenant_id  uuid NOT NULL,
    group_id   uuid NOT NULL,
    member_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, group_id, member_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES qistas.groups ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, member_id) REFERENCES qistas.members ON DELETE CASCADE
);
CREATE INDEX group_members_of_member ON qistas.group_members (tenant_id, member_id);
CALL core.protect('qistas.group_members');

RESET ROLE;
