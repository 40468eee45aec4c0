"""People: who they are, how they sign in, what they belong to, and the credentials that stand for them."""

from .issue_token import IssuedToken, issue_token, make_service_token
from .link import make_link
from .owner import ensure_owner, needs_owner
from .resolve import principal_of_person, resolve_session, resolve_token

__all__ = [
    "IssuedToken",
    "ensure_owner",
    "issue_token",
    "make_link",
    "make_service_token",
    "needs_owner",
    "principal_of_person",
    "resolve_session",
    "resolve_token",
]
