"""A table as a workbook (Office Open XML), written as it is read.

A file of separated values opens in one column where the separator of the reader's country is another, and there is none that is
right everywhere; a workbook opens the same in every program, and a cell of it is a text and never a formula.
"""

import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from html import escape
from typing import IO, cast

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576  # that the programs open
MOST_LETTERS = 32_000  # of a cell

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="{_KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
    f'Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_SPACE}"><fonts count="2"><font/><font><b/></font></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf><alignment vertical="top" '
    'wrapText="1"/></xf><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>',
}
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # which the programs would read as a character


async def workbook(
    title: str,
    headings: Sequence[str],
    rows: AsyncIterator[Sequence[Sequence[str | int]]],
    *,
    widths: Sequence[int],
    from_right: bool = False,
) -> AsyncIterator[bytes]:
    """The bytes of a workbook of one sheet, whose first row stays in sight. Rows that no program would open are left out."""
    out = _Out()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_DEFLATED) as file:
        book = f'<workbook xmlns="{_SPACE}" xmlns:r="{_OFFICE}"><sheets><sheet name="{escape(title)}" sheetId="1" r:id="r1"/></sheets></workbook>'
        for name, text in {**_FIXED, "xl/workbook.xml": book}.items():
            file.writestr(name, _HEAD + text)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            right = ' rightToLeft="1"' if from_right else ""
            columns = "".join(
                f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
                for n, width in enumerate(widths, 1)
            )
            sheet.write(
                f'{_HEAD}<worksheet xmlns="{_SPACE}"><sheetViews><sheetView workbookViewId="0"{right}><pane ySplit="1" topLeftCell="A2" '
                f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>'.encode()
            )
            sheet.write(_row(headings, 1))
            left = MOST_ROWS - 1
            async for some in rows:
                sheet.write(b"".join(_row(row, 0) for row in some[:left]))
                left -= len(some[:left])
                yield out.take()
            sheet.write(b"</sheetData></worksheet>")
    yield out.take()


def _row(cells: Sequence[str | int], style: int) -> bytes:
    return ("<row>" + "".join(_cell(cell, style) for cell in cells) + "</row>").encode()


def _cell(value: str | int, style: int) -> str:
    if isinstance(value, int):
        return f'<c s="{style}"><v>{value}</v></c>'
    text = escape(_ESCAPE.sub("_x005F_", _NOT_XML.sub("\ufffd", value[:MOST_LETTERS])), quote=False)
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


class _Out:
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        """Everything since the last time."""
        held, self._held = b"".join(self._held), []
        return held
