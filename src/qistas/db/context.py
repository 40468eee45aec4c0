"""The signed context of a transaction: who acts for which tenant and why (verified by core.ctx_parts in SQL)."""

import hashlib
import hmac
import time
from uuid import UUID

from qistas.core.principal import check_purpose

LIFETIME_SECONDS = 60
_BLOCK = 64


def key_id(key: bytes) -> int:
    """The number a context key is known by in core.context_keys (31 bits of its hash)."""
    return int.from_bytes(hashlib.sha256(b"kid:" + key).digest()[:4], "big") & 0x7FFFFFFF


def key_pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer padded keys of HMAC-SHA256 (RFC 2104), for the database to verify with."""
    block = key.ljust(_BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def sign_context(
    key: bytes, tenant_id: UUID | None, principal: UUID | None, purpose: str, backend: int
) -> str:
    """`v2|tenant|principal|purpose|expires|kid|backend|hmac`; no tenant means a system context whose purpose is its reason.

    `backend`: the process id of the one session of the database in which it is good.
    """
    expires = int(time.time()) + LIFETIME_SECONDS
    body = f"v2|{tenant_id or '*'}|{principal or 'system'}|{check_purpose(purpose)}|{expires}|{key_id(key)}|{backend}"
    return f"{body}|{hmac.new(key, body.encode(), hashlib.sha256).hexdigest()}"
