"""Statements that are algorithms live in files of their own: `<package>/sql/<name>.sql`, with a header that says why."""

from functools import cache
from importlib import resources


@cache
def read_statement(package: str, name: str, **numbers: int) -> str:
    """The text of `sql/<name>.sql` of `package` (a dotted name).

    `numbers` are written in for `@name`: a plan that is kept must know its limits, which as parameters it could only guess.
    """
    text = resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    for name, number in numbers.items():
        text = text.replace(f"@{name}", str(int(number)))
    return text
