-- A place in the queue's order, as claim.sql keeps it: (-priority, -doubt, age).
CREATE TYPE qistas.queue_place AS (priority integer, doubt real, age bigint);
ALTER TYPE qistas.queue_place OWNER TO qistas_owner;
GRANT USAGE ON TYPE qistas.queue_place TO qistas_app, qistas_system;
