"""A place at fault on the wire, the same wherever one is told."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from qistas.core.errors import Fault


class FaultSent(BaseModel):
    """One place at fault. `code` (may be empty) and `params` say the same as `message` and `remedy`, to be told in any language."""

    model_config = ConfigDict(from_attributes=True)

    where: str
    message: str
    remedy: str
    code: str
    params: dict[str, str | int]


def fault_sent(fault: Fault) -> dict[str, Any]:
    """A fault as plain values."""
    return {
        "where": fault.where,
        "message": fault.message,
        "remedy": fault.remedy,
        "code": fault.code,
        "params": dict(fault.params),
    }
