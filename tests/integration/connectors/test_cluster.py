"""Truth inference on a Ray cluster of two nodes: what one machine gives. Skips where Ray is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from qistas.connectors.cluster import open_ray, shards_of_parquet
from qistas.connectors.cluster.parquet import coded, read_group, shard_of
from qistas.core.errors import FileInvalid, Invalid, Unavailable
from qistas.engine import Responses, truth

N_ITEMS, N_ANNOTATORS, LABELS = 22_000, 60, ("cat", "dog", "قط")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers in any order, in several row groups and two files, a few without a label."""
    rng = np.random.default_rng(0)
    actual = rng.integers(0, 3, N_ITEMS)
    item = rng.permutation(np.repeat(np.arange(N_ITEMS), 5))
    who = rng.integers(0, N_ANNOTATORS, len(item))
    skill = rng.uniform(0.45, 0.95, N_ANNOTATORS)
    said = np.where(rng.random(len(item)) < skill[who], actual[item], rng.integers(0, 3, len(item)))
    label = [LABELS[k] if rng.random() > 0.01 else None for k in said]
    table = pa.table({"task": [f"t{i}" for i in item], "worker": [f"w{j}" for j in who], "label": label})
    folder = tmp_path_factory.mktemp("answers")
    half = len(item) // 2
    parquet.write_table(table.slice(0, half), folder / "a.parquet", row_group_size=15_000)
    parquet.write_table(table.slice(half), folder / "b.parquet", row_group_size=20_000)
    return folder


def whole(folder: Path) -> tuple[Responses, Any]:
    table = parquet.read_table(folder)
    return Responses.from_table(
        {name: table.column(name).to_pylist() for name in table.column_names}, missing="drop"
    )


def test_pieces_make_the_whole_without_a_cluster(file: Path) -> None:
    responses, names = whole(file)
    pieces: list[list[Any]] = [[], [], []]
    for number in range(parquet.ParquetFile(file / "a.parquet").num_row_groups):
        _, *parts = read_group(str(file / "a.parquet"), number, ("task", "worker", "label"), 3)
        for at, part in enumerate(parts):
            pieces[at].append(part)
    rows = 0
    for at, part in enumerate(pieces):
        items, item, annotator, label = coded(part, names.annotators, names.labels)
        assert {shard_of(name, 3) for name in items.to_pylist()} == {at}
        assert len(item) == len(annotator) == len(label)
        assert label.max() < 3
        rows += len(item)
    assert 0.45 < rows / len(responses) < 0.55


def test_another_engine_is_refused() -> None:
    with pytest.raises(Invalid, match="not an engine"), open_ray("spark://x"):
        pass


def test_without_ray_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(Unavailable, match=r"pip install 'qistas\[cluster\]'"), open_ray("ray"):
        pass


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """A cluster of two nodes on this machine."""
    ray = pytest.importorskip("ray")
    cluster = pytest.importorskip("ray.cluster_utils").Cluster(
        initialize_head=True, head_node_args={"num_cpus": 2, "object_store_memory": 10**8}
    )
    cluster.add_node(num_cpus=2, object_store_memory=10**8)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
    yield ray
    ray.shutdown()
    cluster.shutdown()


@pytest.mark.parametrize("method", ["auto", "majority", "dawid_skene", "ibcc"])
@pytest.mark.filterwarnings("ignore")
def test_two_nodes_give_what_one_machine_gives(ray: Any, file: Path, method: str) -> None:
    responses, names = whole(file)
    with open_ray("ray") as opened:
        read = shards_of_parquet(opened, file, ("task", "worker", "label"), 3)
        assert read.shards.nodes() == 2
        assert (read.annotators, read.labels) == (names.annotators, names.labels)
        fitted = truth.fit_shards(read.shards, method, n_annotators=N_ANNOTATORS, n_labels=3)
        results = list(read.shards.results())
        order = [name for result in results for name in result.items.to_pylist()]
        place = {name: at for at, name in enumerate(order)}
        code = np.array(
            [place[name] for name in names.items]
        )  # numbered as the shards have them, one after the other
        one = getattr(truth, method)(
            Responses.from_arrays(code[responses.item], responses.annotator, responses.label)
        )
        seen = 0
        for result in results:
            at = [place[name] for name in result.items.to_pylist()]
            np.testing.assert_allclose(result.posterior, one.posterior[at], atol=1e-5)
            seen += len(at)
    assert seen == fitted.items == responses.n_items
    assert fitted.answers == len(responses)
    assert fitted.iterations == one.iterations
    assert fitted.log_likelihood == (one.log_likelihood and pytest.approx(one.log_likelihood, rel=1e-8))
    np.testing.assert_allclose(fitted.annotators.accuracy, one.annotators.accuracy, atol=1e-5)
    sample = 100_000 * 24 if method == "auto" else 0
    assert fitted.travelled < 3 * N_ANNOTATORS * 9 * 8 * (2 * fitted.iterations + 3) + sample


@pytest.mark.filterwarnings("ignore")
def test_a_file_without_the_column_is_told(ray: Any, file: Path) -> None:
    with pytest.raises(FileInvalid) as told, open_ray("ray") as opened:
        shards_of_parquet(opened, file, ("task", "rater", "label"))
    assert told.value.faults[0].where == "rater"
