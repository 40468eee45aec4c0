-- Scores by gold that was removed (planted wrongly, or grown old) stay on record and count for nobody; an item planted anew is scored anew.
SET ROLE qistas_owner;

GRANT UPDATE ON qistas.gold_scores TO qistas_app, qistas_system;

CREATE VIEW qistas.scores_that_count WITH (security_invoker = true) AS
SELECT s.tenant_id, s.annotation_id, s.question, s.gold_id, s.project_id, s.annotator_id, s.score
  FROM qistas.gold_scores s JOIN qistas.gold g ON g.tenant_id = s.tenant_id AND g.id = s.gold_id AND g.removed_at IS NULL;
GRANT SELECT ON qistas.scores_that_count TO qistas_app, qistas_system;

RESET ROLE;
