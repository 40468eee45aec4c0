"""Where the database is, for each of its roles."""

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

DATABASE = "qistas"
APP_ROLE = "qistas_app"
SYSTEM_ROLE = "qistas_system"
OWNER_ROLE = "qistas_owner"


@dataclass(frozen=True, slots=True)
class Address:
    """Connection strings: `admin` migrates, `app` serves tenants, `system` crosses them with a reason.

    `context_key` signs the context of each transaction (see core.ctx_parts in the migrations). `embedded` is the
    folder of the embedded cluster, or None for a server of somebody's own.
    """

    admin: str
    app: str
    system: str
    context_key: bytes
    embedded: Path | None = None

    def password(self, role: str) -> str:
        """The password of a login role: derived, so that it is never stored (not used with the embedded server)."""
        return hmac.new(self.context_key, f"password:{role}".encode(), hashlib.sha256).hexdigest()


def open_address(
    admin_url: str, context_key: bytes, *, database: str | None = None, embedded: Path | None = None
) -> Address:
    """The addresses of the three roles, from the administrator's URL.

    The embedded server knows people by their operating-system user (`peer`), so no password is involved there.
    """
    parts = conninfo_to_dict(admin_url)
    if database:
        parts["dbname"] = database
    admin = make_conninfo("", **parts)
    draft = Address(admin, "", "", context_key, embedded)

    def login(role: str) -> str:
        mine = {**parts, "user": role}
        mine.pop("password", None)
        if embedded is None:
            mine["password"] = draft.password(role)
        return make_conninfo("", **mine)

    return Address(admin, login(APP_ROLE), login(SYSTEM_ROLE), context_key, embedded)
