-- Quality: which items are due for inference, what was inferred, what experts said, gold, and how good annotators are.
SET ROLE qistas_owner;

-- Written by the transaction of an answer, drained by the job quality.infer_consensus.
CREATE TABLE qistas.consensus_due (
    tenant_id   uuid NOT NULL,
    project_id  uuid NOT NULL,
    item_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, project_id, item_id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
) WITH (fillfactor = 70);
CALL core.protect('qistas.consensus_due');

CREATE TABLE qistas.consensus (
    tenant_id    uuid NOT NULL,
    item_id      uuid NOT NULL,
    question     text NOT NULL,
    project_id   uuid NOT NULL,
    value        jsonb NOT NULL,
    confidence   real NOT NULL,
    doubt        real NOT NULL,
    posterior    jsonb,
    support      integer NOT NULL,
    disputed     boolean NOT NULL DEFAULT false,
    method       text NOT NULL,
    inputs       uuid[] NOT NULL,
    computed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, item_id, question),
    FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items
) PARTITION BY HASH (tenant_id);
CALL core.split_by_tenant('qistas.consensus');
CREATE INDEX consensus_by_doubt ON qistas.consensus (tenant_id, project_id, question, doubt DESC, item_id);
CALL core.protect('qistas.consensus');

CREATE TABLE qistas.reviews (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL DEFAULT uuidv7(),
    project_id     uuid NOT NULL,
    item_id        uuid NOT NULL,
    annotation_id  uuid NOT NULL,
    reviewer_id    uuid NOT NULL,
    verdict        text NOT NULL CHECK (verdict IN ('accept', 'correct', 'return')),
    answer         jsonb,
    reason         text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, annotation_id) REFERENCES qistas.annotations,
    FOREIGN KEY (tenant_id, reviewer_id) REFERENCES qistas.members
);
CREATE INDEX reviews_of_item ON qistas.reviews (tenant_id, item_id);
CREATE INDEX reviews_of_annotation ON qistas.reviews (tenant_id, annotation_id);
CALL core.protect('qistas.reviews', 'SELECT, INSERT');

-- An expert's answer outranks consensus and never erases it; a later one outranks an earlier one.
CREATE TABLE qistas.adjudications (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL DEFAULT uuidv7(),
    project_id    uuid NOT NULL,
    item_id       uuid NOT NULL,
    ontology_version integer NOT NULL,
    answer        jsonb NOT NULL,
    reason        text NOT NULL DEFAULT '',
    decided_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items,
    FOREIGN KEY (tenant_id, decided_by) REFERENCES qistas.members
);
CREATE INDEX adjudications_of_item ON qistas.adjudications (tenant_id, item_id, id DESC);
CREATE INDEX adjudications_of_project ON qistas.adjudications (tenant_id, project_id, id);
CALL core.protect('qistas.adjudications', 'SELECT, INSERT');

-- A reviewer's lease on an item to review, so that two reviewers do not meet on it.
CREATE TABLE qistas.review_leases (
    tenant_id    uuid NOT NULL,
    item_id      uuid NOT NULL,
    project_id   uuid NOT NULL,
    reviewer_id  uuid NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, item_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items,
    FOREIGN KEY (tenant_id, reviewer_id) REFERENCES qistas.members
);
CALL core.protect('qistas.review_leases');

CREATE TABLE qistas.gold (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    project_id  uuid NOT NULL,
    item_id     uuid NOT NULL,
    answer      jsonb NOT NULL,
    planted_by  uuid,
    planted_at  timestamptz NOT NULL DEFAULT now(),
    removed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES qistas.items
);
CREATE UNIQUE INDEX gold_once ON qistas.gold (tenant_id, project_id, item_id) WHERE removed_at IS NULL;
CALL core.protect('qistas.gold', 'SELECT, INSERT, UPDATE');

CREATE TABLE qistas.gold_scores (
    tenant_id      uuid NOT NULL,
    annotation_id  uuid NOT NULL,
    question       text NOT NULL,
    gold_id        uuid NOT NULL,
    project_id     uuid NOT NULL,
    annotator_id   uuid NOT NULL,
    score          real NOT NULL CHECK (score BETWEEN 0 AND 1),
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, annotation_id, question),
    FOREIGN KEY (tenant_id, annotation_id) REFERENCES qistas.annotations,
    FOREIGN KEY (tenant_id, gold_id) REFERENCES qistas.gold
);
CREATE INDEX gold_scores_of_annotator ON qistas.gold_scores (tenant_id, project_id, annotator_id);
CALL core.protect('qistas.gold_scores', 'SELECT, INSERT');

CREATE TABLE qistas.annotator_skills (
    tenant_id     uuid NOT NULL,
    project_id    uuid NOT NULL,
    annotator_id  uuid NOT NULL,
    question      text NOT NULL,
    value         real NOT NULL,
    low           real NOT NULL,
    high          real NOT NULL,
    answers       integer NOT NULL,
    detail        jsonb NOT NULL DEFAULT '{}',
    computed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, project_id, annotator_id, question),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects,
    FOREIGN KEY (tenant_id, annotator_id) REFERENCES qistas.members
);
CALL core.protect('qistas.annotator_skills');

CREATE TABLE qistas.question_summaries (
    tenant_id    uuid NOT NULL,
    project_id   uuid NOT NULL,
    question     text NOT NULL,
    summary      jsonb NOT NULL,
    computed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, project_id, question),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
);
CALL core.protect('qistas.question_summaries');

RESET ROLE;
