"""Trust: who may do what (`grants`), and the record of what was done (`log`)."""

from .grants import Permission, may, permissions_of, require, role_in
from .log import Act, record

__all__ = ["Act", "Permission", "may", "permissions_of", "record", "require", "role_in"]
