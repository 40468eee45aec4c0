-- What a full run of inference learnt about the annotators of a question, so that every later answer is judged under it: the
-- arrays of `Learnt` as an npz file, and the annotators (sixteen bytes each) in the order of their codes. One row a question; a
-- new version takes the place of the old in the transaction that begins to swap its consensus in.
SET ROLE qistas_owner;

CREATE TABLE qistas.quality_fits (
    tenant_id    uuid NOT NULL,
    project_id   uuid NOT NULL,
    question     text NOT NULL,
    version      uuid NOT NULL DEFAULT uuidv7(),
    method       text NOT NULL,
    annotators   bytea NOT NULL,
    learnt       bytea NOT NULL,
    computed_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, project_id, question),
    FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects
);
CALL core.protect('qistas.quality_fits');

RESET ROLE;
