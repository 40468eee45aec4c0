"""A table as a workbook (Office Open XML).

A file of separated values opens in one column where the separator of the reader's country is another, and there is none that is
right everywhere; a workbook opens the same in every program, and a cell of it is a text and never a formula.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence

from xlsxwriter import Workbook

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576  # that the programs open
MOST_LETTERS = 32_000  # of a cell
PART_BYTES = 1 << 20


async def workbook(
    title: str,
    headings: Sequence[str],
    rows: AsyncIterator[Sequence[Sequence[str | int]]],
    *,
    widths: Sequence[int],
    from_right: bool = False,
) -> AsyncIterator[bytes]:
    """The bytes of a workbook of one sheet, whose first row stays in sight. Rows that no program would open are left out.

    It is written to a file first, row by row: memory does not grow with the rows.
    """
    with tempfile.TemporaryDirectory(prefix="qistas-workbook-") as folder, tempfile.TemporaryFile() as file:
        book = Workbook(file, {"constant_memory": True, "use_zip64": True, "tmpdir": folder})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(title)
        if from_right:
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        for at, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, heading, book.add_format({"bold": True}))

        def write(some: Sequence[Sequence[str | int]], first: int) -> None:
            for row, cells in enumerate(some, first):
                for at, cell in enumerate(cells):
                    if isinstance(cell, int):
                        sheet.write_number(row, at, cell, plain)
                    else:
                        sheet.write_string(row, at, cell[:MOST_LETTERS], plain)

        written = 1
        async for some in rows:
            kept = some[: MOST_ROWS - written]
            await asyncio.to_thread(write, kept, written)
            written += len(kept)
        await asyncio.to_thread(book.close)
        file.seek(0)
        while part := await asyncio.to_thread(file.read, PART_BYTES):
            yield part
