"""Ray, when one machine is not enough: shards of items in its actors, between which only sums travel."""

from .parquet import ParquetShards, shards_of_parquet
from .ray_shards import HeldShards, HereShards, RayShards, ShardResult, open_ray

__all__ = [
    "HeldShards",
    "HereShards",
    "ParquetShards",
    "RayShards",
    "ShardResult",
    "open_ray",
    "shards_of_parquet",
]
