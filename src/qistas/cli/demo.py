"""`qistas demo`: two sample projects, twelve simulated annotators, and what their answers are worth together.

Everything goes through the HTTP API, as a console or a script would: watch the projects fill in the browser meanwhile.
"""

import argparse
import csv
import hashlib
import io
import random
import tempfile
import threading
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qistas.core.errors import Fault, Invalid

from .reaching import add_server_arguments, client_of, console_of, tell_json

if TYPE_CHECKING:
    from rich.console import Console

    from qistas.sdk import Client

# The share of answers each of the twelve gives right: some careful, most fair, two careless, one who guesses.
SKILLS = (0.97, 0.95, 0.93, 0.91, 0.88, 0.86, 0.84, 0.8, 0.76, 0.7, 0.55, 0.35)
NAMES = ("Alif", "Ba", "Ta", "Jim", "Dal", "Ra", "Sin", "Sad", "Ayn", "Qaf", "Kaf", "Nun")
OVERLAP = 5
PRICE_MINOR = 4  # US cents an answer
DIGITS = 200
PATIENCE_SECONDS = 300

Truth = Mapping[str, str]  # what the item shows (its external id) → the right label
Answerer = Callable[[str, str, random.Random], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample project: its ontology, how its items get in, what is true, how an annotator makes out which item they see, and how a
    label becomes an answer."""

    name: str
    ontology: str
    truth: Truth
    bring: Callable[["Client", Any], Any]
    see: Callable[["Client", Mapping[str, Any]], str]
    labels_like: Callable[[str], list[str]]
    answer: Callable[[str, str], dict[str, Any]]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gained:
    """What a sample project gained: accuracies against the truth, agreement, answers, cost."""

    project: str
    items: int
    answers: int
    one_annotator: float
    majority: float
    dawid_skene: float
    agreement: dict[str, float | None]
    cost_minor: int
    file: str
    link: str = ""


def add(commands: Any) -> None:
    """The arguments of `qistas demo`."""
    parser = commands.add_parser(
        "demo",
        help="make sample projects and let simulated annotators work through them",
        description="Makes two sample projects (Arabic and English texts; handwritten digits), lets twelve simulated annotators\n"
        "of different skill answer through the HTTP API while you watch the console, then infers, seals, exports,\n"
        "and prints what was gained.",
        epilog="examples:\n  qistas demo\n  qistas demo --pace 0 --json\n  qistas demo --only texts\n",
    )
    parser.add_argument(
        "--pace",
        type=float,
        default=0.2,
        metavar="SECONDS",
        help="mean seconds an annotator takes for an answer (default 0.2)",
    )
    parser.add_argument("--only", choices=("texts", "digits"), help="make one of the two")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="where the exported files go (default: a temporary folder)",
    )
    add_server_arguments(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> None:
    """Make, answer, infer, seal, export, tell."""
    if chosen.pace < 0:
        raise Invalid(
            "The pace is not valid.", [Fault("--pace", str(chosen.pace), "Give seconds, 0 or more.")]
        )
    folder = chosen.output or Path(tempfile.mkdtemp(prefix="qistas-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    say = (lambda *_: None) if chosen.json else print
    with client_of(chosen) as client:
        samples = [
            make() for name, make in (("texts", texts), ("digits", digits)) if chosen.only in (None, name)
        ]
        gained = [
            work_through(
                client, console_of(chosen, client), sample, chosen.pace, folder, say, quiet=chosen.json
            )
            for sample in samples
        ]
    if chosen.json:
        tell_json(gained)
    else:
        show(gained)


# --- the two samples ------------------------------------------------------------------------------------------------


def texts() -> Sample:
    """About two hundred short headlines and reviews in Arabic and English."""
    table = resources.files("qistas.cli.samples").joinpath("texts.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(table), delimiter="\t"))
    truth = {row["text"]: f"{row['sort']}:{row['truth']}" for row in rows}
    kinds: dict[str, list[str]] = defaultdict(list)
    for label in sorted(set(truth.values())):
        kinds[label.split(":")[0]].append(label)

    def bring(client: "Client", project: Any) -> None:
        items = [
            {
                "data": {"text": row["text"]},
                "external_id": row["text"],
                "metadata": {"language": row["language"]},
            }
            for row in rows
        ]
        client.import_items(project, items)

    def answer(label: str, _: str) -> dict[str, Any]:
        sort, _, name = label.partition(":")
        return {
            "sort": {"labels": [sort]},
            ("topic" if sort == "headline" else "feeling"): {"labels": [name]},
        }

    def like(label: str) -> list[str]:  # a wrong answer usually keeps the sort and misses the rest
        return [other for other in kinds[label.split(":")[0]] if other != label]

    return Sample(
        "Headlines and reviews عناوين وآراء",
        "texts",
        truth,
        bring,
        lambda _, data: str(data["text"]),
        like,
        answer,
        ("sort", "topic", "feeling"),
    )


def digits() -> Sample:
    """Two hundred real handwritten digits, those that scikit-learn carries (8 × 8 pixels, enlarged)."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise Invalid(
            "The digits come with scikit-learn, which is not installed.",
            [Fault("scikit-learn", "missing", "Install `qistas[demo]`, or run `qistas demo --only texts`.")],
        ) from error
    from PIL import Image

    found: Any = load_digits()
    truth = {f"digit-{n:03d}.png": f"d{found.target[n]}" for n in range(DIGITS)}

    def drawn(n: int) -> bytes:
        grey = Image.fromarray((255 - found.images[n] * 15.9).astype("uint8"))
        picture = io.BytesIO()
        grey.resize((160, 160), Image.Resampling.BICUBIC).save(picture, "PNG")
        return picture.getvalue()

    pictures = {f"digit-{n:03d}.png": drawn(n) for n in range(DIGITS)}
    names = {hashlib.sha256(picture).digest(): name for name, picture in pictures.items()}

    def bring(client: "Client", project: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "digits.zip"
            with zipfile.ZipFile(archive, "w") as file:
                for name, picture in pictures.items():
                    file.writestr(name, picture)
            client.import_items(project, archive)

    looks_like = {
        "0": "68",
        "1": "74",
        "2": "37",
        "3": "85",
        "4": "19",
        "5": "36",
        "6": "08",
        "7": "12",
        "8": "39",
        "9": "48",
    }

    def like(label: str) -> list[str]:
        return [f"d{other}" for other in looks_like[label[1:]]]

    return Sample(
        "Handwritten digits أرقام بخط اليد",
        "digits",
        truth,
        bring,
        lambda client, data: names[hashlib.sha256(client.picture(data["image"])).digest()],
        like,
        lambda label, _: {"digit": {"labels": [label]}},
        ("digit",),
    )


# --- the road ---------------------------------------------------------------------------------------------------------


def work_through(
    client: "Client",
    console: str,
    sample: Sample,
    pace: float,
    folder: Path,
    say: Callable[..., None],
    *,
    quiet: bool,
) -> Gained:
    """One sample from nothing to an exported file."""
    name = _free_name(client, sample.name)
    ontology = (
        resources.files("qistas.cli.samples").joinpath(f"{sample.ontology}.yaml").read_text(encoding="utf-8")
    )
    project = client.create_project(
        name, ontology=ontology, settings={"overlap": OVERLAP, "price_minor": PRICE_MINOR, "currency": "USD"}
    )
    link = f"{console}/projects/{project.id}"
    say(f"\n{name}: {link}")
    sample.bring(client, project)
    wanted = client.project(project).counts.tasks * OVERLAP
    badge = f"demo {uuid4().hex[:8]}"  # a name of its own, so that these tokens alone are revoked in the end
    tokens = [
        client.create_token(
            badge,
            ["annotate", "project.view"],
            1,
            act_as={"name": f"{person} (simulated)", "role": "annotator"},
        )
        for person in NAMES
    ]
    try:
        _let_them_work(client, project, sample, tokens, pace, wanted, quiet=quiet)
    finally:
        client.revoke_tokens(badge)
    say("  inferring, sealing, exporting …")
    dawid_skene = _infer(client, project, sample)
    told = client.project(project)
    one, majority = _by_hand(client, project, sample)
    client.seal(project, "answers", splits={"train": 0.8, "test": 0.2}, note="made by `qistas demo`")
    file = client.export(project, "answers", format="jsonl", path=folder / f"{sample.ontology}.jsonl")
    quality = client.quality(project)
    return Gained(
        project=name,
        items=told.counts.items,
        answers=told.counts.answers,
        one_annotator=one,
        majority=majority,
        dawid_skene=dawid_skene,
        agreement={q.name: q.agreement.value if q.agreement else None for q in quality.questions},
        cost_minor=told.counts.cost_minor,
        file=str(file),
        link=link,
    )


def _free_name(client: "Client", name: str) -> str:
    taken = {project.name for project in client.projects()}
    return next(
        candidate for n in range(1, 10_000) if (candidate := name if n == 1 else f"{name} ({n})") not in taken
    )


def _let_them_work(
    client: "Client",
    project: Any,
    sample: Sample,
    tokens: list[str],
    pace: float,
    wanted: int,
    *,
    quiet: bool,
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    faults: list[BaseException] = []
    people = [
        threading.Thread(
            target=_annotate, args=(client, token, project, sample, skill, seed, pace, faults), daemon=True
        )
        for seed, (token, skill) in enumerate(zip(tokens, SKILLS, strict=True))
    ]
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=quiet) as bar:
        line = bar.add_task("twelve annotators answer", total=wanted)
        for person in people:
            person.start()
        while any(person.is_alive() for person in people):
            time.sleep(0.3)
            bar.update(line, completed=client.project(project).counts.answers)
        bar.update(line, completed=client.project(project).counts.answers)
    if faults:
        raise faults[0]


def _annotate(
    host: "Client",
    token: str,
    project: Any,
    sample: Sample,
    skill: float,
    seed: int,
    pace: float,
    faults: list[BaseException],
) -> None:
    """One annotator: claim, look, answer, again, until nothing is left for them."""

    from qistas.sdk import Client

    rng = random.Random(seed)  # noqa: S311 - a simulation, repeatable
    try:
        with Client(host.server, token) as mine:
            offers = mine.claim(project, 1).tasks
            while offers:
                offer = offers[0]
                shows = sample.see(mine, offer.item.data)
                right = sample.truth[shows]
                label = right if rng.random() < skill else rng.choice(sample.labels_like(right))
                seconds = rng.uniform(0.5, 1.5) * pace
                time.sleep(seconds)
                offers = mine.submit(
                    project, offer.lease_id, sample.answer(label, shows), seconds=seconds, next=1
                ).tasks
                if not offers:  # what another had in hand at that moment was passed over: look once more
                    time.sleep(0.5)
                    offers = mine.claim(project, 1).tasks
    except BaseException as error:  # told by the main thread
        faults.append(error)


def _infer(client: "Client", project: Any, sample: Sample) -> float:
    """Ask for a full run by Dawid–Skene, wait for it, and score it."""
    before = client.quality(project).computed_at
    client.infer_consensus(project, "dawid_skene")
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        quality = client.quality(project)
        if quality.computed_at != before and all(
            q.method == "dawid_skene" for q in quality.questions if q.consensus
        ):
            break
        time.sleep(0.2)
    else:
        raise Invalid(
            "The inference did not end in five minutes. Is a worker running? (`qistas up` starts one.)"
        )
    answers: dict[str, dict[str, Any]] = defaultdict(dict)
    for question in sample.questions:
        for row in client.consensus(project, question):
            answers[row["item_id"]][question] = row["value"]
    return _accuracy(client, project, sample, answers)


def _by_hand(client: "Client", project: Any, sample: Sample) -> tuple[float, float]:
    """(accuracy of the mean annotator, accuracy of the majority), from the raw annotations."""
    by_item: dict[str, list[str]] = defaultdict(list)
    for row in client.annotations(project):
        by_item[row["item_id"]].append(_key(row["answer"]))
    truth = {
        item: _key(sample.answer(right, ""))
        for item, right in _truth_by_item(client, project, sample).items()
    }
    every = [said == truth[item] for item, given in by_item.items() for said in given]
    voted = [Counter(sorted(given)).most_common(1)[0][0] == truth[item] for item, given in by_item.items()]
    return _mean(every), _mean(voted)


def _accuracy(
    client: "Client", project: Any, sample: Sample, answers: Mapping[str, Mapping[str, Any]]
) -> float:
    """The share of items whose answer says what is true; questions that were not asked of an item do not count."""
    right: list[bool] = []
    for item, label in _truth_by_item(client, project, sample).items():
        asked = sample.answer(label, "")
        right.append(all(answers.get(item, {}).get(question) == value for question, value in asked.items()))
    return _mean(right)


def _truth_by_item(client: "Client", project: Any, sample: Sample) -> dict[str, str]:
    return {str(item.id): sample.truth[item.external_id or ""] for item in client.items(project)}


def _key(answer: Mapping[str, Any]) -> str:
    return ";".join(f"{name}={','.join(answer[name]['labels'])}" for name in sorted(answer))


def _mean(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else 0.0


def _alphas(row: Gained) -> str:
    return "\n".join(f"{name} {value:.2f}" for name, value in row.agreement.items() if value is not None)


def show(gained: list[Gained], console: "Console | None" = None) -> None:
    """Print what was gained."""
    from rich.console import Console
    from rich.table import Table

    console = console or Console()
    # Projects side by side, one measure a line: it stays whole in a terminal of 80 columns.
    table = Table(title="What was gained", title_justify="left", header_style="bold")
    table.add_column("")
    for row in gained:
        table.add_column(row.project, justify="right", overflow="fold")
    lines: list[tuple[str, Callable[[Gained], str]]] = [
        ("items", lambda one: f"{one.items:,}"),
        ("answers", lambda one: f"{one.answers:,}"),
        ("right: one annotator", lambda one: f"{one.one_annotator:.1%}"),
        ("right: majority", lambda one: f"{one.majority:.1%}"),
        ("right: Dawid–Skene", lambda one: f"{one.dawid_skene:.1%}"),
        ("agreement α", _alphas),
        ("cost", lambda one: f"{one.cost_minor / 100:,.2f} USD"),
    ]
    for name, told in lines:
        table.add_row(name, *(told(row) for row in gained))
    console.print()
    console.print(table)
    for row in gained:
        console.print(f"{row.project}: {row.link}", soft_wrap=True)
        console.print(f"  exported: {row.file}", soft_wrap=True)
