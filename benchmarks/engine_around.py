"""Agreement, rating, label errors and adaptive stopping, side by side with other packages in one run.

    python benchmarks/engine_around.py --peers /tmp/peers/bin/python --data ../shared/data/crowd

``--peers`` names the Python of an environment that holds `krippendorff`, `choix` and `cleanlab` (without it only our own
figures are taken); it gets the very same arrays through a file. Every timing is the best of ``--repeats`` calls after one
call that is not counted (so compilation is left out; ``first call`` says what it cost), as wall seconds and as CPU seconds
of all threads. ``--json`` writes all figures to a file.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from qistas.engine import Responses, truth
from qistas.engine.agreement import krippendorff_alpha, spans_agreement
from qistas.engine.assign import StopRule, replay
from qistas.engine.errors import confident_learning
from qistas.engine.merge import merge_boxes_table, merge_spans_table
from qistas.engine.rating import Comparisons, Rankings, bradley_terry, count_pairs, plackett_luce

FIGURES: list[dict] = []

# Sets whose truth is independent of the labels, with categorical answers.
SETS = (
    "bluebird", "dog", "rte", "weather_cf", "weather_amt", "sentpol", "sentpol_amt", "zencrowd_all", "zencrowd_in",
    "zencrowd_us", "product", "tweet", "face", "temp", "relevance", "adult", "fact", "ar_sarcasm_votes",
)  # fmt: skip

PEER = """
import json, resource, sys, time, numpy as np
what, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
# A peer that needs more memory than this fails by itself and not the machine.
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
a = np.load(path)
def best(f):
    f(); walls, cpus = [], []
    for _ in range(repeats):
        w, c = time.perf_counter(), time.process_time(); out = f()
        walls.append(time.perf_counter() - w); cpus.append(time.process_time() - c)
    return out, min(walls), min(cpus)
if what.startswith("alpha"):
    import krippendorff
    metric = what.split(":")[1]
    if "matrix" in what:
        m = a["matrix"].astype(float); m[m < 0] = np.nan
        f = lambda: krippendorff.alpha(reliability_data=m, level_of_measurement=metric)
    else:
        f = lambda: krippendorff.alpha(value_counts=a["counts"], level_of_measurement=metric)
    out, wall, cpu = best(f); value = float(out)
elif what == "bt":
    import choix
    w = a["wins"].astype(float); n = len(w)
    out, wall, cpu = best(lambda: choix.ilsr_pairwise_dense(w, alpha=0.0)); value = out.tolist()
elif what == "bt_pairs":
    import choix
    pairs = list(zip(a["winner"].tolist(), a["loser"].tolist()))
    out, wall, cpu = best(lambda: choix.opt_pairwise(int(a["n"]), pairs, method="Newton-CG")); value = out.tolist()
elif what == "pl":
    import choix
    rankings = [tuple(r) for r in a["rankings"].tolist()]
    out, wall, cpu = best(lambda: choix.ilsr_rankings(int(a["n"]), rankings)); value = out.tolist()
elif what == "errors":
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_self_confidence_for_each_label
    f = lambda: (find_label_issues(a["given"], a["p"], filter_by="prune_by_noise_rate", n_jobs=1), get_self_confidence_for_each_label(a["given"], a["p"]))
    out, wall, cpu = best(f); value = [out[0].tolist(), out[1].tolist()]
