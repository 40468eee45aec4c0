"""What people are told when work was given up: a stable code, and a sentence with the remedy."""

from dataclasses import dataclass

from qistas.core.errors import QistasError

AGAIN = "Try again; if it ends like this once more, the server's log says why."


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Why work ended unfinished. `fault`: `gave_up` or `work_lost`."""

    fault: str
    detail: str


def given_up(what: str, error: BaseException) -> GivenUp:
    """A job has used up its tries, or its error says that trying again cannot help. `what`: "The import", …

    Only an error of ours is quoted: what another says is for the log.
    """
    cause = f" The last fault: {error.detail}" if isinstance(error, QistasError) else ""
    return GivenUp("gave_up", f"{what} failed each time it was tried and was given up.{cause} {AGAIN}")


def lost(what: str) -> GivenUp:
    """Nobody does the work any more: its workers died on it, or its job was removed."""
    return GivenUp("work_lost", f"{what} was broken off and nobody works on it any more. {AGAIN}")
