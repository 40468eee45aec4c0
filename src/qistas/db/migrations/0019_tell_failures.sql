-- Work that ends badly says why by a stable code beside its sentence, so that a person reads it in their own language. An import that
-- was given up keeps its file until it is tried again.
SET ROLE qistas_owner;

ALTER TABLE qistas.imports
    ADD COLUMN fault text NOT NULL DEFAULT '',
    ADD COLUMN resumable boolean NOT NULL DEFAULT false;
ALTER TABLE qistas.exports ADD COLUMN fault text NOT NULL DEFAULT '';
ALTER TABLE qistas.dataset_versions ADD COLUMN fault text NOT NULL DEFAULT '';

-- What is under way is looked through every minute for work that nobody does any more.
CREATE INDEX imports_under_way ON qistas.imports (tenant_id, id) WHERE state IN ('queued', 'running');
CREATE INDEX exports_under_way ON qistas.exports (tenant_id, id) WHERE state IN ('queued', 'running');
CREATE INDEX versions_under_way ON qistas.dataset_versions (tenant_id, id) WHERE state = 'sealing';

RESET ROLE;
