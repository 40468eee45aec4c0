-- That a task's item is there, in its tenant and project, is checked for all tasks of a statement together. A foreign key looks for each
-- row by itself, and locks the item besides: an eighth of what an import costs the database. Nothing is given up: no role may
-- delete an item (0004), and who is above roles is refused while a task is of it, as the key refused them.
SET ROLE qistas_owner;

-- By index, row by row, however large the table of items is: the new tasks are few beside it.
CREATE FUNCTION core.check_new_tasks() RETURNS trigger LANGUAGE plpgsql
    SET search_path = qistas, core, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f WHERE NOT EXISTS (
            SELECT FROM items i WHERE i.tenant_id = f.tenant_id AND i.project_id = f.project_id AND i.id = f.item_id)) THEN
        RAISE EXCEPTION 'a task of an item that is not in its project' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION core.check_moved_task() RETURNS trigger LANGUAGE plpgsql SET search_path = qistas, core, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM items i WHERE i.tenant_id = NEW.tenant_id AND i.project_id = NEW.project_id AND i.id = NEW.item_id) THEN
        RAISE EXCEPTION 'a task of an item that is not in its project' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION core.keep_items_of_tasks() RETURNS trigger LANGUAGE plpgsql SET search_path = qistas, core, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM tasks t WHERE t.tenant_id = OLD.tenant_id AND t.item_id = OLD.id) THEN
        RAISE EXCEPTION 'the item % has a task', OLD.id USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION core.check_new_tasks(), core.check_moved_task(), core.keep_items_of_tasks() FROM PUBLIC;

CREATE TRIGGER tasks_item AFTER INSERT ON qistas.tasks REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION core.check_new_tasks();
CREATE TRIGGER tasks_item_moved AFTER UPDATE OF tenant_id, project_id, item_id ON qistas.tasks
    FOR EACH ROW EXECUTE FUNCTION core.check_moved_task();
CREATE TRIGGER items_task AFTER DELETE OR UPDATE OF tenant_id, project_id, id ON qistas.items
    FOR EACH ROW EXECUTE FUNCTION core.keep_items_of_tasks();
ALTER TABLE qistas.tasks_p0 DROP CONSTRAINT tasks_item;
ALTER TABLE qistas.tasks_p1 DROP CONSTRAINT tasks_item;
ALTER TABLE qistas.tasks_p2 DROP CONSTRAINT tasks_item;
ALTER TABLE qistas.tasks_p3 DROP CONSTRAINT tasks_item;

RESET ROLE;
