"""Statements that are algorithms live in files of their own: `<package>/sql/<name>.sql`, with a header that says why."""

import re
from functools import cache
from importlib import resources

_FOR_READERS = re.compile(r"^\s*--.*\n|^[ ]+", re.MULTILINE)


@cache
def read_statement(package: str, name: str, **numbers: int) -> str:
    """The text of `sql/<name>.sql` of `package` (a dotted name).

    `numbers` are written in for `@name`: a plan that is kept must know its limits, which as parameters it could only guess.
    Comments and indentation are for readers of the file and are left out: the driver translates a short statement once and
    keeps it, a long one (4,096 characters) each time.
    """
    text = resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    text = _FOR_READERS.sub("", text)
    for name, number in numbers.items():
        text = text.replace(f"@{name}", str(int(number)))
    return text
