"""Truth inference: from many answers an item to one, with a posterior, doubt and the skill of each annotator.

>>> from qistas.engine import Responses, truth
>>> answers = Responses.from_arrays([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 0, 0, 0, 0])
>>> result = truth.dawid_skene(answers)
>>> result.label.tolist()
[1, 0]
"""

from qistas.engine.truth._kernels import backend
from qistas.engine.truth.auto import auto
from qistas.engine.truth.bsc import bio_rules, bsc
from qistas.engine.truth.bwa import bwa
from qistas.engine.truth.catd import catd
from qistas.engine.truth.crowdlab import crowdlab
from qistas.engine.truth.dawid_skene import ConfusionModel, dawid_skene
from qistas.engine.truth.em import Params, Stats, TableModel, e_step, start_stats
from qistas.engine.truth.gaussian import gaussian
from qistas.engine.truth.glad import glad
from qistas.engine.truth.hrrasa import ChosenAnswers, hrrasa
from qistas.engine.truth.ibcc import DirichletModel, ebcc, ibcc
from qistas.engine.truth.kos import kos
from qistas.engine.truth.mace import mace
from qistas.engine.truth.majority import majority
from qistas.engine.truth.mean_median import mean, median
from qistas.engine.truth.mmsr import mmsr
from qistas.engine.truth.one_coin import one_coin, zencrowd
from qistas.engine.truth.ordinal_ds import ordinal_ds
from qistas.engine.truth.results import Annotators, Fit, NumericResult, TruthResult
from qistas.engine.truth.rover import TextResult, rover
from qistas.engine.truth.sharded import LocalShards, Shard, ShardedFit, Shards, fit_shards
from qistas.engine.truth.update import judge, update
from qistas.engine.truth.wawa import wawa

__all__ = [
    "Annotators",
    "ChosenAnswers",
    "ConfusionModel",
    "DirichletModel",
    "Fit",
    "LocalShards",
    "NumericResult",
    "Params",
    "Shard",
    "ShardedFit",
    "Shards",
    "Stats",
    "TableModel",
    "TextResult",
    "TruthResult",
    "auto",
    "backend",
    "bio_rules",
    "bsc",
    "bwa",
    "catd",
    "crowdlab",
    "dawid_skene",
    "e_step",
    "ebcc",
    "fit_shards",
    "gaussian",
    "glad",
    "hrrasa",
    "ibcc",
    "judge",
    "kos",
    "mace",
    "majority",
    "mean",
    "median",
    "mmsr",
    "one_coin",
    "ordinal_ds",
    "rover",
    "start_stats",
    "update",
    "wawa",
    "zencrowd",
]
