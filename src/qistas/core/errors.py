"""One tree of errors, named for outcomes.

Every error has a stable `code`, a category that the doors map to their own numbers (HTTP status, exit code),
a `detail` sentence that says what to do, and places at fault (`where`, `message`, `remedy`).

    QistasError
    ├── Invalid       what was sent is wrong           (says where, and the remedy)
    ├── Unknown       who asks is not known             (sign in)
    ├── Forbidden     known, but may not
    ├── Missing       not there, or not yours: the same answer
    ├── Conflict      right in itself, but not now
    ├── Exhausted     a limit was reached
    └── Unavailable   a part we need does not answer; try again
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar


class Category(Enum):
    """What kind of outcome an error is."""

    INVALID = "invalid"
    UNKNOWN = "unknown"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    CONFLICT = "conflict"
    EXHAUSTED = "exhausted"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One place at fault: where it is, what is wrong, and what would put it right.

    `code` and `params` say the same for a program that tells it in another language; the sentence is what holds without one.
    """

    where: str
    message: str
    remedy: str = ""
    code: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict[str, str | int], compare=False)


class QistasError(Exception):
    """The root. `detail` is a sentence for people; `faults` name places."""

    code: ClassVar[str] = "error"
    category: ClassVar[Category] = Category.INVALID

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)

    def __str__(self) -> str:
        lines = [self.detail]
        lines += [f"  {f.where}: {f.message}" + (f" {f.remedy}" if f.remedy else "") for f in self.faults]
        return "\n".join(lines)


class Invalid(QistasError):
    """What was sent is wrong."""

    code = "invalid"
    category = Category.INVALID


class OntologyInvalid(Invalid):
    """An ontology document that cannot be published."""

    code = "ontology_invalid"


class AnswerInvalid(Invalid):
    """An answer that does not fit its ontology version."""

    code = "answer_invalid"


class FileInvalid(Invalid):
    """A file that cannot be read as what it says it is."""

    code = "file_invalid"


class FileExpands(FileInvalid):
    """A file that says little and unfolds to more than is taken."""

    code = "file_expands"


class SelectionInvalid(Invalid):
    """A dataset selection that asks for what is not there."""

    code = "selection_invalid"


class SelectionEmpty(SelectionInvalid):
    """A selection that no item fits."""

    code = "selection_empty"


class Unknown(QistasError):
    """Nobody is signed in, or the credential is not valid."""

    code = "not_signed_in"
    category = Category.UNKNOWN


class LinkGone(Unknown):
    """A sign-in link that was used already, or is too old."""

    code = "link_gone"


class CredentialsWrong(Unknown):
    """Sign-in failed; the same answer whether the person exists or not."""

    code = "credentials_wrong"


class Forbidden(QistasError):
    """The principal is known and may not do this."""

    code = "forbidden"
    category = Category.FORBIDDEN


class CrossSite(Forbidden):
    """An unsafe request that did not come from our own pages."""

    code = "cross_site"


class Missing(QistasError):
    """It is not there, or it is not yours: the two look alike."""

    code = "not_found"
    category = Category.MISSING

    def __init__(
        self, detail: str = "There is nothing here by that id.", faults: Sequence[Fault] = ()
    ) -> None:
        super().__init__(detail, faults)


class Conflict(QistasError):
    """Right in itself, but it does not fit what is there now."""

    code = "conflict"
    category = Category.CONFLICT


class OntologyBreaks(Conflict):
    """A change of ontology that stored answers do not survive."""

    code = "ontology_breaks"


class FileDamaged(Conflict):
    """A stored file is not what was put there: its hash differs."""

    code = "file_damaged"


class LeaseGone(Conflict):
    """The lease is no longer live."""

    code = "lease_gone"


class KeyReused(Conflict):
    """The same client key came with another answer."""

    code = "key_reused"


class FolderInUse(Conflict):
    """Another server runs on this data folder."""

    code = "folder_in_use"


class Exhausted(QistasError):
    """A limit was reached; wait or ask for less."""

    code = "too_many"
    category = Category.EXHAUSTED

    def __init__(self, detail: str, faults: Sequence[Fault] = (), *, retry_after: int = 2) -> None:
        super().__init__(detail, faults)
        self.retry_after = retry_after


class Unavailable(QistasError):
    """A part we need does not answer just now; nothing was lost, try again."""

    code = "unavailable"
    category = Category.UNAVAILABLE


class StorageFull(Unavailable):
    """No space is left where it would be stored; nothing was stored by halves."""

    code = "storage_full"
