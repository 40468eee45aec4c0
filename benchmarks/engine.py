# pyright: basic
"""Truth inference: accuracy on real crowds, calibration, speed and memory, side by side with crowd-kit in one run.

    python benchmarks/engine.py --peers /tmp/peers/bin/python --data ../shared/data/crowd --write docs/explanation/truth-inference.md

``--peers`` names the Python of an environment that holds crowd-kit (without it only our own figures are taken); it gets the
very same arrays through a file. Every timing is the best of some calls after one call that is not counted, so compilation is
left out on both sides. ``--only`` takes parts (accuracy, same, coverage, speed, scale); ``--slow-answers`` is the largest set the peers' GLAD and
MACE are run on (minutes each); ``--keep`` is a folder in which the peers' answers on the real sets stay for the next run; ``--write`` puts
the tables between the markers of the document.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from qistas.engine import NumericResponses, Responses, truth

# Sets whose truth is independent of the answers.
SETS = (
    "bluebird", "dog", "rte", "weather_cf", "weather_amt", "sentpol", "sentpol_amt", "zencrowd_all", "zencrowd_in",
    "zencrowd_us", "product", "tweet", "face", "temp", "relevance", "adult", "fact", "ar_sarcasm_votes",
)  # fmt: skip
# Truth made of the same answers: for robustness alone.
DEPENDENT = ("ary_sentiment",)
NUMERIC = ("emotion_num", "wordsim_num", "metaphor_num")
OURS: dict[str, Callable[..., truth.TruthResult]] = {
    "auto": truth.auto,
    "majority": truth.majority,
    "wawa": truth.wawa,
    "bwa": truth.bwa,
    "dawid_skene": truth.dawid_skene,
    "fast_ds": lambda responses: truth.dawid_skene(responses, fast=True),
    "one_coin": truth.one_coin,
    "zencrowd": truth.zencrowd,
    "ibcc": truth.ibcc,
    "ebcc": truth.ebcc,
    "mace": truth.mace,
    "glad": truth.glad,
    "kos": truth.kos,
    "mmsr": truth.mmsr,
}
PEERS = (
    "MajorityVote",
    "Wawa",
    "DawidSkene",
    "OneCoinDawidSkene",
    "KOS",
    "MMSR",
    "ZeroBasedSkill",
    "GLAD",
    "MACE",
)
SLOW = ("GLAD", "MACE")
TWO_LABELS = ("KOS", "MMSR")

PEER = """
import sys, time, warnings, numpy as np, pandas as pd
warnings.filterwarnings("ignore")
import crowdkit.aggregation as ck
path, names, repeats, out = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]), sys.argv[4]
kw = eval(sys.argv[5])
a = np.load(path)
frame = pd.DataFrame({"task": a["item"], "worker": a["annotator"], "label": a["label"]})
done = {}
for name in names:
    walls, cpus = [], []
    try:
        for _ in range(repeats):
            method = getattr(ck, name)(**kw)
            w, c = time.perf_counter(), time.process_time()
            found = method.fit_predict(frame)
            walls.append(time.perf_counter() - w); cpus.append(time.process_time() - c)
    except Exception as error:
        print(name, repr(error)[:100], file=sys.stderr)
        continue
    label = np.full(int(a["n_items"]), -1); label[found.index.to_numpy()] = found.to_numpy()
    done |= {name + ":label": label, name + ":wall": min(walls), name + ":cpu": min(cpus)}
    np.savez(out, **done)
"""


SAME = """
import sys, warnings, numpy as np, pandas as pd
warnings.filterwarnings("ignore")
import crowdkit.aggregation as ck
a = np.load(sys.argv[1])
frame = pd.DataFrame({"task": a["item"], "worker": a["annotator"], "label": a["label"]})
n = int(a["n_labels"]); labels = range(n)
ds = ck.DawidSkene(n_iter=10, tol=-1.0).fit(frame)
posterior = ds.probas_.sort_index().reindex(columns=labels, fill_value=0.0).to_numpy()
table = np.full((int(a["n_annotators"]), n, n), 1e-10)
for (worker, label), row in ds.errors_.reindex(columns=labels, fill_value=0.0).iterrows():
    table[int(worker), int(label)] = row.to_numpy()
