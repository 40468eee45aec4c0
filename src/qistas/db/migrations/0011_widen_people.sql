-- People who belong to single projects only, and sessions that change their id when what they may do changes.
SET ROLE qistas_owner;

-- A guest may do nothing tenant-wide: what a guest holds is in project_roles.
ALTER TABLE qistas.members DROP CONSTRAINT members_role_check;
ALTER TABLE qistas.members ADD CONSTRAINT members_role_check
    CHECK (role IN ('owner', 'manager', 'reviewer', 'annotator', 'viewer', 'guest'));

-- `rotate`: give this session a new id at its next request. `opened_by` a link lets a person set a forgotten password.
ALTER TABLE identity.sessions
    ADD COLUMN rotate boolean NOT NULL DEFAULT false,
    ADD COLUMN opened_by text NOT NULL DEFAULT 'password' CHECK (opened_by IN ('password', 'link', 'invitation'));
CREATE INDEX api_tokens_of_member ON identity.api_tokens (tenant_id, member_id) WHERE revoked_at IS NULL;
CREATE INDEX invitations_open ON identity.invitations (expires_at) WHERE used_at IS NULL AND revoked_at IS NULL;

RESET ROLE;
