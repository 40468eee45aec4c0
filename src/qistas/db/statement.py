"""Statements that are algorithms live in files of their own: `<package>/sql/<name>.sql`, with a header that says why."""

from functools import cache
from importlib import resources


@cache
def read_statement(package: str, name: str) -> str:
    """The text of `sql/<name>.sql` of `package` (a dotted name)."""
    return resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
