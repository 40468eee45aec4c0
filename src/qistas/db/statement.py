"""Statements that are algorithms live in files of their own: `<package>/sql/<name>.sql`, with a header that says why."""

import re
from functools import cache, lru_cache
from importlib import resources

DRIVER_KEEPS = 4096  # characters; of a longer statement psycopg keeps no translation
_FOR_READERS = re.compile(r"^\s*--.*\n|^[ ]+", re.MULTILINE)
_PARAMETER = re.compile(r"%(?:%|\((\w+)\)s)")


@cache
def read_statement(package: str, name: str, **numbers: int) -> str:
    """The text of `sql/<name>.sql` of `package` (a dotted name).

    `numbers` are written in for `@name`: a plan that is kept must know its limits, which as parameters it could only guess.
    Comments and indentation are for readers of the file and are left out.
    """
    text = resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    text = _FOR_READERS.sub("", text)
    for name, number in numbers.items():
        text = text.replace(f"@{name}", str(int(number)))
    return text


@lru_cache(maxsize=256)
def number_parameters(sql: str) -> tuple[str, tuple[str, ...]]:
    """`%(name)s` as `$1`, `$2` … as PostgreSQL itself has it, and the names in that order; `%%` as `%`."""
    places: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else f"${places.setdefault(name, len(places) + 1)}"

    return _PARAMETER.sub(numbered, sql), tuple(places)
