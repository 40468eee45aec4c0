-- An annotator who changes an answer to gold is measured by the last one alone; the score of the earlier one stays on record.
SET ROLE qistas_owner;

ALTER TABLE qistas.gold_scores ADD COLUMN superseded boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW qistas.scores_that_count WITH (security_invoker = true) AS
SELECT s.tenant_id, s.annotation_id, s.question, s.gold_id, s.project_id, s.annotator_id, s.score
  FROM qistas.gold_scores s JOIN qistas.gold g ON g.tenant_id = s.tenant_id AND g.id = s.gold_id AND g.removed_at IS NULL
 WHERE NOT s.superseded;

RESET ROLE;
