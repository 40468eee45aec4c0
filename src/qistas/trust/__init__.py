"""Trust: who may do what (`grants`), and the record of what was done (`log`)."""

from .grants import (
    Permission,
    has_role,
    includes,
    known_scopes,
    may,
    may_grant,
    permissions_of,
    projects_seen,
    require,
    role_in,
)
from .log import Act, record, record_for

__all__ = [
    "Act",
    "Permission",
    "has_role",
    "includes",
    "known_scopes",
    "may",
    "may_grant",
    "permissions_of",
    "projects_seen",
    "record",
    "record_for",
    "require",
    "role_in",
]