prior = ds.priors_.reindex(labels, fill_value=1e-10).to_numpy()
votes = ck.MajorityVote().fit_predict_proba(frame).sort_index().reindex(columns=labels, fill_value=0.0).to_numpy()
np.savez(sys.argv[2], posterior=posterior, table=table, prior=prior, votes=votes)
"""


def opened(path: Path) -> TextIO:
    return path.open() if path.exists() else gzip.open(f"{path}.gz", "rt")


def read(path: Path) -> list[list[str]]:
    with opened(path) as file:
        return list(csv.reader(file))[1:]


def load(data: Path, name: str) -> tuple[Responses, np.ndarray]:
    """The answers and the known labels (-1 unknown, -2 a label nobody used)."""
    rows = read(data / name / "labels.csv")
    table = {"task": [r[0] for r in rows], "worker": [r[1] for r in rows], "label": [r[2] for r in rows]}
    responses, names = Responses.from_table(table)
    item = {value: code for code, value in enumerate(names.items)}
    label = {value: code for code, value in enumerate(names.labels)}
    known = np.full(responses.n_items, -1)
    for task, said in read(data / name / "truth.csv"):
        if task in item:
            known[item[task]] = label.get(said, -2)
    return responses, known


def accuracy(label: np.ndarray, known: np.ndarray) -> float:
    asked = known != -1
    return 100.0 * float((label[asked] == known[asked]).mean())


def calibration(posterior: np.ndarray, known: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error of the likeliest label, equal-width bins."""
    asked = known >= 0
    sure, right = posterior[asked].max(axis=1), posterior[asked].argmax(axis=1) == known[asked]
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(right[place == b].mean() - sure[place == b].mean()) * (place == b).mean() for b in set(place)]
    return float(sum(gaps))


