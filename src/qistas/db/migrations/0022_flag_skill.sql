-- Low skill is flagged with its evidence, and a person decides: keep, pause in this project, or dismiss. The machine raises flags, freshens
-- the evidence of those still open, and takes back those whose evidence is gone; it never does anything to a person.
SET ROLE qistas_owner;

CREATE TABLE qistas.skill_flags (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL DEFAULT uuidv7(),
    project_id    uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    code          text NOT NULL CHECK (code IN ('low_skill', 'low_gold')),
    question      text NOT NULL DEFAULT '',
    evidence      jsonb NOT NULL,
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'paused', 'dismissed')),
    raised_at     timestamptz NOT NULL DEFAULT now(),
    note          text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
    resolved_by   uuid,
    resolved_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members ON DELETE CASCADE,
    CHECK ((state = 'open') = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX skill_flags_open ON qistas.skill_flags (tenant_id, project_id, annotator_id, code, question) WHERE state = 'open';
CREATE INDEX skill_flags_of_project ON qistas.skill_flags (tenant_id, project_id, annotator_id, id DESC);
CALL core.protect('qistas.skill_flags');

-- Who gets no new tasks in a project for now. Read with the principal, so that a claim asks nothing more.
CREATE TABLE qistas.annotator_pauses (
    tenant_id   uuid NOT NULL,
    project_id  uuid NOT NULL,
    member_id   uuid NOT NULL,
    paused_by   uuid,
    paused_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, member_id, project_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, member_id) REFERENCES qistas.members ON DELETE CASCADE
);
CALL core.protect('qistas.annotator_pauses');

RESET ROLE;
