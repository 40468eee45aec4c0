"""The database: the embedded server, its roles, the two doors (`tenant_tx`, `system_tx`) and the migrations."""

from .address import Address, open_address
from .statement import read_statement
from .tx import Database, Tx

__all__ = ["Address", "Database", "Tx", "open_address", "read_statement"]
