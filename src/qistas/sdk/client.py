"""The client: one method for each thing a program does on the road."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, cast, overload
from uuid import UUID

import httpx

from qistas.core.errors import Conflict, FileInvalid, Invalid, Missing, QistasError, Unavailable
from qistas.core.ids import ProjectId, VersionId, parse_uuid, uuid7

from .downloading import download
from .progress import Listener, Progress, listener_of
from .reading import read
from .transport import TRIES, Transport
from .types import (
    Answer,
    Claimed,
    Dataset,
    Export,
    Import,
    Item,
    ItemsAdded,
    Me,
    Ontology,
    Project,
    Quality,
    Refusal,
    Submitted,
    Template,
    Version,
)
from .uploading import Upload, file_upload, folder_upload, item_batches

ProjectRef = Project | ProjectId | UUID | str
PATIENCE_SECONDS = 120  # that one who follows work waits for a server that is away
FORMATS = ("jsonl", "parquet", "csv", "coco", "conll2003", "preference")


class Client:
    """A Qistas server, as one token may use it.

    `server` and `token` come from QISTAS_SERVER and QISTAS_TOKEN where they are not given. A project is named by its object, its
    id or its name. Requests that do no harm twice are repeated, with growing waits, while the server does not
    answer: `tries` times in all.
    """

    def __init__(
        self,
        server: str | None = None,
        token: str | None = None,
        *,
        timeout_seconds: float = 60,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        address = server or os.environ.get("QISTAS_SERVER") or "http://localhost:8787"
        if not address.startswith(("http://", "https://")):
            raise Invalid(f"{address!r} is not the address of a server. Give one like http://localhost:8787.")
        self.server = address.rstrip("/")
        self._transport = Transport(
            address, token or os.environ.get("QISTAS_TOKEN"), timeout_seconds, transport, tries
        )
        self._ids: dict[str, ProjectId] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    # -- people

    def me(self) -> Me:
        """Who the token stands for."""
        return read(Me, self._get("session"))

    # -- projects and ontology

    def create_token(
        self, name: str, scopes: Iterable[str], days: int, *, act_as: Mapping[str, str] | None = None
    ) -> str:
        """A new API token, told this once. `act_as` ({"name", "role"}) makes a service member of its own for it."""
        body = {"name": name, "scopes": list(scopes), "days": days, **_given(act_as=act_as and dict(act_as))}
        return str(self._transport.json("POST", "tokens", json=body)["token"])

    def revoke_tokens(self, name: str) -> int:
        """Revoke every token of this name; how many there were."""
        rows = [row for row in self._rows("tokens") if row["name"] == name]
        for row in rows:
            self._transport.json("DELETE", f"tokens/{row['id']}")
        return len(rows)

    def projects(self) -> list[Project]:
        """Every project one may see."""
        return [read(Project, row) for row in self._rows("projects")]

    def project(self, project: ProjectRef) -> Project:
        """One project. Raises Missing."""
        return read(Project, self._get(self._at(project)))

    def create_project(
        self,
        name: str,
        *,
        template: str | None = None,
        ontology: Mapping[str, Any] | str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Project:
        """A new project, from a template or an ontology (a document, or its YAML)."""
        body: dict[str, Any] = {
            "name": name,
            "template": template,
            "ontology": ontology,
            "settings": settings,
        }
        given = {key: value for key, value in body.items() if value is not None}
        return read(Project, self._transport.json("POST", "projects", json=given))

    def update_project(self, project: ProjectRef, **changes: Any) -> Project:
        """Change `name`, `description`, `state` (`active`, `paused`, `archived`) or `settings`."""
        return read(Project, self._transport.json("PATCH", self._at(project), json=changes, again=True))

    def templates(self) -> list[Template]:
        """The ontologies to start from."""
        return [read(Template, row) for row in self._get("templates")]

    def ontology(self, project: ProjectRef, version: int | None = None) -> Ontology:
        """The ontology of a project, the newest unless `version` names another."""
        return read(Ontology, self._get(f"{self._at(project)}/ontology", **_given(version=version)))

    def publish_ontology(
        self, project: ProjectRef, ontology: Mapping[str, Any] | str, *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Publish a changed ontology; → its version and what changed. Raises OntologyBreaks."""
        body = {"ontology": ontology, "dry_run": dry_run}
        return self._transport.json("POST", f"{self._at(project)}/ontology", json=body, again=dry_run)

    # -- sources

    @overload
    def import_items(
        self,
        project: ProjectRef,
        source: "str | Path",
        *,
        progress: "bool | Listener | None" = None,
        wait: bool = True,
        **options: Any,
    ) -> Import: ...

    @overload
    def import_items(
        self,
        project: ProjectRef,
        source: Iterable[Mapping[str, Any]],
        *,
        progress: "bool | Listener | None" = None,
    ) -> ItemsAdded: ...

    def import_items(
        self,
        project: ProjectRef,
        source: "str | Path | Iterable[Mapping[str, Any]]",
        *,
        progress: "bool | Listener | None" = None,
        wait: bool = True,
        **options: Any,
    ) -> Import | ItemsAdded:
        """Bring items in: a file, a folder of images or texts, or item objects one by one.

        `options` are those of the API: format, encoding, delimiter, mapping, metadata, external_id, split, batch, priority. A file is
        sent as a stream, whatever its size. With `wait` this returns when every row is in or refused; bringing the same rows in again
        adds nothing. `progress=True` draws a bar; a callable is given every step.
        """
        listen = listener_of(progress)
        if isinstance(source, str | Path):
            path = Path(source).expanduser()
            if not path.exists():
                raise FileInvalid(f"There is no file or folder {path}.")
            upload = folder_upload(path) if path.is_dir() else file_upload(path)
            started = self._upload(project, upload, options, listen)
            return self.wait_for_import(project, started, progress=listen) if wait else started
        return self._send_items(project, source, listen)

    def _upload(
        self, project: ProjectRef, upload: Upload, options: Mapping[str, Any], listen: Listener
    ) -> Import:
        def told() -> Iterator[bytes]:
            sent = 0
            for piece in upload.body(options):
                yield piece
                sent += len(piece)
                listen(
                    Progress(
                        "sending", sent if upload.length is None else min(sent, upload.length), upload.length
                    )
                )

        answer = self._transport.json(
            "POST",
            f"{self._at(project)}/imports",
            content=told(),
            headers=upload.headers(options),
            timeout=httpx.Timeout(600, connect=10),
        )
        return read(Import, answer)

    def _send_items(
        self, project: ProjectRef, items: Iterable[Mapping[str, Any]], listen: Listener
    ) -> ItemsAdded:
        path, added, duplicate, rows_refused, done = f"{self._at(project)}/items", 0, 0, 0, 0
        refused: list[Refusal] = []
        for first_line, count, body in item_batches(items):
            # The server knows an item by its content, so a batch sent twice is there once.
            answer = self._transport.json(
                "POST", path, content=body, headers={"content-type": "application/x-ndjson"}, again=True
            )
            part = read(ItemsAdded, answer)
            added, duplicate, done = added + part.added, duplicate + part.duplicate, done + count
            rows_refused += part.rows_refused
            refused += [_moved(refusal, first_line) for refusal in part.refused]
            listen(Progress("sending", done, None, "items"))
        return ItemsAdded(added, duplicate, rows_refused, refused)

    def imports(self, project: ProjectRef) -> list[Import]:
        """Every import of a project, newest first."""
        return [read(Import, row) for row in self._rows(f"{self._at(project)}/imports")]

    def wait_for_import(
        self, project: ProjectRef, started: Import, *, progress: "bool | Listener | None" = None
    ) -> Import:
        """Wait until an import has ended. Raises FileInvalid when the file was wrong, Unavailable when the work was given up."""
        listen, path = listener_of(progress), f"{self._at(project)}/imports/{started.id}"
        for _ in _soon():
            now = read(Import, self._patiently(path))
            total = now.bytes_total if now.bytes_total else None
            listen(
                Progress("reading", now.bytes_read, total)
                if total
                else Progress("reading", now.rows_read, None, "rows")
            )
            if now.ended:
                if now.state == "failed":
                    if now.resumable:
                        raise Unavailable(now.detail)
                    raise FileInvalid(now.detail or "The import failed. The server's log says why.")
                return now
        raise AssertionError("unreachable")

    def retry_import(
        self,
        project: ProjectRef,
        of: Import | UUID | str,
        *,
        progress: "bool | Listener | None" = None,
        wait: bool = True,
    ) -> Import:
        """Take an import up again that was given up, where it stopped. Raises Conflict when its file is not kept any more."""
        import_id = of.id if isinstance(of, Import) else of
        again = read(
            Import, self._transport.json("POST", f"{self._at(project)}/imports/{import_id}/retry", again=True)
        )
        return self.wait_for_import(project, again, progress=progress) if wait else again

    def refusals(self, project: ProjectRef, of: Import) -> list[Refusal]:
        """The rows an import refused, and why."""
        return [read(Refusal, row) for row in self._rows(f"{self._at(project)}/imports/{of.id}/refusals")]

    def items(self, project: ProjectRef, *, data: bool = False, **filters: Any) -> Iterator[Item]:
        """Every item, page by page (`state`, `label`, `split`); with `data` their content too."""
        for row in self._rows(f"{self._at(project)}/items", **filters, **({"data": "true"} if data else {})):
            yield read(Item, row)

    # -- queue and annotations

    def claim(self, project: ProjectRef, limit: int = 1) -> Claimed:
        """Take up to `limit` tasks under lease."""
        return read(
            Claimed, self._transport.json("POST", f"{self._at(project)}/claim", json={"limit": limit})
        )

    def picture(self, shown: Mapping[str, Any]) -> bytes:
        """The bytes of an image, as an item's data shows it: `client.picture(offer.item.data["image"])`."""
        with self._transport.stream("GET", str(shown["url"]).removeprefix("/api/v1/")) as answer:
            return answer.read()

    def submit(
        self,
        project: ProjectRef,
        lease_id: UUID | str,
        answer: Answer,
        *,
        seconds: float = 0,
        client_key: str | None = None,
        next: int = 0,
    ) -> Submitted:
        """Hand in an answer; `next` asks for that many further tasks in the same round trip.

        The answer is sent under a key (`client_key`, or one made here), so that sending it again changes nothing.
        """
        body = {
            "lease_id": str(lease_id),
            "answer": answer,
            "seconds": seconds,
            "client_key": client_key or str(uuid7()),
            "next": next,
        }
        return read(
            Submitted, self._transport.json("POST", f"{self._at(project)}/annotations", json=body, again=True)
        )

    def skip(self, project: ProjectRef, lease_id: UUID | str, reason: str, note: str = "") -> None:
        """Refuse to answer, with a reason: `unclear`, `broken`, `not_my_language`, `harmful`, `other`."""
        body = {"reason": reason, "note": note}
        self._transport.json("POST", f"{self._at(project)}/leases/{lease_id}/skip", json=body)

    def release(self, project: ProjectRef, lease_id: UUID | str) -> None:
        """Give a task back."""
        self._transport.json("POST", f"{self._at(project)}/leases/{lease_id}/release")

    def annotations(self, project: ProjectRef) -> Iterator[dict[str, Any]]:
        """Every current annotation, as a stream."""
        import json

        with self._transport.stream("GET", f"{self._at(project)}/annotations") as response:
            for line in response.iter_lines():
                if line:
                    yield json.loads(line)

    # -- quality

    def quality(self, project: ProjectRef) -> Quality:
        """Agreement, consensus and doubt per question, and how annotators do."""
        return read(Quality, self._get(f"{self._at(project)}/quality"))

    def quality_document(self, project: ProjectRef) -> dict[str, Any]:
        """The quality page as the server tells it, with everything in it: doubt, confusion, skills by question, flags."""
        return self._get(f"{self._at(project)}/quality")

    def annotator_quality(self, project: ProjectRef, member_id: str) -> dict[str, Any]:
        """One annotator: skill label by label with intervals, gold, and every flag with what was decided."""
        return self._get(f"{self._at(project)}/quality/annotators/{member_id}")

    def decide_flag(self, project: ProjectRef, flag_id: str, decision: str, note: str = "") -> None:
        """Decide on a flag: `keep`, `pause` (no new tasks of this project) or `dismiss` (which needs a note)."""
        body = {"decision": decision, "note": note}
        self._transport.json("POST", f"{self._at(project)}/quality/flags/{flag_id}", json=body)

    def resume_annotator(self, project: ProjectRef, member_id: str) -> None:
        """Let a paused annotator have tasks of the project again."""
        self._transport.json("DELETE", f"{self._at(project)}/quality/pauses/{member_id}")

    def infer_consensus(self, project: ProjectRef, method: str | None = None) -> Any:
        """Infer the consensus of the whole project anew, as a job of the server."""
        return self._transport.json(
            "POST", f"{self._at(project)}/quality/consensus", json=_given(method=method), again=True
        )

    def consensus(self, project: ProjectRef, question: str) -> Iterator[dict[str, Any]]:
        """The inferred answers to one question, most doubtful first: item_id, value, confidence, doubt, support, …"""
        yield from self._rows(f"{self._at(project)}/quality/items", question=question)

    def error_searches(self, project: ProjectRef) -> dict[str, Any]:
        """`questions` whose labels can be checked, and `searches`: how the last search for label errors of each stands."""
        return self._get(f"{self._at(project)}/quality/error-searches")

    def find_errors(
        self,
        project: ProjectRef,
        question: str | None = None,
        *,
        wait: bool = True,
        progress: "bool | Listener | None" = None,
    ) -> list[dict[str, Any]]:
        """Search for labels that are likely wrong, of one question or of all; the searches, ended where one waits."""
        listen, path = listener_of(progress), f"{self._at(project)}/quality/error-searches"
        found = self._transport.json("POST", path, json=_given(question=question), again=True)
        names = [search["question"] for search in found]
        for _ in _soon() if wait else ():
            found = [s for s in self.error_searches(project)["searches"] if s["question"] in names]
            for search in found:
                done = round(1000 * search["progress"])
                listen(Progress(f"judging {search['question']}", done, 1000, "‰"))
            if all(search["state"] in ("done", "failed") for search in found):
                break
        return found

    def label_errors(self, project: ProjectRef, question: str) -> Iterator[dict[str, Any]]:
        """The labels found likely wrong, the likeliest first: item_id, data, value, suggested, likelihood, evidence, queued_at."""
        yield from self._rows(f"{self._at(project)}/quality/errors", question=question)

    def requeue(self, project: ProjectRef, question: str, item_id: UUID | str) -> None:
        """Send an item whose label is doubted back to the queue: one answer more is asked for."""
        path = f"{self._at(project)}/quality/errors/{item_id}/requeue"
        self._transport.json("POST", path, json={"question": question}, again=True)

    def undo_requeue(self, project: ProjectRef, question: str, item_id: UUID | str) -> None:
        """Take that back."""
        path = f"{self._at(project)}/quality/errors/{item_id}/requeue"
        self._transport.json("DELETE", path, params={"question": question}, again=True)

    def gold(self, project: ProjectRef) -> Iterator[dict[str, Any]]:
        """The planted items: id, item_id, answer, seen, score."""
        yield from self._rows(f"{self._at(project)}/gold")

    def adjudicate(self, project: ProjectRef, item_id: UUID | str, answer: Answer, reason: str = "") -> Any:
        """An expert's answer for an item; it outranks consensus."""
        body = {"item_id": str(item_id), "answer": answer, "reason": reason}
        return self._transport.json("POST", f"{self._at(project)}/adjudications", json=body)

    def plant_gold(self, project: ProjectRef, item_id: UUID | str, answer: Answer) -> Any:
        """Make an item gold: annotators are measured by its known answer, unseen."""
        return self._transport.json(
            "POST", f"{self._at(project)}/gold", json={"item_id": str(item_id), "answer": answer}
        )

    # -- datasets

    def datasets(self, project: ProjectRef) -> list[Dataset]:
        """Every dataset of a project."""
        return [read(Dataset, row) for row in self._rows(f"{self._at(project)}/datasets")]

    def dataset(self, project: ProjectRef, name: str, *, create: bool = False) -> Dataset:
        """The dataset of this name; made where there is none if `create`. Raises Missing."""
        there = self.datasets(project)
        found = next((d for d in there if d.name == name or str(d.id) == name), None)
        if found is not None:
            return found
        if not create:
            names = ", ".join(repr(d.name) for d in there[:20]) or "none yet"
            raise Missing(
                f"There is no dataset {name!r} in this project. Seal one with `qistas seal`. There is: {names}."
            )
        try:
            return read(
                Dataset, self._transport.json("POST", f"{self._at(project)}/datasets", json={"name": name})
            )
        except Conflict:
            return self.dataset(project, name)  # made by another just now

    def versions(self, project: ProjectRef, dataset: str) -> list[Version]:
        """The versions of a dataset."""
        return [read(Version, row) for row in self._rows(f"{self._dataset_at(project, dataset)}/versions")]

    def preview(
        self,
        project: ProjectRef,
        dataset: str,
        selection: Mapping[str, Any] | None = None,
        *,
        splits: Mapping[str, float] | None = None,
        seed: int | None = None,
    ) -> dict[str, Any]:
        """What a seal with this selection and these splits would hold. The dataset is made where there is none; it stays empty."""
        path = f"{self._dataset_at(project, dataset, create=True)}/preview"
        body = {"selection": dict(selection or {}), **_given(splits=splits and dict(splits), seed=seed)}
        return self._transport.json("POST", path, json=body, again=True)

    def seal(
        self,
        project: ProjectRef,
        dataset: str,
        *,
        selection: Mapping[str, Any] | None = None,
        splits: Mapping[str, float] | None = None,
        seed: int | None = None,
        note: str | None = None,
        wait: bool = True,
        progress: "bool | Listener | None" = None,
    ) -> Version:
        """Freeze a new version of `dataset` (made where there is none) with its hash. Raises Conflict when sealing failed."""
        path = f"{self._dataset_at(project, dataset, create=True)}/versions"
        body = {
            "selection": dict(selection or {}),
            **_given(splits=splits and dict(splits), seed=seed, note=note),
        }
        version = read(Version, self._transport.json("POST", path, json=body))
        return self.wait_for_version(project, dataset, version, progress=progress) if wait else version

    def wait_for_version(
        self,
        project: ProjectRef,
        dataset: str,
        version: Version,
        *,
        progress: "bool | Listener | None" = None,
    ) -> Version:
        """Wait until a version is sealed."""
        listen, path = listener_of(progress), f"{self._dataset_at(project, dataset)}/versions/{version.id}"
        for _ in _soon():
            body = self._patiently(path)
            now = read(Version, body)
            listen(Progress("sealing", int(body.get("progress") or now.items), now.items or None, "items"))
            if now.state == "failed":
                raise _failure(now, "The version could not be sealed. The server's log says why.")
            if now.state == "sealed":
                return now
        raise AssertionError("unreachable")

    def retry_version(
        self,
        project: ProjectRef,
        dataset: str,
        version: int | VersionId,
        *,
        progress: "bool | Listener | None" = None,
        wait: bool = True,
    ) -> Version:
        """Seal a version that failed after all. Raises Conflict when there is nothing to try again."""
        failed = self._version(project, dataset, version)
        path = f"{self._dataset_at(project, dataset)}/versions/{failed.id}/retry"
        again = read(Version, self._transport.json("POST", path, again=True))
        return self.wait_for_version(project, dataset, again, progress=progress) if wait else again

    def export(
        self,
        project: ProjectRef,
        dataset: str,
        version: int | VersionId | None = None,
        format: str = "jsonl",
        path: "str | Path | None" = None,
        *,
        progress: "bool | Listener | None" = None,
    ) -> Path:
        """Render a sealed version (the newest unless `version` names another) and fetch the file; → its path.

        `path` may be a file or a folder. A fetch that was broken off goes on where it stopped, and the SHA-256 is checked.
        """
        if format not in FORMATS:
            raise Invalid(f"{format!r} is not a format of export. Choose one of: {', '.join(FORMATS)}.")
        listen, chosen = listener_of(progress), self._version(project, dataset, version)
        at = f"{self._dataset_at(project, dataset)}/versions/{chosen.id}/exports"
        export = read(Export, self._transport.json("POST", at, json={"format": format}, again=True))
        where = f"{self._at(project)}/exports/{export.id}"
        for _ in _soon():
            listen(Progress("rendering", export.rows, chosen.items or None, "items"))
            if export.state == "failed":
                raise Unavailable(
                    export.detail or "The export failed. The server's log says why; ask again to retry."
                )
            if export.state == "done":
                break
            export = read(Export, self._patiently(where))
        target = _target(path, export.file_name or f"{dataset}-v{chosen.number}.{format}")
        download(self._transport, f"{where}/file", target, export, listen)
        return target

    def _version(self, project: ProjectRef, dataset: str, wanted: int | VersionId | None) -> Version:
        versions = self.versions(project, dataset)
        if wanted is None:
            sealed = [v for v in versions if v.state == "sealed"]
            if not sealed:
                raise Missing(f"The dataset {dataset!r} has no sealed version yet. Seal one first.")
            return max(sealed, key=lambda v: v.number)
        found = next((v for v in versions if wanted in (v.number, v.id)), None)
        if found is None:
            raise Missing(f"The dataset {dataset!r} has no version {wanted}.")
        return found

    # -- parts

    def _at(self, project: ProjectRef) -> str:
        if isinstance(project, Project):
            return f"projects/{project.id}"
        if isinstance(project, UUID):
            return f"projects/{project}"
        return f"projects/{parse_uuid(project) or self._id_of(project)}"

    def _id_of(self, name: str) -> ProjectId:
        if name not in self._ids:
            found = [p for p in self.projects() if p.name == name]
            if not found:
                raise Missing(f"There is no project named {name!r}. `qistas project list` shows the names.")
            if len(found) > 1:
                raise Conflict(
                    f"{len(found)} projects are named {name!r}. Give the id instead: {', '.join(str(p.id) for p in found)}."
                )
            self._ids[name] = found[0].id
        return self._ids[name]

    def _dataset_at(self, project: ProjectRef, dataset: str, *, create: bool = False) -> str:
        return f"{self._at(project)}/datasets/{self.dataset(project, dataset, create=create).id}"

    def _get(self, path: str, **params: Any) -> Any:
        return self._transport.json("GET", path, params=params or None)

    def _patiently(self, path: str) -> Any:
        """What `path` answers, for one who follows long work: while the server or its database is away, that work waits as well."""
        since = time.monotonic()
        while True:
            try:
                return self._get(path)
            except Unavailable:
                if time.monotonic() - since > PATIENCE_SECONDS:
                    raise
                time.sleep(1)

    def _rows(self, path: str, **params: Any) -> Iterator[Any]:
        after: str | None = None
        while True:
            page = self._get(path, limit=500, **params, **_given(after=after))
            if isinstance(page, list):
                yield from cast(list[Any], page)
                return
            yield from page["rows"]
            after = page.get("next")
            if not after:
                return


def _failure(version: Version, unknown: str) -> QistasError:
    """As an error of ours: a fault of the selection, or work that may go well another time."""
    detail = version.detail or unknown
    return Unavailable(detail) if version.fault in ("gave_up", "work_lost") else Conflict(detail)


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _moved(refusal: Refusal, first_line: int) -> Refusal:
    """The refusal with its line counted from the first of all items, not of its batch."""
    return Refusal(
        refusal.line + first_line, refusal.field, refusal.code, refusal.reason, refusal.remedy, refusal.raw
    )


def _soon() -> Iterator[None]:
    """For ever, with waits of a tenth of the time waited so far, between a twentieth of a second and one second."""
    waited = 0.0
    while True:
        yield
        wait = min(1.0, max(0.05, waited / 10))
        time.sleep(wait)
        waited += wait


def _target(path: "str | Path | None", name: str) -> Path:
    safe = Path(name).name or "export"
    if path is None:
        return Path(safe)
    target = Path(path).expanduser()
    return target / safe if target.is_dir() else target
