"""People: who they are, how they sign in, what they belong to, and the credentials that stand for them."""

from .find_project import find_project
from .group import change_group, drop_group, list_groups, make_group
from .invite import (
    MadeInvitation,
    accept_invitation,
    invite,
    list_invitations,
    look_at_invitation,
    withdraw_invitation,
)
from .issue_token import IssuedToken, end_token, issue_token, list_tokens, make_service_token, revoke_token
from .link import make_link
from .me import change_me, me
from .members import change_role, list_members, remove_member
from .owner import ensure_owner, needs_owner
from .password import set_password
from .resolve import principal_of_person, resolve_or_rotate, resolve_session, resolve_token
from .sign_in import move_session, sign_in, sign_in_by_link, sign_out
from .types import (
    ApiToken,
    Group,
    Invitation,
    InvitationLook,
    Me,
    Member,
    Membership,
    OpenedSession,
    ProjectRole,
    SessionLimits,
)

__all__ = [
    "ApiToken",
    "Group",
    "Invitation",
    "InvitationLook",
    "IssuedToken",
    "MadeInvitation",
    "Me",
    "Member",
    "Membership",
    "OpenedSession",
    "ProjectRole",
    "SessionLimits",
    "accept_invitation",
    "change_group",
    "change_me",
    "change_role",
    "drop_group",
    "end_token",
    "ensure_owner",
    "find_project",
    "invite",
    "issue_token",
    "list_groups",
    "list_invitations",
    "list_members",
    "list_tokens",
    "look_at_invitation",
    "make_group",
    "make_link",
    "make_service_token",
    "me",
    "move_session",
    "needs_owner",
    "principal_of_person",
    "remove_member",
    "resolve_or_rotate",
    "resolve_session",
    "resolve_token",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "withdraw_invitation",
]
