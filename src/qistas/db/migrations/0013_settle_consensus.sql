-- Whether an expert has looked at an inferred answer since the last annotation: reviewed and accepted, or adjudicated.
-- The review queue walks what is not settled, most doubtful first.
ALTER TABLE qistas.consensus ADD COLUMN settled boolean NOT NULL DEFAULT false;
CREATE INDEX consensus_to_review ON qistas.consensus (tenant_id, project_id, question, doubt DESC, item_id) WHERE NOT settled;
