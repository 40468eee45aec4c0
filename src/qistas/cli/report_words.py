"""The words of the report, in English and Arabic."""

import re
from types import MappingProxyType

ENGLISH = MappingProxyType(
    {
        "title": "Quality of the labels: {name}",
        "made": "Made {when} UTC by Qistas {version}. This file stands alone and fetches nothing.",
        "computed": "Figures of the server computed {when}.",
        "items": "Items",
        "answers": "Answers",
        "annotators": "Annotators",
        "consensus": "With consensus",
        "done": "Tasks done",
        "reviewed": "Reviews",
        "due": "Still to infer: {n} items.",
        "cut": "Reliability and the stop rule are worked out from the first {n} answers.",
        "agreement": "Agreement beyond chance",
        "interval": "{low} to {high} (95%)",
        "on_items": "on {n} items with two answers or more",
        "none": "cannot be told yet",
        "reliable": "Usually taken as reliable (0.80 or more).",
        "tentative": "Enough for tentative conclusions (0.667 to 0.80).",
        "low": "Low: the guideline and the labels that are confused deserve a look.",
        "method": "Consensus by",
        "mean_doubt": "Mean doubt",
        "labels": "What was chosen",
        "labels_note": "Items by consensus.",
        "doubt": "Doubt left",
        "doubt_note": "How many items have how much doubt; doubt is one minus confidence.",
        "confusion": "Confusion",
        "confusion_note": "What annotators answered (columns) where the consensus is the label of the row. Shares of the row.",
        "reliability": "Is confidence kept?",
        "reliability_note": "Items with a known answer (gold), {n} of them: how often the likeliest label was right, by the confidence stated. "
        "The posterior is of the answers alone; gold was kept out of it.",
        "curve": "How few answers would have been enough",
        "curve_truth": "Answers taken in the order a stop rule (confidence 0.98 an item) would ask for them. It would have stopped after {share} of them.",
        "curve_all": "Answers taken in the order a stop rule (confidence 0.98 an item) would ask for them, held against the labels that all answers give. "
        "It would have stopped after {share} of them.",
        "skill": "Skill of annotators",
        "skill_note": "Estimated share of right answers, with its 90% interval: an estimate, and a person decides what follows.",
        "errors": "Labels that are likely wrong",
        "estimate": "The quick model alone takes about {n} of {of} labels to be wrong (90% interval {low} to {high}, for sampling alone).",
        "estimate_none": "How many labels are wrong cannot be estimated: the content does not tell the labels.",
        "model": "A quick model, asked about each item without having seen it, gives the same label to {right} of them; the commonest label alone stands on {common}. "
        "What it cannot see is not counted, and some labels listed are right.",
        "likeliest": "The {n} likeliest:",
        "item": "Item",
        "label": "Label",
        "suggested": "Suggested",
        "said": "Model: label / suggested",
        "by": "Annotators",
        "alike": "Alike: label / suggested",
        "of": "{a} of {b}",
        "annotator": "Annotator",
        "answered": "Answers",
        "skill_short": "Skill",
        "gold": "Gold right",
        "flags": "Flags",
        "warnings": "Warnings",
        "no_answers": "No consensus yet.",
        "low_skill": "low skill",
        "low_gold": "low on gold",
        "picture": "[picture]",
        "comma": ", ",
    }
)
ARABIC = MappingProxyType(
    {
        "title": "جودة الوسوم: {name}",
        "made": "أُعدّ في {when} بالتوقيت العالمي بواسطة قسطاس {version}. هذا الملف قائم بذاته ولا يجلب شيئًا.",
        "computed": "حُسبت أرقام الخادم في {when}.",
        "items": "العناصر",
        "answers": "الإجابات",
        "annotators": "الموسِّمون",
        "consensus": "لها توافق",
        "done": "المهام المنجزة",
        "reviewed": "المراجعات",
        "due": "عناصر بقي استنتاج إجابتها: {n}.",
        "cut": "حُسبت المعايرة وقاعدة التوقف من أولى الإجابات، وعددها {n}.",
        "agreement": "الاتفاق فوق الصدفة",
        "interval": "من {low} إلى {high} (95%)",
        "on_items": "عناصر لها إجابتان فأكثر: {n}",
        "none": "لا يمكن تقديره بعد",
        "reliable": "يُعد موثوقًا في العادة (0.80 فأكثر).",
        "tentative": "يكفي لاستنتاجات أولية (من 0.667 إلى 0.80).",
        "low": "منخفض: راجع الدليل والوسوم التي يكثر الخلط بينها.",
        "method": "التوافق بطريقة",
        "mean_doubt": "متوسط الشك",
        "labels": "ما تم اختياره",
        "labels_note": "العناصر حسب التوافق.",
        "doubt": "الشك الباقي",
        "doubt_note": "كم عنصرًا له كم من الشك؛ والشك هو واحد ناقص الثقة.",
        "confusion": "الخلط بين الوسوم",
        "confusion_note": "ما أجاب به الموسِّمون (الأعمدة) حيث التوافق هو وسم الصف. نسب من الصف.",
        "reliability": "هل تصدق الثقة؟",
        "reliability_note": "عناصر معلومة الإجابة (ذهبية)، عددها {n}: كم مرة صحّ أرجح الوسوم بحسب الثقة المعلنة. والتوزيع من الإجابات وحدها دون الذهبية.",
        "curve": "كم إجابة كانت تكفي؟",
        "curve_truth": "أُخذت الإجابات بالترتيب الذي تطلبه قاعدة توقف (ثقة 0.98 للعنصر). كانت ستتوقف بعد {share} منها.",
        "curve_all": "أُخذت الإجابات بالترتيب الذي تطلبه قاعدة توقف (ثقة 0.98 للعنصر)، وقيست بالوسوم التي تعطيها كل الإجابات. كانت ستتوقف بعد {share} منها.",
        "skill": "مهارة الموسِّمين",
        "skill_note": "النسبة المقدرة للإجابات الصحيحة بفترتها 90%: تقدير، والقرار لإنسان.",
        "errors": "وسوم يُرجَّح خطؤها",
        "estimate": "يرى النموذج السريع وحده أن نحو {n} من الوسوم، وعددها {of}، خطأ (فترة 90% من {low} إلى {high}، لخطأ العينة وحده).",
        "estimate_none": "لا يمكن تقدير عدد الوسوم الخاطئة: المحتوى لا يدل على الوسوم.",
        "model": "نموذج سريع سُئل عن كل عنصر دون أن يراه يعطي الوسم نفسه لـ{right} منها؛ والوسم الأكثر شيوعًا وحده على {common}. ما لا يراه لا يُحسب، وبعض ما يُسرد صحيح.",
        "likeliest": "أرجحها، وعددها {n}:",
        "item": "العنصر",
        "label": "الوسم",
        "suggested": "المقترح",
        "said": "النموذج: الوسم / المقترح",
        "by": "الموسِّمون",
        "alike": "الأشبه: الوسم / المقترح",
        "of": "{a} من {b}",
        "annotator": "الموسِّم",
        "answered": "الإجابات",
        "skill_short": "المهارة",
        "gold": "الصحيح من الذهبية",
        "flags": "تنبيهات",
        "warnings": "تحذيرات",
        "no_answers": "لا يوجد توافق بعد.",
        "low_skill": "مهارة منخفضة",
        "low_gold": "ضعيف في الذهبية",
        "picture": "[صورة]",
        "comma": "، ",
    }
)


