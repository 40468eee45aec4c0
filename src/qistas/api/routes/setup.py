"""What anybody may know: the version, and whether there is an owner yet."""

from importlib import metadata

from fastapi import APIRouter, Request

from qistas.api.deps import PartsDep, who_asks
from qistas.api.wire.people import SetupSent
from qistas.core.errors import QistasError
from qistas.workforce import needs_owner

router = APIRouter(tags=["session"])


@router.get("/setup", summary="State of this installation, for all", response_model=SetupSent)
async def setup(parts: PartsDep, request: Request) -> SetupSent:
    """What the first page needs before anybody is signed in."""
    try:
        await who_asks(request)
        signed_in = True
    except QistasError as error:
        if error.code == "unavailable":
            raise
        signed_in = False
    return SetupSent(
        version=metadata.version("qistas"), signed_in=signed_in, needs_owner=await needs_owner(parts.db)
    )
