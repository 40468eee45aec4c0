-- How many items are in doubt stands beside every project: count what is disputed and not settled without walking the rest.
CREATE INDEX consensus_disputed ON qistas.consensus (tenant_id, project_id, item_id) WHERE disputed AND NOT settled;