def peer(
    python: str, responses: Responses, names: Iterable[str], repeats: int, limit: int, **kw: Any
) -> dict[str, dict[str, Any]]:
    """What crowd-kit says of the same arrays: label, wall and CPU seconds by method, up to where time ran out."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = f"{folder}/in.npz", f"{folder}/out.npz"
        np.savez(
            path,
            item=responses.item,
            annotator=responses.annotator,
            label=responses.label,
            n_items=responses.n_items,
        )
        asked = [python, "-c", PEER, path, ",".join(names), str(repeats), out, repr(kw)]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, timeout=limit)
            if done.stderr:
                print(done.stderr.strip()[-200:], file=sys.stderr)
        except subprocess.TimeoutExpired:
            print(f"crowd-kit stopped after {limit} s", file=sys.stderr)
        found: dict[str, dict[str, Any]] = {}
        if Path(out).exists():
            for key, value in np.load(out).items():
                found.setdefault(key.split(":")[0], {})[key.split(":")[1]] = value
        return found


def kept_peer(
    python: str, responses: Responses, names: Iterable[str], limit: int, keep: Path | None, name: str
) -> dict[str, dict[str, Any]]:
    """`peer`, but what ``keep`` already holds of this set is not run again."""
    path = keep / f"{name}.npz" if keep else None
    stored = dict(np.load(path).items()) if path and path.exists() else {}
    for method in names:
        if f"{method}:label" not in stored:
            found = peer(python, responses, [method], 1, limit).get(method, {})
            stored |= {f"{method}:{key}": value for key, value in found.items()}
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **stored)
    whole: dict[str, dict[str, Any]] = {}
    for key, value in stored.items():
        whole.setdefault(key.split(":")[0], {})[key.split(":")[1]] = value
    return {method: whole[method] for method in names if method in whole}


def best_of(run: Callable[[], Any], repeats: int = 3) -> tuple[float, float, Any]:
    """Wall and CPU seconds of the best of ``repeats`` calls after one not counted."""
    found = run()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        found = run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus), found


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


def floor_of(posterior: np.ndarray, known: np.ndarray, draws: int = 10) -> float:
    """The calibration error a posterior that is exactly right has on so few items: the truth drawn from it."""
    rng = np.random.default_rng(0)
    rows = posterior[known >= 0].astype(np.float64)
    reach = rows.cumsum(axis=1) / rows.sum(axis=1, keepdims=True)
    drawn = [(reach > rng.random((len(rows), 1))).argmax(axis=1) for _ in range(draws)]
    return float(np.mean([calibration(rows, one) for one in drawn]))


def accuracy_part(
    data: Path, peers: str | None, slow_answers: int, limit: int, keep: Path | None
) -> list[str]:
    figures: dict[str, dict[str, float]] = {}
    errors: dict[str, dict[str, float]] = {}
    ours_s: dict[str, dict[str, float]] = {}
    peers_s: dict[str, dict[str, float]] = {}
    auto_s: dict[str, tuple[int, float]] = {}
    floors: dict[str, float] = {}
    drawn: dict[str, list[float]] = {}
    for name in (*SETS, *DEPENDENT):
        responses, known = load(data, name)
        figures[name], errors[name], ours_s[name], peers_s[name] = {}, {}, {}, {}
        for method, run in OURS.items():
            if method == "mmsr" and responses.n_annotators > 500:
                continue
            if method in ("glad", "mace"):
                ours_s[name][method.upper()] = best_of(lambda run=run, r=responses: run(r), 2)[1]
            if method == "auto":
                auto_s[name] = (len(responses), best_of(lambda r=responses: truth.auto(r), 3)[1])
            result = run(responses)
            figures[name][method] = accuracy(result.label, known)
            errors[name][method] = calibration(result.posterior, known)
            if method == "auto":
                floors[name] = floor_of(result.posterior, known)
        drawn[name] = [
            accuracy(truth.auto(responses, rng=np.random.default_rng(seed)).label, known) for seed in (1, 2)
        ]
        asked = [
            method
            for method in PEERS
            if not (method in SLOW and len(responses) > slow_answers)
            and not (method in TWO_LABELS and responses.n_labels != 2)
            and not (method == "MMSR" and responses.n_annotators > 500)
        ]
        found = kept_peer(peers, responses, asked, limit, keep, name) if peers else {}
        for method, one in found.items():
            figures[name][f"ck {method}"] = accuracy(one["label"], known)
            peers_s[name][method] = float(one["cpu"])
        print(name, {k: round(v, 2) for k, v in figures[name].items()}, flush=True)
    methods = [*OURS, *(f"ck {m}" for m in PEERS if peers)]
    lines = ["Accuracy in per cent; `ck` are crowd-kit's. A dash: not run (see the note above).", ""]

    def row(name: str) -> list[str]:
        return [name, *(f"{figures[name][m]:.2f}" if m in figures[name] else "–" for m in methods)]

    def means_over(sets: tuple[str, ...]) -> dict[str, float]:
        complete = [m for m in methods if all(m in figures[name] for name in sets)]
        return {m: float(np.mean([figures[name][m] for name in sets])) for m in complete}

    means, with_dependent = means_over(SETS), means_over((*SETS, *DEPENDENT))
    rows = [row(name) for name in SETS]
    rows.append(["**mean**", *(f"**{means[m]:.2f}**" if m in means else "–" for m in methods)])
    rows += [[f"{name} (truth not independent)", *row(name)[1:]] for name in DEPENDENT]
    rows.append(
        [
            "mean with it",
            *(f"{with_dependent[m]:.2f}" if m in with_dependent else "–" for m in methods),
        ]
    )
    lines += table(["set", *methods], rows)
    best = {name: max(figures[name].values()) for name in SETS}
    below = {name: figures[name]["auto"] - figures[name]["majority"] for name in SETS}
    near = [name for name in SETS if figures[name]["auto"] >= best[name] - 0.5]
    rival = max((m for m in means if m != "auto"), key=lambda m: means[m])
    short = sorted((name for name in SETS if below[name] < -0.5), key=lambda name: below[name])
    ece = float(np.mean([errors[name]["auto"] for name in SETS]))
    spread = [means["auto"], *(float(np.mean([drawn[name][s] for name in SETS])) for s in range(2))]
    lines += [
        f"- Mean accuracy of `auto` {means['auto']:.2f} ({min(spread):.2f} to {max(spread):.2f} under three seeds); "
        f"best other method run on every set: `{rival}` {means[rival]:.2f}.",
        f"- `auto` within 0.5 points of the best single method of all on {len(near)} of {len(SETS)} sets.",
        "- `auto` more than 0.5 points below majority on "
        + (", ".join(f"{name} ({below[name]:+.2f})" for name in short) if short else "no set")
        + ".",
        f"- Expected calibration error (15 bins, mean over sets): `auto` {ece:.3f}, "
        + ", ".join(
            f"{m} {np.mean([errors[name][m] for name in SETS]):.3f}"
            for m in ("majority", "dawid_skene", "ebcc", "bwa")
        )
        + f"; a posterior that is exactly right would show {np.mean([floors[name] for name in SETS]):.3f} on so few items.",
        "- `auto`, CPU seconds: "
        + ", ".join(
            f"{name} ({n:,} answers) {s:.2f}"
            for name, (n, s) in sorted(auto_s.items(), key=lambda pair: pair[1][0])
        )
        + ".",
        "",
    ]
    ratios = [
        [
            name,
            method,
            f"{peers_s[name][method]:.2f}",
            f"{ours_s[name][method]:.4f}",
            f"{peers_s[name][method] / ours_s[name][method]:.0f}",
            f"{figures[name][f'ck {method}']:.2f} / {figures[name][method.lower()]:.2f}",
        ]
        for name in SETS
        for method in SLOW
        if method in peers_s[name]
    ]
    if ratios:
        lines += table(
            ["set", "method", "crowd-kit CPU s", "qistas CPU s", "times", "accuracy theirs / ours"], ratios
        )
    numeric: list[list[str]] = []
    for name in NUMERIC:
        responses, known = load_numeric(data, name)
        asked = ~np.isnan(known)
        for method in (truth.mean, truth.median, truth.catd, truth.gaussian):
            value = method(responses).value
            away = np.abs(value - known)[asked]
            fit = np.corrcoef(value[asked], known[asked])[0, 1]
            numeric.append(
                [
                    name,
                    method.__name__,
                    f"{away.mean():.3f}",
                    f"{np.sqrt((away**2).mean()):.3f}",
                    f"{fit:.4f}",
                ]
            )
    lines += table(["set", "method", "mean abs. error", "root mean sq. error", "correlation"], numeric)
    return lines


def load_numeric(data: Path, name: str) -> tuple[NumericResponses, np.ndarray]:
    rows = read(data / name / "labels.csv")
    responses, names = NumericResponses.from_table(
        {"task": [r[0] for r in rows], "worker": [r[1] for r in rows], "label": [float(r[2]) for r in rows]}
    )
    item = {value: code for code, value in enumerate(names.items)}
    known = np.full(responses.n_items, np.nan)
    for task, said in read(data / name / "truth.csv"):
        if task in item:
            known[item[task]] = float(said)
    return responses, known


def simulated(
    answers: int, n_labels: int = 5, per_item: int = 10, n_annotators: int = 1000
) -> tuple[Responses, np.ndarray]:
    rng = np.random.default_rng(0)
    n_items = answers // per_item
    known = rng.integers(0, n_labels, n_items).astype(np.int32)
    item = np.repeat(np.arange(n_items, dtype=np.int32), per_item)
    annotator = rng.integers(0, n_annotators, item.size).astype(np.int32)
    skill = rng.uniform(0.5, 0.95, n_annotators)
    label = np.where(
        rng.random(item.size) < skill[annotator], known[item], rng.integers(0, n_labels, item.size)
    )
    sizes = {"n_items": n_items, "n_annotators": n_annotators, "n_labels": n_labels}
    return Responses.from_arrays(item, annotator, label.astype(np.int32), **sizes), known


def streamed(responses: Responses, rounds: int = 5) -> tuple[float, float]:
    """Seconds to copy the three arrays once, and that an iteration of Dawid–Skene adds; taken in turns, the best of each.

    An iteration is the difference of two runs of different length, over ten.
    """
    streams = (responses.item, responses.annotator, responses.label)
    goal = [np.empty_like(stream) for stream in streams]
    taken: dict[int, list[float]] = {0: [], 2: [], 12: []}
    truth.dawid_skene(responses, max_iter=2, tol=-1.0)
    for _ in range(rounds):
        for rounds_of, seconds in taken.items():
            began = time.perf_counter()
            if rounds_of:
                truth.dawid_skene(responses, max_iter=rounds_of, tol=-1.0)
            else:
                for into, stream in zip(goal, streams, strict=True):
                    np.copyto(into, stream)
            seconds.append(time.perf_counter() - began)
    return min(taken[0]), (min(taken[12]) - min(taken[2])) / 10


def speed_part(peers: str | None, answers: int) -> list[str]:
    rows: list[list[str]] = []
    responses, _ = simulated(answers)
    copied, each = streamed(responses)
    size = responses.item.nbytes + responses.annotator.nbytes + responses.label.nbytes
    whole, cpu, result = best_of(lambda: truth.dawid_skene(responses), 2)
    rows += [
        [
            f"copying the three arrays of {answers:,} answers",
            f"{copied:.4f}",
            f"{size / copied / 1e9:.1f} GB/s read",
        ],
        [
            "one Dawid–Skene iteration, K = 5, two threads",
            f"{each:.4f}",
            f"{each / copied:.1f} × the copy; {each / answers * 1e9:.1f} ns an answer",
        ],
        [f"whole Dawid–Skene run, {result.iterations} iterations", f"{whole:.3f}", f"{cpu:.2f} CPU s"],
    ]
    child = subprocess.run(
        [sys.executable, __file__, "--memory-of", str(answers)], capture_output=True, text=True, check=True
    )
    rows.append(["memory of that run beyond the input", "", child.stdout.strip()])
    print(*rows, sep="\n", flush=True)
    for n_labels in (2, 5, 10):
        million, known = simulated(1_000_000, n_labels)

        def ten(m: Responses = million) -> truth.TruthResult:
            return truth.dawid_skene(m, max_iter=10, tol=-1.0, smoothing=0.0, prior_smoothing=0.0)

        wall, cpu, mine = best_of(ten, 5)
        row = [
            f"Dawid–Skene, 1,000,000 answers, K = {n_labels}, 10 iterations",
            f"{wall:.3f}",
            f"{cpu:.2f} CPU s; accuracy {accuracy(mine.label, known):.2f}",
        ]
        if peers:
            theirs = peer(peers, million, ["DawidSkene"], 2, 900, n_iter=10, tol=-1.0).get("DawidSkene")
            again = best_of(ten, 5)
            wall, cpu = min(wall, again[0]), min(cpu, again[1])
            if theirs is not None:
                row[1] = f"{wall:.3f}"
                row[2] = (
                    f"{cpu:.2f} CPU s; accuracy {accuracy(mine.label, known):.2f}; crowd-kit {float(theirs['wall']):.2f} s "
                    f"({float(theirs['wall']) / wall:.0f} ×), {float(theirs['cpu']):.2f} CPU s "
                    f"({float(theirs['cpu']) / cpu:.0f} ×), labels equal on {100 * (theirs['label'] == mine.label).mean():.3f} %"
                )
        rows.append(row)
        print(row, flush=True)
    for n_labels in (2, 5):
        million, known = simulated(1_000_000, n_labels)
        wall, cpu, mine = best_of(lambda m=million: truth.auto(m), 2)
        rows.append(
            [
                f"`auto`, 1,000,000 answers, K = {n_labels}",
                f"{wall:.3f}",
                f"{cpu:.2f} CPU s; accuracy {accuracy(mine.label, known):.2f}",
            ]
        )
        print(rows[-1], flush=True)
    return table(["what", "seconds", "notes"], rows)


def same_part(data: Path, peers: str | None, most: int = 30_000) -> list[str]:
    """Dawid–Skene and the vote beside crowd-kit's after ten iterations from the same start, without smoothing."""
    rows: list[list[str]] = []
    for name in SETS if peers else ():
        responses, _ = load(data, name)
        if len(responses) > most:
            continue
        with tempfile.TemporaryDirectory() as folder:
            given: dict[str, Any] = {key: getattr(responses, key) for key in ("item", "annotator", "label")}
            given |= {"n_labels": responses.n_labels, "n_annotators": responses.n_annotators}
            np.savez(f"{folder}/in.npz", **given)
            asked = [str(peers), "-c", SAME, f"{folder}/in.npz", f"{folder}/out.npz"]
            done = subprocess.run(asked, capture_output=True, text=True)
            if done.returncode:
                print(name, done.stderr.strip()[-200:], file=sys.stderr)
                continue
            theirs = dict(np.load(f"{folder}/out.npz").items())
        ours = truth.dawid_skene(responses, max_iter=10, tol=-1.0, smoothing=0.0, prior_smoothing=0.0)
        model = truth.ConfusionModel(0.0, 0.0)
        mine = truth.e_step(
            responses,
            model.m_step(truth.start_stats(responses, None, ours.posterior.astype(np.float64)), None),
        )
        other = truth.e_step(
            responses,
            truth.Params(np.maximum(theirs["table"], 1e-300), np.maximum(theirs["prior"], 1e-300)),
        )
        votes = truth.majority(responses).posterior
        rows.append(
            [
                name,
                f"{np.abs(votes - theirs['votes']).max():.1e}",
                f"{np.abs(ours.posterior - theirs['posterior']).max():.1e}",
                f"{mine.log_likelihood:.6f}",
                f"{other.log_likelihood:.6f}",
                f"{abs(mine.log_likelihood - other.log_likelihood) / len(responses):.1e}",
            ]
        )
        print(rows[-1], flush=True)
    return table(
        [
            "set",
            "votes, largest difference",
            "Dawid–Skene posterior, largest difference",
            "log likelihood",
            "crowd-kit's",
            "difference an answer",
        ],
        rows,
    )


