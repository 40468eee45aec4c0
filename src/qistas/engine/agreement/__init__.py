"""How far annotators agree beyond chance, with intervals over items."""

from __future__ import annotations

from qistas.engine.agreement.krippendorff import krippendorff_alpha
from qistas.engine.agreement.regions import RegionAgreement, boxes_agreement, spans_agreement
from qistas.engine.agreement.result import Agreement

__all__ = ["Agreement", "RegionAgreement", "boxes_agreement", "krippendorff_alpha", "spans_agreement"]