# What the server says of methods in English, for a reader of Arabic.
ARABIC_METHODS = MappingProxyType(
    {
        "auto": "مزيج من الطرق يُوزن بما يوافق الإجابات",
        "majority": "الأغلبية",
        "dawid_skene": "داويد وسكين",
        "adjudication": "حُسم بقرار خبير",
        "vote_nominal": "تصويت موزون",
        "vote_ordinal": "وسيط موزون",
        "vote_interval": "متوسط موزون",
        "vote_spans": "دمج المقاطع",
        "vote_boxes": "دمج المربعات",
        "vote_rankings": "أقرب ترتيب",
        "kemeny": "أقرب ترتيب (كيميني)",
        "borda": "ترتيب بوردا",
        "fast_dawid_skene": "داويد وسكين السريعة",
        "one_coin": "داويد وسكين المبسطة",
        "ordinal_ds": "داويد وسكين للرتب",
        "glad": "GLAD",
        "mace": "MACE",
        "ibcc": "IBCC",
        "gaussian": "النموذج الطبيعي",
        "merge": "دمج حسب الثقة",
        "median": "وسيط موزون",
        "mean": "متوسط موزون",
        "most_frequent": "النص الأكثر تكرارًا",
        "wawa": "الأغلبية الموزونة (WAWA)",
    }
)
ARABIC_METRICS = MappingProxyType(
    {
        "nominal": "معامل كريبندورف α",
        "ordinal": "معامل كريبندورف α للرتب",
        "interval": "معامل كريبندورف α للمسافات",
        "spans": "معامل كريبندورف α للمقاطع",
        "Kendall's distance": "معامل كريبندورف α للترتيب",
        "boxes": "معامل كريبندورف α للمربعات",
        "polygons": "معامل كريبندورف α للمضلعات",
    }
)
ARABIC_EXPLANATIONS = MappingProxyType(
    {
        "auto": "قورنت عدة طرق بمدى توقع كل منها لإجابات حُجبت عنها، ثم مُزجت نتائجها بحسب ذلك.",
        "borda": "الخيارات بحسب متوسط مراتبها موزونًا.",
        "dawid_skene": "قُدّرت مصفوفة خلط كل موسِّم ونسبة كل وسم مع الحقيقة معًا بخوارزمية EM.",
        "fast_dawid_skene": "كطريقة داويد وسكين، مع أخذ الوسم الأرجح في كل خطوة.",
        "gaussian": "قُدّر ميل كل موسِّم وتباينه مع القيم.",
        "glad": "قُدّرت قدرة الموسِّمين وسهولة العناصر مع الحقيقة.",
        "ibcc": "مصفوفات خلط بمعرفة مسبقة، بالاستدلال التغايري.",
        "kemeny": "الترتيب الأقرب إلى كل الإجابات موزونةً: أقل أزواج الخيارات ترتيبًا معكوسًا.",
        "mace": "كل موسِّم إما يعرف وإما يتبع عادة؛ وقُدّر الأمران مع الحقيقة.",
        "majority": "لكل إجابة صوت واحد، والاحتمال هو نسبة الأصوات.",
        "mean": "متوسط الإجابات موزونًا بالمهارة.",
        "median": "وسيط الإجابات موزونًا بالمهارة.",
        "merge": "طُوبقت العلامات ودُمجت، ويوزن الموسِّمون بالثقة.",
        "most_frequent": "النص الذي تكرر أكثر من غيره.",
        "one_coin": "قُدّرت دقة كل موسِّم مع الحقيقة معًا، وتُوزن إجاباته بها.",
        "ordinal_ds": "أُخذت الوسوم درجات مرتبة، وقُدّر ميل كل موسِّم وتشتته مع الحقيقة.",
        "vote_boxes": "دُمجت المربعات المتداخلة مع عدد الموسِّمين وراء كل منها.",
        "vote_interval": "متوسط الإجابات موزونًا بالمهارة.",
        "vote_nominal": "كل إجابة صوت يوزن بمهارة صاحبه.",
        "vote_ordinal": "وسيط الإجابات موزونًا بالمهارة.",
        "vote_spans": "دُمجت المقاطع المتداخلة مع عدد الموسِّمين وراء كل منها.",
        "wawa": "تزن كل إجابة بقدر موافقة صاحبها للأغلبية.",
    }
)


