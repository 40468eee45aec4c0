"""Shards in Ray's actors. Ray is an optional extra and loaded when a cluster is opened."""

import os
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Invalid, Unavailable
from qistas.engine.responses import Responses
from qistas.engine.truth import Shards
from qistas.engine.truth.sharded import Shard, ShardSize

ENGINE = "ray"


@contextmanager
def open_ray(engine: str) -> Generator[Any]:
    """Ray for the length of a block. `engine`: `ray` (the cluster at RAY_ADDRESS, else one on this machine), or `ray://host:10001`.

    Raises Unavailable without the package or the cluster, Invalid for another address.
    """
    if engine != ENGINE and not engine.startswith("ray://"):
        raise Invalid(
            f"{engine!r} is not an engine. Give `ray`, or `ray://host:10001` for a cluster that runs."
        )
    if engine != ENGINE:
        _show_token()
    try:
        import ray  # pyright: ignore[reportMissingImports]
    except ImportError as missing:
        raise Unavailable(
            "A cluster needs Ray, which is not installed. Install it here and on every node with: pip install 'qistas[cluster]'."
        ) from missing
    ours = not ray.is_initialized()
    try:
        if ours:
            settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
            # Named outright: left to itself Ray looks for a cluster begun here once, and waits for it even when it is gone.
            known = os.environ.get("RAY_ADDRESS") or "local"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what it warns of is in the error it raises
                ray.init(address=known if engine == ENGINE else engine, **settings)
        yield ray
    except ConnectionError as error:
        told = f"The Ray cluster does not answer: {error}".split("\n")[0]
        raise Unavailable(
            f"{told}. See that the address is that of `ray start --head` with its client's port (10001), and, where the cluster asks for "
            "a token, set RAY_AUTH_MODE=token and its RAY_AUTH_TOKEN."
        ) from error
    finally:
        if ours:
            ray.shutdown()


def _show_token() -> None:
    """Let Ray's client show the token there is: unlike `ray.init()` on a node of the cluster it does so only when told to."""
    lies = os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token"
    if os.environ.get("RAY_AUTH_TOKEN") or Path(lies).exists():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # read when Ray is loaded


@dataclass(frozen=True, slots=True)
class ShardResult:
    """The outcome of one shard: `items`: what names its items, `posterior`: (items, labels)."""

    items: Any
    posterior: NDArray[np.float32]


class Holder:
    """What an actor is: one shard, loaded once, asked every round. Arrays from Ray's store may not be written, so they are copied."""

    def __init__(self) -> None:
        self._shard: Shard | None = None
        self._items: Any = None

    def hold(
        self, item: Any, annotator: Any, label: Any, known: Any, sizes: tuple[int, int, int], items: Any
    ) -> ShardSize:
        """Take answers as codes; `sizes`: of items here, of annotators and labels everywhere; `items`: what names the items."""
        responses = Responses.from_arrays(
            np.array(item), np.array(annotator), np.array(label),
            n_items=sizes[0], n_annotators=sizes[1], n_labels=sizes[2],
        )  # fmt: skip
        self._shard = Shard(responses, None if known is None else np.array(known))
        self._items = items
        return self._shard.size

    def gather(self, annotators: Any, labels: Any, *pieces: Any) -> ShardSize:
        """Take the pieces of Parquet files that belong here, as tables of item, annotator and label."""
        from .parquet import coded

        items, item, annotator, label = coded(pieces, annotators, labels)
        return self.hold(item, annotator, label, None, (len(items), len(annotators), len(labels)), items)

    def ask(self, what: str, *given: Any) -> Any:
        """A method of the shard."""
        own = [np.array(one) if isinstance(one, np.ndarray) else one for one in given]
        return getattr(self._held(), what)(*own)

    def result(self) -> ShardResult:
        """The posterior, after a fit."""
        return ShardResult(self._items, self._held().posterior())

    def _held(self) -> Shard:
        assert self._shard is not None, "hold or gather first"
        return self._shard


class HeldShards(Shards, Protocol):
    """Shards that are given their answers one after the other, wherever they are held."""

    def hold(self, at: int, *given: Any) -> None:
        """Give one shard its answers, as `Holder.hold` takes them. Returns before they are there."""
        ...

    def result(self, at: int) -> ShardResult:
        """The outcome of one shard."""
        ...


class HereShards:
    """Shards of this process: a cluster of one, for those who have the answers in a database and no Ray."""

    def __init__(self, count: int) -> None:
        self._holders = [Holder() for _ in range(count)]
        self._sizes: dict[int, ShardSize] = {}

    def hold(self, at: int, *given: Any) -> None:
        """Give one shard its answers."""
        self._sizes[at] = self._holders[at].hold(*given)

    def sizes(self) -> list[ShardSize]:
        """What each holds."""
        return [self._sizes[at] for at in range(len(self._holders))]

    def ask(self, what: str, *each: Sequence[Any]) -> list[Any]:
        """The method ``what`` of each."""
        return [holder.ask(what, *[given[at] for given in each]) for at, holder in enumerate(self._holders)]

    def result(self, at: int) -> ShardResult:
        """The outcome of one shard."""
        return self._holders[at].result()


class RayShards:
    """All shards of a table in one cluster: an actor each, spread over the nodes."""

    def __init__(self, ray: Any, count: int) -> None:
        self._ray = ray
        # No processor is set aside for a shard: with more of them than processors the last would wait for ever to be begun.
        actor: Any = ray.remote(num_cpus=0, scheduling_strategy="SPREAD")(Holder)
        self.actors: list[Any] = [actor.remote() for _ in range(count)]
        self._waiting: dict[int, Any] = {}
        self._sizes: list[ShardSize] = []

    def hold(self, at: int, *given: Any) -> None:
        """Give one shard its answers; they are on their way when this returns."""
        self._waiting[at] = self.actors[at].hold.remote(*given)

    def loaded(self, waiting: Sequence[Any]) -> None:
        """Wait until every actor holds its shard."""
        self._sizes = self._ray.get(list(waiting))

    def sizes(self) -> list[ShardSize]:
        """What each holds."""
        if self._waiting:
            self.loaded([self._waiting[at] for at in range(len(self.actors))])
            self._waiting = {}
        return self._sizes

    def ask(self, what: str, *each: Sequence[Any]) -> list[Any]:
        """The method ``what`` of each, at once."""
        waiting = [
            actor.ask.remote(what, *[given[at] for given in each]) for at, actor in enumerate(self.actors)
        ]
        return self._ray.get(waiting)

    def result(self, at: int) -> ShardResult:
        """The outcome of one shard."""
        return self._ray.get(self.actors[at].result.remote())

    def results(self) -> Iterator[ShardResult]:
        """The outcome of each shard, one after the other: no more than one lies on this machine at a time."""
        return (self.result(at) for at in range(len(self.actors)))

    def nodes(self) -> int:
        """How many nodes the cluster has."""
        return sum(bool(node["Alive"]) for node in self._ray.nodes())
