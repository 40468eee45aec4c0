-- Lists filtered by state read their page and nothing else, however large the project is and however rare the state.
SET ROLE qistas_owner;

CREATE INDEX tasks_by_state ON qistas.tasks (tenant_id, project_id, state, id);
DROP INDEX qistas.tasks_of_project; -- a list of all states merges the five

-- The stage of an item is that of its task: done, started (somebody has answered), or open. `sources.store` asks in these words.
CREATE INDEX tasks_by_stage ON qistas.tasks (
    tenant_id, project_id, (CASE WHEN state = 'done' THEN 'done' WHEN answers > 0 THEN 'started' ELSE 'open' END), item_id
) WHERE purpose IN ('work', 'gold');
CREATE INDEX items_withdrawn ON qistas.items (tenant_id, project_id, id) WHERE withdrawn_at IS NOT NULL;

RESET ROLE;