def coverage_part() -> list[str]:
    """Crowds drawn from the one-coin model: how often the 90 % interval of an annotator holds the accuracy it was drawn with."""
    methods = {
        m.__name__: m for m in (truth.auto, truth.dawid_skene, truth.ibcc, truth.one_coin, truth.majority)
    }
    rows: list[list[str]] = []
    for items, annotators, labels, each, low, high in (
        (400, 20, 3, 5, 0.6, 0.95),
        (400, 20, 2, 3, 0.6, 0.95),
        (400, 20, 2, 5, 0.55, 0.9),
        (1000, 100, 5, 3, 0.6, 0.95),
        (200, 30, 4, 10, 0.5, 0.9),
        (2000, 50, 2, 3, 0.7, 0.95),
        (300, 60, 2, 5, 0.6, 0.95),
    ):
        held: dict[str, list[float]] = {name: [] for name in methods}
        for seed in range(20):
            rng = np.random.default_rng(seed)
            known, skill = rng.integers(0, labels, items), rng.uniform(low, high, annotators)
            item = np.repeat(np.arange(items), each)
            who = np.argsort(rng.random((items, annotators)), axis=1)[:, :each].ravel()
            wrong = (known[item] + rng.integers(1, labels, item.size)) % labels
            said = np.where(rng.random(item.size) < skill[who], known[item], wrong)
            crowd = Responses.from_arrays(item, who, said, n_annotators=annotators, n_labels=labels)
            for name, method in methods.items():
                found = method(crowd).annotators
                held[name].append(float(((found.low <= skill) & (skill <= found.high)).mean()))
        rows.append(
            [
                f"{items} items, {annotators} annotators, K = {labels}, {each} answers an item, accuracy {low}–{high}",
                *(f"{100 * np.mean(held[name]):.1f}" for name in methods),
            ]
        )
        print(rows[-1], flush=True)
    return table(["crowd (20 draws each)", *methods], rows)


