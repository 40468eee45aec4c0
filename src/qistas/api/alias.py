"""Aliases: the ids of items and tasks as those see them who may not see items at large.

Ids are numbered in the order of import, and so is work offered: an id out of that order would be gold. So whoever only
annotates is given other ids, each member their own, which tell nothing; and no ids of the project's own.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from qistas.api.deps import Parts
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.trust import Permission, may

ROUNDS = 4  # of a Feistel network: with four, one who does not know the key cannot tell it from chance (Luby & Rackoff 1988)


@dataclass(frozen=True, slots=True)
class Aliases:
    """Both ways between an id and its alias, under a member's key; without one, ids are as they are."""

    key: bytes | None

    def of(self, real: UUID) -> UUID:
        """The alias of an id."""
        if self.key is None:
            return real
        left, right = real.bytes[:8], real.bytes[8:]
        for number in range(ROUNDS):
            left, right = right, _xor(left, self._mixed(number, right))
        return UUID(bytes=left + right)

    def real(self, alias: UUID) -> UUID:
        """The id behind an alias."""
        if self.key is None:
            return alias
        left, right = alias.bytes[:8], alias.bytes[8:]
        for number in reversed(range(ROUNDS)):
            left, right = _xor(right, self._mixed(number, left)), left
        return UUID(bytes=left + right)

    def item(self, real: UUID, data: dict[str, Any], external_id: str | None) -> dict[str, Any]:
        """An item as it is sent: its id, its data with the addresses of its images, and the project's own id for it."""
        if self.key is None:
            return {"id": real, "data": data, "external_id": external_id}
        alias = self.of(real)
        return {
            "id": alias,
            "data": {name: _renamed(value, str(real), str(alias)) for name, value in data.items()},
            "external_id": None,
        }

    def _mixed(self, number: int, half: bytes) -> bytes:
        assert self.key is not None
        return blake2b(half, digest_size=8, key=self.key, salt=bytes([number])).digest()


def aliases_for(parts: Parts, who: Principal, project_id: UUID) -> Aliases:
    """What ids this principal is given in this project."""
    if may(who, Permission.ITEM_VIEW, ProjectId(project_id)):
        return Aliases(None)
    secret = parts.db.address.context_key
    return Aliases(blake2b(who.member_id.bytes, key=secret[:64], person=b"qistas alias").digest())


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(8, "big")


def _renamed(value: Any, real: str, alias: str) -> Any:
    """An image with the address that its item has under the alias; anything else as it is."""
    if isinstance(value, dict) and isinstance(value.get("url"), str):  # pyright: ignore[reportUnknownMemberType]
        return {**value, "url": value["url"].replace(f"/items/{real}/media/", f"/items/{alias}/media/", 1)}
    return value  # pyright: ignore[reportUnknownVariableType]
