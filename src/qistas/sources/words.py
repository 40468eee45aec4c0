"""The words of a report on refused rows, for people who read it in a spreadsheet program.

A refusal is stored with its English sentences, which name numbers and places; in another language its code is told instead, in the
words of the console (`web/…/locales/<language>/codes.json`; a test holds the two equal).
"""

from .types import ImportRefusal

LANGUAGES = ("en", "ar")

_HEADINGS = {
    "en": ("Line", "Field", "Reason", "What to do", "As it stood", "Code"),
    "ar": ("السطر", "الحقل", "السبب", "الحل", "قول الخادم بالإنجليزية", "كما ورد", "الرمز"),
}
SHEET = {"en": "Refused rows", "ar": "الصفوف المرفوضة"}
REFUSED = {
    "ar": {
        "chat_invalid": (
            "المحادثة قائمة أدوار، لكل دور متحدث ونص.",
            'اكتبها هكذا: [{"role": "user", "content": "…"}].',
        ),
        "columns": ("في السطر خلايا أكثر من الأعمدة.", "ضع الخلية التي فيها الفاصل بين علامتي اقتباس."),
        "columns_few": (
            "في السطر خلايا أقل من الأعمدة.",
            "أضف الخلايا الناقصة؛ والخلية الفارغة يبقى فاصلها. أو لعل الملف انقطع هنا.",
        ),
        "data_missing": ("ليس في السطر كائن `data`.", 'اكتب {"data": {"text": "…"}}.'),
        "duplicate_key": ("تكرر اسم مرتين في كائن واحد.", "أبقِ أحدهما أو غيّر اسمه."),
        "encoding": ("النص ليس بترميز الملف.", "احفظ الملف كله بترميز UTF-8 أو حدد ترميزه."),
        "entry_damaged": ("تعذر فك ملف داخل الأرشيف.", "أنشئ الأرشيف من جديد."),
        "entry_link": ("في الأرشيف رابط بدل ملف.", "ضع الملف نفسه في الأرشيف."),
        "entry_locked": ("في الأرشيف ملف مقفل بكلمة مرور.", "أنشئ الأرشيف دون كلمة مرور."),
        "entry_name": ("اسم ملف في الأرشيف غير مسموح.", "استعمل أسماء بسيطة نسبية غير مكررة."),
        "entry_nested": ("في الأرشيف أرشيف آخر.", "فكّه أولًا."),
        "entry_ratio": ("ضغط أحد ملفات الأرشيف شديد إلى حد غير آمن.", "أرسل الملف دون ضغط."),
        "entry_too_large": ("في الأرشيف ملف أكبر من المسموح.", "صغّره أو قسّمه."),
        "entry_type": ("في الأرشيف ملف ليس صورة ولا نصًّا.", "احذفه من الأرشيف."),
        "external_id": ("معرّفك ليس نصًّا قصيرًا ولا رقمًا.", "اجعله أقصر."),
        "field_missing": ("حقل مطلوب فارغ.", "املأ عموده."),
        "field_type": ("في أحد الحقول قيمة من نوع غير المطلوب.", "اكتب القيمة بالنوع الذي يطلبه الحقل."),
        "field_unknown": ("لا يوجد حقل بهذا الاسم.", "استعمل حقول المخطط."),
        "image_frames": ("في الصورة إطارات كثيرة جدًّا.", "أرسلها صورًا منفردة."),
        "image_missing": ("لا توجد صورة هنا، ولا يُجلب شيء من الشبكة.", "أرسل الصورة نفسها، في ملف zip مثلًا."),
        "image_svg": ("ملف SVG برنامج كما هو صورة.", "حوّله إلى PNG."),
        "image_too_large": ("الصورة أكبر من المسموح.", "صغّرها أو قسّمها أجزاء."),
        "image_too_slow": ("استغرق فتح الصورة وقتًا طويلًا.", "احفظها بصيغة أبسط."),
        "image_type": ("الملف ليس صورة مما يُقرأ هنا.", "أرسل PNG أو JPEG أو WebP أو GIF أو BMP."),
        "image_unreadable": ("تعذر فتح الصورة.", "احفظها من جديد."),
        "json_depth": ("تداخل السطر عميق جدًّا.", "قلّل مستويات التداخل."),
        "json_invalid": ("السطر ليس JSON صالحًا.", "اكتب كائن JSON كاملًا في كل سطر."),
        "line_too_long": ("السطر أطول من المسموح.", "قسّمه، أو تحقق من نهايات الأسطر."),
        "lone_surrogate": ("في السطر نصف محرف.", "اكتب المحرف كاملًا."),
        "metadata_too_large": ("البيانات الوصفية أكبر من المسموح.", "اختر الأعمدة التي تُحفظ."),
        "metadata_type": ("البيانات الوصفية كائن.", 'اكتب {"metadata": {"key": "value"}}.'),
        "not_an_object": ("السطر ليس كائنًا.", 'اكتب كل سطر هكذا: {"text": "…"}.'),
        "nul_byte": ("في النص محرف NUL.", "احذفه."),
        "number_too_large": ("رقم أكبر مما يحفظه JSON بدقة.", "اكتبه نصًّا بين علامتي اقتباس."),
        "quotes": (
            "علامات الاقتباس في السطر غير متوازنة.",
            "أغلق كل علامة، واكتب العلامة داخل الخلية مرتين.",
        ),
        "split": ("اسم القسم ليس نصًّا قصيرًا.", "اكتب اسمًا قصيرًا مثل train."),
        "value_type": ("قيمة لا يمكن حفظها.", "اترك العمود أو اكتبه نصًّا."),
    }
}


def headings(language: str) -> tuple[str, ...]:
    """The names of a report's columns."""
    return _HEADINGS[language]


def told(one: ImportRefusal, language: str) -> tuple[str | int, ...]:
    """The cells of one refusal, as `headings` names them."""
    if language == "en":
        return one.line, one.field, one.reason, one.remedy, one.raw, one.code
    reason, remedy = REFUSED[language].get(one.code, (one.reason, one.remedy))
    return one.line, one.field, reason, remedy, f"{one.reason} {one.remedy}", one.raw, one.code