def memory_of(answers: int) -> str:
    small, _ = simulated(10_000)
    truth.dawid_skene(small, max_iter=2)
    large, _ = simulated(answers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    now = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    result = truth.dawid_skene(large, max_iter=5)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    given = large.item.nbytes + large.annotator.nbytes + large.label.nbytes
    used = max(peak - now, 0)
    said = "" if peak > before else " (at most: an earlier peak hides it)"
    return f"{used / 1e6:.0f} MB{said}; input {given / 1e6:.0f} MB, posterior {result.posterior.nbytes / 1e6:.0f} MB"


def scale_part(most: int) -> list[str]:
    sizes = [n for n in (100_000, 1_000_000, 10_000_000, 100_000_000) if n <= most]
    seconds: list[float] = []
    for n in sizes:
        seconds.append(streamed(simulated(n)[0], 5 if n <= 10_000_000 else 2)[1])
        print(n, seconds[-1], flush=True)
    slope = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
    rows = [[f"{n:,}", f"{s:.5f}", f"{s / n * 1e9:.2f}"] for n, s in zip(sizes, seconds, strict=True)]
    return [
        *table(["answers", "seconds an iteration", "ns an answer"], rows),
        f"Slope of the logarithms: {slope:.3f}.",
        "",
    ]


def written(path: Path, part: str, lines: list[str]) -> None:
    """Put ``lines`` between the markers of ``part`` in the document."""
    text = path.read_text()
    start, end = f"<!-- {part}: written by benchmarks/engine.py -->", f"<!-- end of {part} -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    if not rest:
        raise SystemExit(f"{path} has no marker for {part}")
    path.write_text(before + start + "\n\n" + "\n".join(lines).rstrip() + "\n\n" + end + after)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help="the Python that has crowd-kit")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/crowd"))
    names = ("accuracy", "same", "coverage", "speed", "scale")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--keep", type=Path, help="folder for the peers' answers on the real sets")
    parser.add_argument("--answers", type=int, default=10_000_000)
    parser.add_argument("--most", type=int, default=10_000_000, help="largest table of the scale part")
    parser.add_argument("--slow-answers", type=int, default=4_700)
    parser.add_argument("--limit", type=int, default=900, help="seconds for the peers on one set")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory_of:
        print(memory_of(asked.memory_of))
        return
    print(json.dumps({"python": platform.python_version(), "numpy": np.__version__, "cores": os.cpu_count()}))
    parts: dict[str, Callable[[], list[str]]] = {
        "accuracy": lambda: accuracy_part(
            asked.data, asked.peers, asked.slow_answers, asked.limit, asked.keep
        ),
        "same": lambda: same_part(asked.data, asked.peers),
        "coverage": coverage_part,
        "speed": lambda: speed_part(asked.peers, asked.answers),
        "scale": lambda: scale_part(asked.most),
    }
    for name, run in parts.items():
        if name in asked.only:
            lines = run()
            print("\n".join(lines))
            if asked.write:
                written(asked.write, name, lines)


if __name__ == "__main__":
    main()
