-- What an annotator has given back, or let run out: gold among it comes again, as work does, so that nobody can tell them apart.
SET ROLE qistas_owner;
CREATE INDEX leases_given_back ON qistas.leases (tenant_id, annotator_id, project_id) WHERE state IN ('released', 'expired');
RESET ROLE;
