# pyright: basic, reportArgumentType=false
import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from qistas.engine import Responses, truth
from qistas.engine.assign import StopRule, replay

CROWD = Path(__file__).resolve().parents[5] / "shared" / "data" / "crowd"


def crowd(seed=0, n=300, people=20, per_item=9):
    rng = np.random.default_rng(seed)
    known = rng.integers(0, 2, n)
    skill = rng.uniform(0.6, 0.95, people)
    item = np.repeat(np.arange(n), per_item)
    who = np.concatenate([rng.choice(people, per_item, replace=False) for _ in range(n)])
    answer = np.where(rng.random(len(item)) < skill[who], known[item], 1 - known[item])
    return known, Responses.from_arrays(item, who, answer, n_items=n, n_annotators=people, n_labels=2)


def test_far_fewer_answers_reach_what_majority_reaches_with_all():
    known, data = crowd()
    everything = (truth.majority(data).label == known).mean()
    got = replay(data, StopRule(target=0.98), rng=np.random.default_rng(0), truth=known)
    assert got.used[-1] <= 0.6 * got.n_total
    assert got.accuracy[-1] >= everything - 0.01
    assert (np.diff(got.used) > 0).all()
    assert got.n_answers.sum() == got.used[-1] == got.revealed.sum()


def test_bounds_of_overlap_are_kept():
    _, data = crowd()
    got = replay(data, StopRule(target=1.0, min_overlap=2, max_overlap=4), rng=np.random.default_rng(0))
    assert got.n_answers.min() >= 2
    assert got.n_answers.max() <= 4
    assert np.isnan(got.accuracy).all()


def test_a_target_out_of_reach_uses_all_answers():
    _, data = crowd(n=40)
    got = replay(data, StopRule(target=1.0), rng=np.random.default_rng(0))
    assert got.used[-1] == got.n_total
    assert got.revealed.all()


def test_any_method_of_inference_will_do_and_choosing_annotators_pays():
    known, data = crowd(seed=3)
    rule = StopRule(target=0.97, min_overlap=2)
    chosen = replay(data, rule, rng=np.random.default_rng(1), truth=known)
    random = replay(data, rule, rng=np.random.default_rng(1), truth=known, choose_annotator=False)
    assert chosen.used[-1] < random.used[-1]
    other = replay(
        data,
        rule,
        rng=np.random.default_rng(1),
        truth=known,
        infer=lambda r: truth.one_coin(r, right=8, wrong=2),
    )
    assert other.used[-1] < other.n_total


def test_costs_stop_what_is_not_worth_it():
    known, data = crowd(seed=4)
    dear = replay(
        data, StopRule(target=0.999, cost=1.0, error_cost=8.0), rng=np.random.default_rng(0), truth=known
    )
    cheap = replay(
        data, StopRule(target=0.999, cost=1.0, error_cost=1000.0), rng=np.random.default_rng(0), truth=known
    )
    assert dear.used[-1] < cheap.used[-1]
    assert dear.accuracy[-1] <= cheap.accuracy[-1] + 0.01


def read(name):
    folder = CROWD / name
    path = next(folder.glob("labels.csv*"))
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    rows = list(csv.DictReader(text.splitlines()))
    with (folder / "truth.csv").open() as file:
        known = {r["task"]: r["label"] for r in csv.DictReader(file)}
    columns = {k: [r[k] for r in rows] for k in ("task", "worker", "label")}
    data, names = Responses.from_table(columns, labels=sorted({*columns["label"], *known.values()}))
    place = {label: k for k, label in enumerate(names.labels)}
    return data, np.array([place[known[t]] if t in known else -1 for t in names.items])


@pytest.mark.data
@pytest.mark.skipif(not CROWD.is_dir(), reason="needs ../shared/data/crowd")
@pytest.mark.parametrize(
    ("name", "share"), [("bluebird", 0.4), ("sentpol_amt", 0.2), ("temp", 0.4), ("rte", 0.45)]
)
def test_savings_on_real_sets(name, share):
    """The default rule comes within a point of full-redundancy majority on these sets, with this share of answers."""
    data, known = read(name)
    judged = known >= 0
    everything = (truth.majority(data).label[judged] == known[judged]).mean()
    got = replay(data, StopRule(target=0.98), rng=np.random.default_rng(0), truth=known, round_share=0.34)
    assert got.used[-1] <= share * got.n_total
    assert got.accuracy[-1] >= everything - 0.01
