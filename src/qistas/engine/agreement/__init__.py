"""How far annotators agree beyond chance, with intervals over items."""

from __future__ import annotations

from qistas.engine.agreement.krippendorff import krippendorff_alpha
from qistas.engine.agreement.result import Agreement

__all__ = ["Agreement", "krippendorff_alpha"]
