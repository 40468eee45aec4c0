"""The SDK against servers that misbehave: real sockets, faults on purpose."""

import json
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from qistas.core import errors
from qistas.core.errors import (
    Conflict,
    FileInvalid,
    Invalid,
    LeaseGone,
    Missing,
    OntologyBreaks,
    Unavailable,
    Unknown,
)
from qistas.core.ids import uuid7
from qistas.sdk import Client, Progress
from qistas.sdk import transport as transporting
from qistas.sdk.reading import read
from qistas.sdk.types import Claimed, Project

PROJECT = str(uuid7())
Answer = tuple[int, dict[str, str], bytes] | None


class Recorded:
    """A request as it came."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        self.method, self.path, self.headers, self.body = method, path, headers, body


@contextmanager
def server(answer: Callable[[Recorded, int], Answer]) -> Generator[tuple[str, list[Recorded]]]:
    """A server that gives what `answer` says for each request and its number; None breaks the connection."""
    seen: list[Recorded] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.read_body()
            request = Recorded(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            seen.append(request)
            given = answer(request, len(seen))
            self.close_connection = True
            if given is None:
                self.connection.close()
                return
            status, headers, content = given
            self.send_response(status)
            for name, value in {
                "content-length": str(len(content)),
                "connection": "close",
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def read_body(self) -> bytes:
            if self.headers.get("transfer-encoding") == "chunked":
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body
            return self.rfile.read(int(self.headers.get("content-length", 0)))

        def log_message(self, format: str, *args: Any) -> None: ...

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}", seen
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def as_json(value: Any, status: int = 200) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(value).encode()


def problem(status: int, code: str, **more: Any) -> Answer:
    return as_json({"code": code, "detail": "What to do.", "errors": [], "request_id": "", **more}, status)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transporting, "FIRST_WAIT_SECONDS", 0.002)


ANSWER = {"q": {"text": "x"}}
SUBMITTED = {
    "annotation": {
        "id": str(uuid7()),
        "task_id": str(uuid7()),
        "revision": 1,
        "late": False,
        "created_at": "2026-01-01T00:00:00Z",
    },
    "tasks": [],
}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "lease_gone", LeaseGone), (409, "ontology_breaks", OntologyBreaks), (422, "answer_invalid", errors.AnswerInvalid),
        (404, "not_found", Missing), (401, "credentials_wrong", errors.CredentialsWrong), (401, "of_a_newer_server", Unknown),
        (418, "of_a_newer_server", Unavailable), (413, "too_large", Invalid),
    ],
)  # fmt: skip
def test_a_problem_is_the_error_of_its_code(status: int, code: str, kind: type[errors.QistasError]) -> None:
    fault = {"where": "answer.q", "message": "is empty", "remedy": "Fill it."}
    with server(lambda r, n: problem(status, code, errors=[fault])) as (url, _), Client(url, "t") as client:
        with pytest.raises(kind) as found:
            client.me()
        assert type(found.value) is kind
        assert (found.value.detail, found.value.faults[0].where) == ("What to do.", "answer.q")


def test_without_a_token_the_way_to_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QISTAS_TOKEN", raising=False)
    with (
        server(lambda r, n: problem(401, "not_signed_in")) as (url, _),
        Client(url) as client,
        pytest.raises(Unknown, match="QISTAS_TOKEN"),
    ):
        client.me()


def test_what_is_no_qistas_server_is_told() -> None:
    page = 500, {"content-type": "text/html"}, b"<h1>nginx</h1>"
    with (
        server(lambda r, n: page) as (url, _),
        Client(url) as client,
        pytest.raises(Unavailable, match="not as a Qistas server"),
    ):
        client.me()
    with (
        server(lambda r, n: as_json({"hello": 1})) as (url, _),
        Client(url) as client,
        pytest.raises(Unavailable, match="same version"),
    ):
        client.me()
    with pytest.raises(Invalid, match="address of a server"):
        Client("localhost:8787")


@pytest.mark.parametrize("fault", [None, problem(503, "unavailable"), problem(429, "too_many")])
def test_a_read_is_repeated_until_it_is_answered(fault: Answer) -> None:
    with (
        server(lambda r, n: fault if n < 4 else as_json({"rows": [], "next": None})) as (url, seen),
        Client(url) as client,
    ):
        assert client.projects() == []
        assert len(seen) == 4


@pytest.mark.parametrize("fault", [None, problem(503, "unavailable")])
def test_an_answer_is_repeated_under_one_key(fault: Answer) -> None:
    with server(lambda r, n: fault if n < 3 else as_json(SUBMITTED)) as (url, seen), Client(url) as client:
        client.submit(PROJECT, uuid7(), ANSWER)
    keys = [json.loads(r.body)["client_key"] for r in seen]
    assert len(keys) == 3
    assert len(set(keys)) == 1


@pytest.mark.parametrize("fault", [None, problem(503, "unavailable")])
def test_what_might_happen_twice_is_sent_once(fault: Answer) -> None:
    with server(lambda r, n: fault) as (url, seen), Client(url) as client:
        with pytest.raises(Unavailable):
            client.claim(PROJECT, 3)
        assert len(seen) == 1


def test_a_server_that_stays_away_is_told_in_the_end() -> None:
    with server(lambda r, n: None) as (url, _):
        pass
    with Client(url) as client, pytest.raises(Unavailable, match="qistas up"):
        client.claim(PROJECT)  # a refused connection never carried the request, so this was tried again


def test_waits_grow_and_heed_the_server() -> None:
    transporting.FIRST_WAIT_SECONDS = 0.25
    waits = [transporting.pause(n) for n in range(8)]
    assert 0.17 <= waits[0] <= 0.33
    assert waits[-1] == transporting.LONGEST_WAIT_SECONDS
    assert transporting.pause(0, "2") == 2
    assert transporting.pause(0, "Wed, 21 Oct 2026 07:28:00 GMT") < 1


def test_lists_are_read_to_their_end() -> None:
    def answer(request: Recorded, number: int) -> Answer:
        after = re.search(r"after=(\w+)", request.path)
        page = {None: ("a", "k1"), "k1": ("b", "k2"), "k2": ("c", None)}[after.group(1) if after else None]
        row = {
            "id": PROJECT,
            "name": page[0],
            "state": "active",
            "ontology_version": 1,
            "created_at": "2026-01-01T00:00:00Z",
        }
        return as_json({"rows": [row], "next": page[1]})

    with server(answer) as (url, _), Client(url) as client:
        assert [p.name for p in client.projects()] == ["a", "b", "c"]
        with pytest.raises(Missing, match="no project named 'z'"):
            client.project("z")


def test_two_projects_of_one_name_are_asked_for_by_id() -> None:
    row = {
        "id": PROJECT,
        "name": "n",
        "state": "active",
        "ontology_version": 1,
        "created_at": "2026-01-01T00:00:00Z",
    }
    with (
        server(lambda r, n: as_json({"rows": [row, row], "next": None})) as (url, _),
        Client(url) as client,
        pytest.raises(Conflict),
    ):
        client.project("n")


def test_fields_of_a_newer_server_are_passed_over() -> None:
    offer = {"task_id": PROJECT, "lease_id": PROJECT, "expires_at": "2026-01-01T00:00:00Z", "ontology_version": 1,
             "item": {"id": PROJECT, "data": {"text": "قسطاس"}, "new": 1}, "brand_new": {}}  # fmt: skip
    claimed = read(Claimed, {"tasks": [offer], "left": 3})
    assert claimed.tasks[0].item.data == {"text": "قسطاس"}
    assert claimed.tasks[0].expires_at.year == 2026
    with pytest.raises(Unavailable):
        read(Project, {"id": "no uuid"})


# -- uploads


def parts_of(request: Recorded) -> dict[str, tuple[str, bytes]]:
    boundary = request.headers["content-type"].split("boundary=")[1].encode()
    found: dict[str, tuple[str, bytes]] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        name = re.search(rb' name="([^"]*)"', head)
        assert name is not None
        file = re.search(r'filename="([^"]*)"', head.decode())
        found[name.group(1).decode()] = (file.group(1) if file else "", body[:-2])
    return found


def imported(request: Recorded, number: int) -> Answer:
    return as_json(
        {"id": PROJECT, "state": "done", "name": "f", "rows_added": 2, "bytes_read": 1, "bytes_total": 1}
    )


def test_a_file_is_sent_as_a_stream_with_its_options(tmp_path: Path) -> None:
    path = tmp_path / 'عناوين "1".csv'
    path.write_bytes(b"text\n" + b"x" * 700_000)
    steps: list[Progress] = []
    with server(imported) as (url, seen), Client(url) as client:
        client.import_items(PROJECT, path, mapping={"text": "text"}, progress=steps.append)
    parts = parts_of(seen[0])
    assert json.loads(parts["options"][1]) == {"mapping": {"text": "text"}}
    assert parts["file"] == ("عناوين _1_.csv", path.read_bytes())
    assert int(seen[0].headers["content-length"]) == len(seen[0].body)
    sending = [s.done for s in steps if s.what == "sending"]
    assert len(sending) > 3
    assert sending == sorted(sending)
    assert sending[-1] == path.stat().st_size


def test_a_folder_is_sent_as_a_zip_made_on_the_way(tmp_path: Path) -> None:
    import io
    import zipfile

    (tmp_path / "f" / "deep").mkdir(parents=True)
    (tmp_path / "f" / "b.txt").write_text("two")
    (tmp_path / "f" / "deep" / "صورة.png").write_bytes(b"\x89PNG" * 100_000)
    (tmp_path / "f" / ".hidden").write_text("no")
    with server(imported) as (url, seen), Client(url) as client:
        client.import_items(PROJECT, tmp_path / "f")
        client.import_items(PROJECT, tmp_path / "f")
    name, body = parts_of(seen[0])["file"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == ["b.txt", "deep/صورة.png"]
        assert archive.read("deep/صورة.png") == b"\x89PNG" * 100_000
        assert archive.testzip() is None
    assert name == "f.zip"
    assert parts_of(next(r for r in seen[1:] if r.method == "POST"))["file"][1] == body
    (tmp_path / "empty").mkdir()
    with Client(url) as client, pytest.raises(FileInvalid, match="holds no files"):
        client.import_items(PROJECT, tmp_path / "empty")
    with Client(url) as client, pytest.raises(FileInvalid, match="no file or folder"):
        client.import_items(PROJECT, tmp_path / "missing")


def test_items_are_sent_in_batches_and_lines_counted_through() -> None:
    def answer(request: Recorded, number: int) -> Answer:
        lines = request.body.splitlines()
        refused = [
            {"line": i, "field": "text", "code": "c", "reason": "r", "remedy": "m"}
            for i, line in enumerate(lines, 1)
            if b'"bad"' in line
        ]
        return as_json(
            {
                "added": len(lines) - len(refused),
                "duplicate": 0,
                "rows_refused": len(refused),
                "refused": refused,
            }
        )

    items = ({"text": "bad" if n in (1, 2500, 4001) else str(n)} for n in range(1, 5001))
    with server(answer) as (url, seen), Client(url) as client:
        result = client.import_items(PROJECT, items)
    assert len(seen) == 3
    assert (result.added, result.rows_refused) == (4997, 3)
    assert [r.line for r in result.refused] == [1, 2500, 4001]
    with Client(url) as client, pytest.raises(FileInvalid) as found:
        client.import_items(PROJECT, [{"text": float("nan")}])
    assert found.value.faults[0].where == "item 1"


# -- downloads

CONTENT = bytes(range(256)) * 8000
VERSION, DATASET, EXPORT = (str(uuid7()) for _ in range(3))


def export_server(file: Callable[[Recorded, int], Answer]) -> Callable[[Recorded, int], Answer]:
    fetched = iter(range(1, 1000))

    def answer(request: Recorded, number: int) -> Answer:
        path = request.path.split("?")[0]
        if path.endswith("/file"):
            return file(request, next(fetched))
        if path.endswith("/exports"):
            return as_json({"id": EXPORT, "state": "queued", "format": "jsonl"})
        if "/exports/" in path:
            digest = sha256(CONTENT).hexdigest()
            return as_json(
                {
                    "id": EXPORT,
                    "state": "done",
                    "format": "jsonl",
                    "bytes": len(CONTENT),
                    "sha256": digest,
                    "file_name": "d-v1.jsonl",
                }
            )
        if path.endswith("/versions"):
            return as_json(
                [
                    {"id": VERSION, "number": 1, "state": "sealed", "items": 5},
                    {"id": str(uuid7()), "number": 2, "state": "sealing"},
                ]
            )
        return as_json({"rows": [{"id": DATASET, "name": "d"}], "next": None})

    return answer


def ranged(request: Recorded) -> Answer:
    asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
    if asked is None:
        return 200, {}, CONTENT
    start = int(asked.group(1))
    return 206, {"content-range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"}, CONTENT[start:]


def test_a_broken_fetch_goes_on_where_it_stopped(tmp_path: Path) -> None:
    ranges: list[str | None] = []

    def file(request: Recorded, number: int) -> Answer:
        ranges.append(request.headers.get("range"))
        full = ranged(request)
        assert full is not None
        if number < 4:  # says the whole length, and breaks off
            return full[0], {**full[1], "content-length": str(len(full[2]))}, full[2][:500_000]
        return full

    with server(export_server(file)) as (url, _), Client(url) as client:
        path = client.export(PROJECT, "d", path=tmp_path)
    assert path == tmp_path / "d-v1.jsonl"
    assert path.read_bytes() == CONTENT
    assert ranges[0] is None
    starts = [int(str(r).split("=")[1][:-1]) for r in ranges[1:]]
    assert starts == sorted(starts)
    assert starts[-1] >= 1_000_000
    assert [p.name for p in tmp_path.iterdir()] == ["d-v1.jsonl"]


def test_a_fetch_of_yesterday_goes_on_today(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.part").write_bytes(CONTENT[:700_001])
    with server(export_server(lambda r, n: ranged(r))) as (url, seen), Client(url) as client:
        client.export(PROJECT, "d", 1, path=tmp_path / "out.jsonl")
    assert next(r for r in seen if r.path.endswith("/file")).headers["range"] == "bytes=700001-"
    assert (tmp_path / "out.jsonl").read_bytes() == CONTENT


def test_a_wrong_beginning_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "out.part").write_bytes(b"\0" * 1000)
    with server(export_server(lambda r, n: ranged(r))) as (url, _), Client(url) as client:
        client.export(PROJECT, "d", path=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT


def test_a_file_changed_on_the_way_is_refused(tmp_path: Path) -> None:
    wrong = 200, {}, b"x" * len(CONTENT)
    with (
        server(export_server(lambda r, n: wrong)) as (url, _),
        Client(url) as client,
        pytest.raises(FileInvalid, match="not what the server"),
    ):
        client.export(PROJECT, "d", path=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with server(export_server(lambda r, n: ranged(r))) as (url, _), Client(url) as client:
        with pytest.raises(Missing, match="no version 9"):
            client.export(PROJECT, "d", 9)
        with pytest.raises(Missing, match=r"no dataset 'other'.*There is: 'd'"):
            client.export(PROJECT, "other")
        with pytest.raises(Invalid, match="not a format"):
            client.export(PROJECT, "d", format="docx")
