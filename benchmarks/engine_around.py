# pyright: basic
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
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from qistas.engine import Responses, truth
from qistas.engine.agreement import krippendorff_alpha, spans_agreement
from qistas.engine.assign import StopRule, decide_stop, gain_per_answer, replay
from qistas.engine.errors import confident_learning
from qistas.engine.merge import (
    merge_boxes,
    merge_boxes_table,
    merge_polygons,
    merge_spans,
    merge_spans_table,
)
from qistas.engine.rating import Comparisons, Rankings, bradley_terry, count_pairs, plackett_luce
from qistas.engine.truth.judge_items import judge_items
from qistas.ontology import Redundancy
from qistas.ontology.kinds.voting import trust_of
from qistas.quality.decide_overlap import LEAST_TRUST, stop_rule

FIGURES: list[dict] = []
METRICS: tuple[Literal["nominal"], Literal["interval"]] = ("nominal", "interval")

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
        for metric in METRICS:
            name = f"alpha {metric}, {len(value):,} labels, {people} annotators, K = {labels}"
            ours, timing = best(
                partial(krippendorff_alpha, data, metric=metric, n_bootstrap=0),
                repeats,
            )
            for form in ("matrix", "counts"):
                theirs = peer(
                    python, f"alpha:{metric}:{form}", {form: matrix if form == "matrix" else counts}, repeats
                )
                gap = {} if theirs is None else {"difference": abs(theirs["value"] - ours.value)}
                report(f"{name}, peer from {form}", timing, theirs, **gap)
            _, timing = best(
                partial(krippendorff_alpha, data, metric=metric, rng=np.random.default_rng(1)),
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
    for n in (100, 1_000, 10_000):
        crowded(n, max(1, repeats if n < 10_000 else repeats // 2))


def crowded(n, repeats):
    """One item on which each of three people marks the same ``n`` things, a little off: the cost of a thing should not grow."""
    rng = np.random.default_rng(0)
    side = int(np.ceil(np.sqrt(n)))
    middle = np.stack([np.arange(n) % side, np.arange(n) // side], axis=1) * 31.0
    middle += rng.uniform(-2, 2, (n, 2))
    label = rng.integers(0, 3, n).tolist()
    radius = rng.uniform(10, 15, (n, 40))
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    round_ = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    boxes, spans, polygons = [], [], []
    for _ in range(3):
        off = rng.normal(0, 0.6, (n, 4))
        corner, size = middle - radius[:, :2] + off[:, :2], 2 * radius[:, :2] + off[:, 2:]
        boxes.append([(*c, *s, k) for c, s, k in zip(corner.tolist(), size.tolist(), label, strict=True)])
        start = np.arange(n) * 9 + rng.integers(0, 3, n)
        spans.append([(s, s + 14, k) for s, k in zip(start.tolist(), label, strict=True)])
        shape = middle[:, None] + (radius + rng.normal(0, 0.6, (n, 40)))[:, :, None] * round_
        polygons.append(list(zip(shape.tolist(), label, strict=True)))
    for name, call in (
        ("boxes", partial(merge_boxes, boxes)),
        ("spans", partial(merge_spans, spans)),
        ("polygons of 40 points", partial(merge_polygons, polygons, resolution=96)),
    ):
        _, timing = best(call, repeats)
        report(f"merge {n:,} {name} of each of three", timing, micros_a_thing=timing["cpu"] / n * 1e6)


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


def some_items(data, known, most):
    """At most so many of the items, those with a truth first, drawn by a fixed seed; annotators who are left renumbered."""
    if data.n_items <= most:
        return data, known
    order = np.random.default_rng(99).permutation(data.n_items)
    chosen = order[np.argsort(known[order] < 0, kind="stable")][:most]
    code = np.full(data.n_items, -1)
    code[chosen] = np.arange(most)
    kept = code[data.item] >= 0
    _, who = np.unique(data.annotator[kept], return_inverse=True)
    part = Responses.from_arrays(
        code[data.item[kept]], who, data.label[kept], n_items=most, n_labels=data.n_labels
    )
    return part, known[chosen]


def savings(folder, targets, error_costs, sets, seeds, most):
    """Share of answers each rule asks for, and what `auto` makes of them, against majority and Dawid–Skene on all answers."""
    rules = list(zip(targets, error_costs, strict=True))
    against = ("majority", "dawid_skene", "auto")
    table = np.zeros((len(sets), len(rules), 1 + len(against)))
    print(
        f"\nsavings: at most {most:,} items a set, {seeds} orders of arrival; asking is decided by pooled, labels are by auto"
    )
    for row, name in enumerate(sets):
        data, known = some_items(*read(folder / name), most)
        judged = known >= 0

        def score(label, judged=judged, known=known):
            return float((np.asarray(label)[judged] == known[judged]).mean())

        full = [score(method(data).label) for method in (truth.majority, truth.dawid_skene, truth.auto)]
        for column, (target, error_cost) in enumerate(rules):
            costs = {"cost": 1.0, "error_cost": error_cost} if error_cost > 0 else {}
            begun, shares, right = time.perf_counter(), [], []
            for seed in range(seeds):
                got = replay(
                    data,
                    StopRule(target=target, **costs),
                    rng=np.random.default_rng(seed),
                    round_share=0.5,
                )
                shares.append(got.used[-1] / got.n_total)
                right.append(score(truth.auto(data.rows(np.flatnonzero(got.revealed))).label))
            seconds = (time.perf_counter() - begun) / seeds
            share, accuracy = float(np.mean(shares)), float(np.mean(right))
            table[row, column] = [share, *(accuracy - level for level in full)]
            FIGURES.append(
                {
                    "name": f"savings {name}",
                    "target": target,
                    "error cost": error_cost,
                    "share": share,
                    "accuracy": accuracy,
                    "seconds": seconds,
                }
                | dict(zip(against, full, strict=True))
            )
            print(
                f"  {name:<18} target {target:g}, an error worth {error_cost:g} answers: used {share:5.1%}  right {accuracy:.3f}  "
                f"majority {full[0]:.3f}  DS {full[1]:.3f}  auto {full[2]:.3f}  {seconds:.1f} s",
                flush=True,
            )
    for column, rule in enumerate(rules):
        mean, worst = table[:, column].mean(axis=0), table[:, column].min(axis=0)
        print(
            f"  MEAN {rule}: used {mean[0]:.1%}; "
            + ", ".join(
                f"less {name} {mean[at]:+.2%} (worst {worst[at]:+.1%})"
                for at, name in enumerate(against, start=1)
            )
        )
    for at, name in enumerate(against, start=1):
        if len(sets) > 1:
            print("  " + left_out(table, rules, at, name))


def savings_live(folder, targets, least, worths, sets, seeds, most, overlap):
    """The same as a project does it: judged after each answer under the last full run, a run now and then, annotators as they come."""
    rules = [(target, fewest, worth) for fewest in least for target in targets for worth in worths]
    against = ("majority", "dawid_skene", "auto")
    table = np.zeros((len(sets), len(rules), 1 + len(against)))
    print(
        f"\nsavings of a project: at most {most:,} items a set and {overlap or 'all'} answers an item, {seeds} orders of arrival"
    )
    for row, name in enumerate(sets):
        data, known = some_items(*read(folder / name), most)
        for seed in range(seeds):
            lot = np.random.default_rng(seed).random(len(data))
            order = np.lexsort((lot, data.item))
            place = np.empty(len(data), dtype=np.int64)
            place[order] = np.arange(len(data)) - data.offsets[data.item[order]]
            held = np.flatnonzero(place < (overlap or len(data)))
            every, turn, judged = data.rows(held), place[held], known >= 0

            def score(label, judged=judged, known=known):
                return float((np.asarray(label)[judged] == known[judged]).mean())

            full = [score(method(every).label) for method in (truth.majority, truth.dawid_skene, truth.auto)]
            for column, (target, fewest, worth) in enumerate(rules):
                rule = Redundancy(
                    target_confidence=target,
                    min_overlap=fewest,
                    max_overlap=overlap or 1000,
                    cost_per_answer=1 if worth else 0,
                    error_cost=worth,
                )
                label, used = lived(every, turn, rule)
                table[row, column] += np.array([used, *(score(label) - level for level in full)]) / seeds
        print(f"  {name:<18} " + "  ".join(f"{r[0]:g}/{r[1]}/{r[2]}: {t[0]:.1%} {t[1]:+.1%} {t[2]:+.1%}" for r, t in zip(rules, table[row], strict=True)), flush=True)  # fmt: skip
    for column, (target, fewest, worth) in enumerate(rules):
        mean, worst = table[:, column].mean(axis=0), table[:, column].min(axis=0)
        levels = zip(against, mean[1:], worst[1:], strict=True)
        print(
            f"  MEAN target {target:g}, at least {fewest}, a mistake worth {worth} answers: used {mean[0]:.1%}; "
            + ", ".join(f"less {level} {by:+.2%} (worst {low:+.1%})" for level, by, low in levels)
        )
        FIGURES.append({"name": f"savings live {target:g}/{fewest}/{worth}", "share": float(mean[0])} | dict(zip(against, mean[1:].tolist(), strict=True)))  # fmt: skip
    for at, name in enumerate(against, start=1):
        if len(sets) > 1:
            print("  " + left_out(table, rules, at, name))


def lived(data, turn, rule):
    """Labels and share of answers used when ``rule`` decides; ``turn``: the place of each answer among those of its item."""
    item, total = data.item.astype(np.int64), data.counts().astype(np.int64)
    shown, since = np.minimum(rule.min_overlap, total), 0
    stop = replace(stop_rule(rule), max_overlap=None)

    def run():
        result = truth.auto(data.rows(np.flatnonzero(turn < shown[item])))
        skill = result.annotators
        assert result.fit is not None
        trust = max(float(trust_of(skill.accuracy[None], skill.count[None])[-1]), LEAST_TRUST)
        table = np.concatenate((result.fit.table, result.fit.table.mean(axis=0)[None]))
        return result.posterior.astype(np.float64), result.fit, table, trust, skill.count > 0

    posterior, fit, table, trust, met = run()
    for _ in range(1000):
        gain = gain_per_answer(posterior, trust, most=total - shown)
        more = ~decide_stop(posterior, shown, stop, accuracy_gain=gain).done & (shown < total)
        if not more.any() and since == 0:
            break
        shown = shown + more
        since += int(more.sum())
        if not more.any() or since >= max(data.n_items, shown.sum() // 4):
            (posterior, fit, table, trust, met), since = run(), 0
        else:
            rows, code = np.flatnonzero(more[item] & (turn < shown[item])), np.cumsum(more) - 1
            who = np.where(met[data.annotator[rows]], data.annotator[rows], data.n_annotators)
            posterior[more] = judge_items(
                table, fit.prior, code[item[rows]], who, data.label[rows], int(more.sum()),
                subtypes=fit.subtypes, vote_share=fit.vote_share, correlation=fit.correlation,
            )  # fmt: skip
    return posterior.argmax(axis=1), shown.sum() / len(data)


def left_out(table, rules, at, name):
    """Each set under the rule that the others would choose: the thriftiest that is on average not below the level, else the most right."""
    got = []
    for row in range(len(table)):
        mean = np.delete(table, row, axis=0).mean(axis=0)
        reached = np.flatnonzero(mean[:, at] >= 0.0)
        best = reached[mean[reached, 0].argmin()] if len(reached) else int(mean[:, at].argmax())
        got.append(table[row, best])
    mean, worst = np.mean(got, axis=0), np.min(got, axis=0)
    FIGURES.append(
        {"name": f"savings left out, {name}", "share": float(mean[0]), "difference": float(mean[at])}
    )
    return (
        f"LEFT OUT, rule chosen among {len(rules)} on the other sets to reach {name}: used {mean[0]:.1%}, less {name} "
        f"{mean[at]:+.2%} (worst {worst[at]:+.1%})"
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
    parser.add_argument("--targets", type=float, nargs="*", default=[0.98, 0.98, 0.98, 0.99])
    parser.add_argument(
        "--error-costs",
        type=float,
        nargs="*",
        default=[30, 60, 120, 300],
        help="in answers; 0: the target alone",
    )
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument(
        "--seeds", type=int, default=3, help="orders of arrival that savings are averaged over"
    )
    parser.add_argument(
        "--most-items", type=int, default=600, help="items of a set that savings are taken on"
    )
    parser.add_argument("--live-targets", type=float, nargs="*", default=[0.8, 0.85, 0.9, 0.95])
    parser.add_argument("--live-least", type=int, nargs="*", default=[2, 3])
    parser.add_argument(
        "--live-worths",
        type=int,
        nargs="*",
        default=[0, 100],
        help="answers that a mistake weighs; 0: costs are not weighed",
    )
    parser.add_argument(
        "--live-overlap", type=int, default=5, help="answers an item at most; 0: all there are"
    )
    parts = ("alpha", "rating", "errors", "regions", "savings", "savings_live")
    parser.add_argument("--only", nargs="*", choices=parts)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    only = given.only or parts
    print(f"python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {sys.platform}")
    if "alpha" in only:
        alpha(given.peers, given.repeats, given.size)
    if "rating" in only:
        rating(given.peers, given.repeats, given.size)
    if "errors" in only:
        errors(given.peers, given.repeats)
    if "regions" in only:
        regions(given.repeats)
    if not given.data.is_dir():
        print(f"no data at {given.data}: savings are left out")
        only = [part for part in only if not part.startswith("savings")]
    if "savings" in only:
        savings(given.data, given.targets, given.error_costs, given.sets, given.seeds, given.most_items)
    if "savings_live" in only:
        savings_live(
            given.data,
            given.live_targets,
            given.live_least,
            given.live_worths,
            given.sets,
            given.seeds,
            given.most_items,
            given.live_overlap,
        )
    if given.json:
        given.json.write_text(json.dumps(FIGURES, indent=1))


if __name__ == "__main__":
    main()
