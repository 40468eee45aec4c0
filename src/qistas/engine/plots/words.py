"""The words in figures, in English and Arabic. Figures saved as SVG with text kept as text are shaped by whoever shows them."""

from __future__ import annotations

from types import MappingProxyType

_ARABIC = MappingProxyType(
    {
        "kept exactly": "كما ذُكر تمامًا",
        "seen, with 90 % interval": "المشاهَد، بفترة 90%",
        "confidence stated": "الثقة المعلنة",
        "share right": "نسبة الصحيح",
        "no item with a known truth": "لا عنصر معلوم الإجابة",
        "expected calibration error {0:.3f}": "خطأ المعايرة المتوقع {0:.3f}",
        "answered": "الإجابة",
        "true": "الحقيقة",
        "share of answers": "نسبة الإجابات",
        "target {0:g}": "الهدف {0:g}",
        "skill (share right)": "المهارة (نسبة الصحيح)",
        "the {0} lowest of {1:,}": "أدنى {0} من {1:,}",
        "doubt (1 − confidence)": "الشك (1 − الثقة)",
        "items": "العناصر",
        "{0:,} items": "{0:,} عنصر",
        "{0:,} items, {1:.1%} short of {2:g}": "{0:,} عنصر، {1:.1%} دون {2:g}",
        "right": "الصحيح",
        "expected by the model": "ما يتوقعه النموذج",
        "majority of all answers": "أغلبية كل الإجابات",
        "share of answers used": "نسبة الإجابات المستعملة",
        "share of items right": "نسبة العناصر الصحيحة",
        "same as by all answers": "كما بكل الإجابات",
        "{0} more": "{0} غيرها",
    }
)


def say(words: str, language: str, *values: object) -> str:
    """`words` in `language`, with `values` in their places; English where there is no translation."""
    found = _ARABIC.get(words, words) if language.partition("-")[0] == "ar" else words
    return found.format(*values) if values else found
