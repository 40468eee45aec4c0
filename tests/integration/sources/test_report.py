"""The report of refused rows, as programs have it and as people have it."""

import io
import zipfile
from xml.etree import ElementTree

from tests.integration.conftest import Api
from tests.integration.datasets.conftest import TOPIC
from tests.integration.sources.conftest import make_project

from qistas.sources.words import REFUSED, headings

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
RIGHT = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheetView"
DATA = (
    b'{"text": "good"}\n{"text": 5}\n=1+1 _x0041_ & <b>\x01\n{"text": "cut\n'
    + '{"title": "لا"}\n'.encode()
    + b'{"text": ""}\n' * 3_000
)


def sheet_of(book: bytes) -> ElementTree.Element:
    """The one sheet of a workbook, all of whose parts are whole."""
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        assert file.testzip() is None
        for name in file.namelist():
            ElementTree.fromstring(file.read(name))
        return ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))


def cells(sheet: ElementTree.Element) -> list[list[str]]:
    """The texts of its rows."""
    return [
        ["".join(cell.itertext()) for cell in row.findall("m:c", NAMES)]
        for row in sheet.iterfind("m:sheetData/m:row", NAMES)
    ]


async def test_the_report_in_each_form(api: Api) -> None:
    tenant = await api.tenant()
    project = f"/projects/{await make_project(tenant, TOPIC['fields'])}"
    client = await api.client_for(tenant.owner)
    sent = await client.post(f"{project}/imports", files={"file": ("a.jsonl", DATA)})
    assert sent.status_code == 200, sent.text
    assert await api.run_jobs() == ["sources.ingest"]
    at = f"{project}/imports/{sent.json()['id']}/refusals"

    csv = await client.get(at, params={"format": "csv", "language": "ar"})
    assert csv.content.startswith(
        b"\xef\xbb\xbfline,field,code,reason,remedy,raw\r\n2,text,field_type,The field"
    )

    english = await client.get(at, params={"format": "xlsx"})
    assert english.headers["content-disposition"].endswith('.xlsx"')
    sheet = sheet_of(english.content)
    head, *rows = cells(sheet)
    assert tuple(head) == headings("en")
    assert len(rows) == 3_004
    assert [(row[0], row[-1]) for row in rows[:4]] == [
        ("2", "field_type"),
        ("3", "json_invalid"),
        ("4", "json_invalid"),
        ("5", "field_missing"),
    ]
    assert rows[1][4] == "=1+1 _x005F_x0041_ & <b>_x0001_"  # which a program shows as _x0041_
    assert not sheet.findall(".//m:f", NAMES)
    assert next(sheet.iter(RIGHT)).get("rightToLeft") is None

    arabic = sheet_of((await client.get(at, params={"format": "xlsx", "language": "ar"})).content)
    head, *rows = cells(arabic)
    assert tuple(head) == headings("ar")
    assert tuple(rows[0][2:4]) == REFUSED["ar"]["field_type"]
    assert rows[0][4].startswith("The field text is to be a text")
    assert next(arabic.iter(RIGHT)).get("rightToLeft") == "1"

    assert (await client.get(at, params={"format": "xlsx", "language": "xx"})).status_code == 422
    nowhere = at.replace(sent.json()["id"], "00000000-0000-7000-8000-000000000000")
    assert (await client.get(nowhere, params={"format": "xlsx"})).status_code == 404
    async with api.db.tenant_tx(tenant.owner) as tx:
        told = await tx.value(
            "SELECT count(*) FROM outbox WHERE tenant_id = %s AND detail ->> 'what' = 'import.refusals'",
            (tenant.id,),
        )
    assert told == 3
