"""How far annotators agree beyond chance, with intervals over items."""

from __future__ import annotations

from qistas.engine.agreement.breakdown import (
    LabelAgreement,
    PairAgreement,
    agreement_by_label,
    agreement_by_pair,
    wilson_interval,
)
from qistas.engine.agreement.cohen import cohen_kappa
from qistas.engine.agreement.fleiss import fleiss_kappa
from qistas.engine.agreement.gwet import gwet_ac
from qistas.engine.agreement.krippendorff import krippendorff_alpha
from qistas.engine.agreement.percent import percent_agreement
from qistas.engine.agreement.rankings import rankings_agreement
from qistas.engine.agreement.regions import (
    RegionAgreement,
    boxes_agreement,
    polygons_agreement,
    spans_agreement,
)
from qistas.engine.agreement.result import Agreement

__all__ = [
    "Agreement",
    "LabelAgreement",
    "PairAgreement",
    "RegionAgreement",
    "agreement_by_label",
    "agreement_by_pair",
    "boxes_agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "percent_agreement",
    "polygons_agreement",
    "rankings_agreement",
    "spans_agreement",
    "wilson_interval",
]