print(json.dumps({"wall": wall, "cpu": cpu, "value": value, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def best(call, repeats):
    begun = time.perf_counter()
    call()
    first = time.perf_counter() - begun
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        out = call()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return out, {"wall": min(walls), "cpu": min(cpus), "first call": first}


def peer(python, what, arrays, repeats):
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arrays.npz"
        np.savez(path, **arrays)
        run = subprocess.run(
            [python, "-W", "ignore", "-c", PEER, what, str(path), str(repeats)],
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode:
        print(f"  peer failed ({what}): {run.stderr.strip().splitlines()[-1:]}")
        return None
    return json.loads(run.stdout)


def report(name, ours, theirs=None, **more):
    row = {"name": name, **ours, **more}
    line = f"{name:<46} ours {ours['wall'] * 1e3:9.1f} ms (cpu {ours['cpu'] * 1e3:.1f})"
    if theirs is not None:
        row |= {"peer wall": theirs["wall"], "peer cpu": theirs["cpu"], "peer peak bytes": theirs["peak"]}
        row |= {"times wall": theirs["wall"] / ours["wall"], "times cpu": theirs["cpu"] / ours["cpu"]}
        line += f"   peer {theirs['wall'] * 1e3:9.1f} ms   {row['times wall']:7.1f} x wall, {row['times cpu']:.1f} x cpu"
    for key, value in more.items():
        line += f"   {key} {value:.3g}" if isinstance(value, float) else f"   {key} {value}"
    print(line, flush=True)
    FIGURES.append(row)


def alpha(python, repeats, size):
    rng = np.random.default_rng(0)
    for people, each, labels in ((10, 10, 5), (200, 5, 5), (200, 5, 20)):
        n = size // each
        known = rng.integers(0, labels, n)
        # Every item has ``each`` answers, of as many of the annotators.
        who = (rng.integers(0, people, n)[:, None] + np.arange(each) * (people // each)) % people
        item = np.repeat(np.arange(n), each)
        value = np.where(
            rng.random((n, each)) < 0.7, known[:, None], rng.integers(0, labels, (n, each))
        ).reshape(-1)
        annotator = who.reshape(-1)
        matrix = np.full((people, n), -1, dtype=np.int8)
        matrix[annotator, item] = value
        data = Responses.from_arrays(item, annotator, value, n_items=n, n_labels=labels)
        counts = np.stack([(matrix == k).sum(axis=0) for k in range(labels)], axis=1)
        for metric in ("nominal", "interval"):
            name = f"alpha {metric}, {len(value):,} labels, {people} annotators, K = {labels}"
            ours, timing = best(
                lambda metric=metric, data=data: krippendorff_alpha(data, metric=metric, n_bootstrap=0),
                repeats,
            )
            for form in ("matrix", "counts"):
                theirs = peer(
                    python, f"alpha:{metric}:{form}", {form: matrix if form == "matrix" else counts}, repeats
                )
                gap = {} if theirs is None else {"difference": abs(theirs["value"] - ours.value)}
                report(f"{name}, peer from {form}", timing, theirs, **gap)
            _, timing = best(
                lambda metric=metric, data=data: krippendorff_alpha(
                    data, metric=metric, rng=np.random.default_rng(1)
                ),
                repeats,
            )
            report(f"{name}, with 1,000 bootstrap draws", timing)


def rating(python, repeats, size):
    rng = np.random.default_rng(0)
    n = 1000
    strength = rng.normal(0, 1, n)
    left = rng.integers(0, n, size)
    right = (left + rng.integers(1, n, size)) % n
    winner = np.where(rng.random(size) < 1 / (1 + np.exp(strength[right] - strength[left])), left, right)
    data = Comparisons.from_arrays(left, right, winner)
    counts, timing = best(lambda: count_pairs(data), repeats)
    report(f"count {size:,} comparisons of {n} items", timing)
    ours, timing = best(lambda: bradley_terry(counts, intervals="none"), repeats)
    wins = np.zeros((n, n))
    wins[counts.left, counts.right], wins[counts.right, counts.left] = counts.wins, counts.losses
    # choix takes comparisons as (winner over loser) counts in rows.
    theirs = peer(python, "bt", {"wins": wins}, max(1, repeats // 2))
    more = (
        {}
        if theirs is None
        else {"difference": float(np.abs(np.array(theirs["value"]) - ours.strength).max())}
    )
    report("bradley_terry from counts (choix ilsr dense)", timing, theirs, iterations=ours.iterations, **more)
    _, timing = best(lambda: bradley_terry(counts), repeats)
    report("bradley_terry from counts with sandwich", timing)
    small = size // 10
    other = np.where(winner == left, right, left)
    less = Comparisons.from_arrays(left[:small], right[:small], winner[:small])
    ours, timing = best(lambda: bradley_terry(count_pairs(less), intervals="none", prior_sd=1e3), repeats)
    arrays = {"winner": winner[:small], "loser": other[:small], "n": np.array(n)}
    theirs = peer(python, "bt_pairs", arrays, 1)
    report(f"bradley_terry, {small:,} pairs (choix Newton-CG)", timing, theirs)
    lists = []
    for _ in range(20_000):
        items = rng.choice(100, 5, replace=False)
        lists.append(items[np.argsort(-(strength[items] + rng.gumbel(0, 1, 5)))])
    rankings = Rankings.from_lists(lists, n_items=100)
    ours, timing = best(lambda: plackett_luce(rankings, intervals="none"), repeats)
    theirs = peer(python, "pl", {"rankings": np.array(lists), "n": np.array(100)}, 1)
    more = (
        {}
        if theirs is None
        else {"difference": float(np.abs(np.array(theirs["value"]) - ours.strength).max())}
    )
    report("plackett_luce, 20,000 rankings of 5 of 100", timing, theirs, **more)


def errors(python, repeats):
    rng = np.random.default_rng(0)
    n, k = 100_000, 10
    known = rng.integers(0, k, n)
    score = rng.normal(0, 1, (n, k))
    score[np.arange(n), known] += 3.0
    p = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    wrong = rng.random(n) < 0.1
    given = np.where(wrong, (known + rng.integers(1, k, n)) % k, known)
    ours, timing = best(lambda: confident_learning(given, p), repeats)
    theirs = peer(python, "errors", {"given": given, "p": p}, 1)

    def ranked(likelihood):
        top = np.argsort(-likelihood, kind="stable")[: wrong.sum()]
        return float(wrong[top].mean())

    more = {
        "precision": float(wrong[ours.flagged].mean()),
        "recall": float(ours.flagged[wrong].mean()),
        "top": ranked(ours.likelihood),
    }
    if theirs is not None:
        flagged, quality = np.array(theirs["value"][0]), np.array(theirs["value"][1])
        more |= {
            "peer precision": float(wrong[flagged].mean()),
            "peer recall": float(flagged[wrong].mean()),
            "peer top": ranked(-quality),
        }
    report(f"confident learning, {n:,} items, K = {k} (cleanlab)", timing, theirs, **more)


def regions(repeats):
    rng = np.random.default_rng(0)
    n, people, each = 2000, 3, 4
    item = np.repeat(np.arange(n), people * each)
    annotator = np.tile(np.repeat(np.arange(people), each), n)
    place = np.repeat(rng.integers(0, 400, (n, 1, each)), people, axis=1).reshape(-1)
    start = place + rng.integers(-2, 3, len(place)) + 5
    label = rng.integers(0, 3, (n, 1, each)).repeat(people, axis=1).reshape(-1)
    _, timing = best(lambda: merge_spans_table(item, annotator, start, start + 12, label), repeats)
    report(f"merge {len(item):,} spans on {n:,} items", timing, micros_an_item=timing["wall"] / n * 1e6)
    box = np.stack([start, place % 97, np.full(len(start), 12), np.full(len(start), 9)], axis=1).astype(float)
    _, timing = best(lambda: merge_boxes_table(item, annotator, box, label), repeats)
    report(f"merge {len(item):,} boxes on {n:,} items", timing, micros_an_item=timing["wall"] / n * 1e6)
    _, timing = best(
        lambda: spans_agreement(item, annotator, start, start + 12, label, rng=np.random.default_rng(0)),
        repeats,
    )
    report(f"agreement on {len(item):,} spans, 1,000 draws", timing)


def read(folder):
    path = next(folder.glob("labels.csv*"))
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    rows = list(csv.DictReader(text.splitlines()))
    path = next(folder.glob("truth.csv*"))
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    known = {r["task"]: r["label"] for r in csv.DictReader(text.splitlines())}
    columns = {k: [r[k] for r in rows] for k in ("task", "worker", "label")}
    data, names = Responses.from_table(columns, labels=sorted({*columns["label"], *known.values()}))
    code = {label: k for k, label in enumerate(names.labels)}
    return data, np.array([code[known[t]] if t in known else -1 for t in names.items])


def savings(folder, targets, error_costs, sets):
    """Share of answers the stop rule asks for, and where it ends up against majority and Dawid–Skene on all of them."""
    print(
        "\nsavings: share of answers used, accuracy at the stop less that of full-redundancy majority and Dawid–Skene"
    )
    for target, error_cost in zip(targets, error_costs, strict=True):
        costs = {"cost": 1.0, "error_cost": error_cost} if error_cost > 0 else {}
        print(
            f"  rule: target {target}, an error is worth {error_cost:g} answers"
            if costs
            else f"  rule: target {target}"
        )
        shares, to_majority, to_ds, reached_majority, reached_ds = [], [], [], [], []
        for name in sets:
            data, known = read(folder / name)
            judged = known >= 0

            def score(label, judged=judged, known=known):
                return float((np.asarray(label)[judged] == known[judged]).mean())

            majority, ds = score(truth.majority(data).label), score(truth.dawid_skene(data).label)
            begun = time.perf_counter()
            got = replay(
                data,
                StopRule(target=target, **costs),
                rng=np.random.default_rng(0),
                truth=known,
                round_share=0.5,
            )
            share = got.used[-1] / got.n_total

            def first(level, got=got):
                at = np.flatnonzero(got.accuracy >= level - 1e-12)
                return float(got.used[at[0]] / got.n_total) if len(at) else float("nan")

            row = {
                "name": f"savings {name}", "target": target, "error cost": error_cost, "share": share, "accuracy": float(got.accuracy[-1]),
                "expected": float(got.expected_accuracy[-1]), "majority": majority, "dawid_skene": ds,
                "first at majority": first(majority), "first at dawid_skene": first(ds),
                "seconds": time.perf_counter() - begun,
            }  # fmt: skip
            FIGURES.append(row)
            shares.append(share)
            to_majority.append(got.accuracy[-1] - majority)
            to_ds.append(got.accuracy[-1] - ds)
            reached_majority.append(row["first at majority"])
            reached_ds.append(row["first at dawid_skene"])
            print(
                f"  {name:<18} target {target:.3f}  used {share:5.1%} of {got.n_total:>7,}  right {got.accuracy[-1]:.3f} "
                f"(expected {got.expected_accuracy[-1]:.3f})  majority {majority:.3f}  DS {ds:.3f}  curve first at majority "
                f"{row['first at majority']:.2f}, at DS {row['first at dawid_skene']:.2f}  {row['seconds']:.1f} s",
                flush=True,
            )
        a, b = np.array(reached_majority), np.array(reached_ds)
        print(
            f"  MEAN target {target:.3f}: used {np.mean(shares):.1%}, against majority {np.mean(to_majority):+.4f}, against "
            f"DS {np.mean(to_ds):+.4f}; not below majority on {np.mean(np.array(to_majority) >= -1e-12):.0%} of sets, within a "
            f"point on {np.mean(np.array(to_majority) >= -0.01):.0%}; the curve reaches majority on {np.isfinite(a).sum()} of "
            f"{len(a)} sets, there at {np.nanmean(a):.1%}, and DS on {np.isfinite(b).sum()}, there at {np.nanmean(b):.1%}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help="Python of the environment with the peers")
    parser.add_argument(
        "--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data" / "crowd"
    )
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--targets", type=float, nargs="*", default=[0.98, 0.99, 0.98])
    parser.add_argument(
        "--error-costs", type=float, nargs="*", default=[60, 300, 0], help="in answers; 0: the target alone"
    )
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--only", nargs="*", choices=("alpha", "rating", "errors", "regions", "savings"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    only = given.only or ("alpha", "rating", "errors", "regions", "savings")
    print(f"python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {sys.platform}")
    if "alpha" in only:
        alpha(given.peers, given.repeats, given.size)
    if "rating" in only:
        rating(given.peers, given.repeats, given.size)
    if "errors" in only:
        errors(given.peers, given.repeats)
    if "regions" in only:
        regions(given.repeats)
    if "savings" in only:
        if given.data.is_dir():
            savings(given.data, given.targets, given.error_costs, given.sets)
        else:
            print(f"no data at {given.data}: savings are left out")
    if given.json:
        given.json.write_text(json.dumps(FIGURES, indent=1))


if __name__ == "__main__":
    main()