def method_in(language: str, method: str) -> str:
    """What a method of inference is called; its own name where there is no other."""
    return ARABIC_METHODS.get(method.replace("-", "_"), method) if language == "ar" else method


def metric_in(language: str, metric: str) -> str:
    """What a measure of agreement is called; its own name where there is no other."""
    return ARABIC_METRICS.get(metric, metric) if language == "ar" else metric


def explanation_in(language: str, method: str, sentence: str) -> str:
    """How a method came to its answers: the server's sentence, or one for the method with the sentence's numbers."""
    words = ARABIC_EXPLANATIONS.get(method.replace("-", "_")) if language == "ar" else None
    if words is None:
        return sentence
    if sentence.startswith("Each label by itself"):
        words = f"كل وسم وحده، بنعم أو لا. {words}"
    models = re.match(r"(\d+) models were weighed", sentence)
    rounds = re.search(r"\((\d+) iterations\)", sentence)
    if models:
        words += f" عدد الطرق: {models[1]}."
    if rounds:
        words += f" عدد الدورات: {rounds[1]}."
    return words


# What the engine warns of, as it says it, and the same for a reader of Arabic.
ARABIC_WARNINGS = tuple(
    (re.compile(said), words)
    for said, words in (
        (r"there are no answers.*", "لا توجد إجابات."),
        (r"(\d+) of (\d+) items? without an answer.*", "عناصر بلا إجابة عن هذا السؤال: {0} من {1}."),
        (r"no item has two answers.*", "لا عنصر له إجابتان، فلا يُعرف شيء عن الموسِّمين من اتفاقهم."),
        (
            r"(\d+) of (\d+) annotators? with fewer than (\d+) answers.*",
            "موسِّمون إجاباتهم أقل من {2}: {0} من {1}، وتقدير مهارتهم ضعيف الدلالة.",
        ),
        (r"(\d+) of (\d+) labels? never used.*", "وسوم لم تُستعمل: {0} من {1}."),
        (
            r"(\d+) of (\d+) answers? repeat an annotator on one item.*",
            "إجابات كررها موسِّم على عنصر واحد: {0} من {1}، وتُعد كل منها دليلًا وحدها.",
        ),
        (
            r"the annotators fall into (\d+) groups.*",
            "الموسِّمون مجموعات لا تشترك في عنصر، وعددها {0}؛ فلا تُقارن المهارة بين مجموعة وأخرى.",
        ),
        (r".* had not converged after (\d+) iterations.*", "لم يستقر الحساب بعد {0} دورة."),
        (r"update stopped after (\d+) rounds.*", "توقف التحديث بعد {0} دورة، ويلزم استنتاج كامل."),
    )
)


def warning_in(language: str, sentence: str) -> str:
    """A warning of the engine; as the engine said it where there are no other words."""
    if language == "ar":
        for said, words in ARABIC_WARNINGS:
            if found := said.fullmatch(sentence):
                return words.format(*found.groups())
    return sentence


def words_of(language: str) -> MappingProxyType[str, str]:
    """Every word of the report in a language."""
    return ARABIC if language == "ar" else ENGLISH
