"""The report as one HTML page: no script, no address outside it, readable on paper and in either direction."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from qistas.core.clock import utc_now

from .report_words import explanation_in, method_in, metric_in, warning_in, words_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qistas.ontology import Question

    from .report import Material, Measured

STYLE = """
:root { color-scheme: light; --ink: #14191d; --soft: #545d65; --rule: #dfe3e6; --ground: #f6f7f8; --accent: #0b6965; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, "IBM Plex Sans Arabic", "Noto Sans Arabic", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 0 0 .5rem; } h3 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 .5rem; max-width: 46rem; } .soft { color: var(--soft); font-size: .875rem; }
section { background: #fff; border: 1px solid var(--rule); border-radius: 8px; padding: 1.25rem; margin-top: 1.25rem; }
.totals { display: flex; flex-wrap: wrap; gap: .75rem 2.25rem; margin: 1rem 0 0; } .totals div { min-width: 5rem; }
.totals dt { color: var(--soft); font-size: .8125rem; } .totals dd { margin: 0; font-size: 1.375rem; font-variant-numeric: tabular-nums; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem; margin-top: 1rem; }
figure { margin: 0; break-inside: avoid; } figure svg { max-width: 100%; height: auto; display: block; } figure svg text { unicode-bidi: plaintext; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
th, td { text-align: start; padding: .375rem .625rem; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); } th.n { text-align: end; } td.n { text-align: end; white-space: nowrap; } .big { font-size: 1.375rem; }
@media print { body { background: #fff; } section { border: 0; padding: 0; break-inside: auto; } }
"""

NUMBERS = frozenset(("said", "by", "alike", "answered", "gold"))


def page(material: "Material", language: str, *, figures: bool = True) -> str:
    """The whole file."""
    words = words_of(language)
    quality, counts = material.quality, material.counts
    when = quality.get("computed_at")
    totals = [
        ("items", counts["items"]),
        ("answers", counts["answers"]),
        ("annotators", len(quality["annotators"])),
        ("consensus", counts["consensus"]),
        ("done", counts["done"]),
        ("reviewed", counts["reviewed"]),
    ]
    title = words["title"].format(name=f"\u2068{material.name}\u2069")  # its direction is its own
    parts = [
        f"<header><h1>{_text(title)}</h1>",
        f'<p dir="auto">{_text(material.description)}</p>' if material.description else "",
        f'<p class="soft">{_text(words["made"].format(when=_time(utc_now()), version=version("qistas")))}',
        f" {_text(words['computed'].format(when=_time(datetime.fromisoformat(when))))}" if when else "",
        f" {_text(words['due'].format(n=format(quality['due'], ',')))}" if quality.get("due") else "",
        f" {_text(words['cut'].format(n=format(counts['answers'], ',')))}" if material.cut else "",
        "</p>",
        '<dl class="totals">',
        *(f"<div><dt>{_text(words[name])}</dt><dd>{value:,}</dd></div>" for name, value in totals),
        "</dl></header>",
    ]
    told = {question["name"]: question for question in quality["questions"]}
    for at, question in enumerate(material.ontology.questions):
        summary = told.get(question.name, {"consensus": 0})
        draw = _Drawer(f"q{at}", language, figures)
        parts.append(_question(question, summary, material, draw, words, language))
    parts.append(_annotators(quality["annotators"], material.ontology.questions, words, language))
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>\n<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _question(
    question: "Question",
    summary: Mapping[str, Any],
    material: "Material",
    draw: "_Drawer",
    words: Mapping[str, str],
    language: str,
) -> str:
    parts = [f'<section><h2 dir="auto">{_text(question.within(language))}</h2>']
    if not summary.get("consensus"):
        return "".join([*parts, f'<p class="soft">{_text(words["no_answers"])}</p></section>'])
    parts.append(_agreement(summary.get("agreement"), words, language))
    method, doubt = summary.get("method"), summary.get("mean_doubt")
    parts.append(f"<p>{_text(words['method'])} <b><bdi>{_text(method_in(language, method or ''))}</bdi></b>")
    parts.append(f" · {_text(words['mean_doubt'])} <b>{doubt:.3f}</b></p>" if doubt is not None else "</p>")
    if summary.get("explanation"):
        said = explanation_in(language, method or "", str(summary["explanation"]))
        parts.append(f'<p class="soft" dir="auto">{_text(said)}</p>')
    parts += [
        f'<p class="soft" dir="auto"><b>{_text(words["warnings"])}:</b> {_text(warning_in(language, str(warning)))}</p>'
        for warning in summary.get("warnings", [])
    ]
    drawn = _figures(question, summary, material, draw, words, language)
    parts.append(f'<div class="figures">{drawn}</div>' if drawn else "")
    parts.append(_errors(question, material, words, language))
    return "".join([*parts, "</section>"])


def _agreement(agreement: Mapping[str, Any] | None, words: Mapping[str, str], language: str) -> str:
    if not agreement or agreement["value"] is None:
        return f"<p>{_text(words['agreement'])}: {_text(words['none'])}</p>"
    value = agreement["value"]
    reading = "reliable" if value >= 0.8 else "tentative" if value >= 0.667 else "low"
    low, high = agreement["low"], agreement["high"]
    between = words["interval"].format(low=f"{low:.2f}", high=f"{high:.2f}") if low is not None else ""
    return (
        f'<p>{_text(words["agreement"])}: <b class="big">{value:.2f}</b> {_text(between)}<br>'
        f'<span class="soft"><bdi>{_text(metric_in(language, agreement["metric"]))}</bdi>{words["comma"]}'
        f"{_text(words['on_items'].format(n=format(agreement['n_items'], ',')))}. {_text(words[reading])}</span></p>"
    )


def _figures(
    question: "Question",
    summary: Mapping[str, Any],
    material: "Material",
    draw: "_Drawer",
    words: Mapping[str, str],
    language: str,
) -> str:
    from qistas.engine import plots

    def title(name: str) -> str:
        return question.labels.title_of(name, language)

    measured: Measured = material.measured[question.name]
    parts: list[str] = []
    if labels := summary.get("labels"):
        names = [title(label["name"]) for label in labels]
        sizes = [label["count"] for label in labels]
        parts.append(
            draw(
                words["labels"],
                words["labels_note"],
                lambda: plots.label_bars(names, sizes, language=language),
            )
        )
    if doubt := summary.get("doubt"):
        bars = draw(
            words["doubt"],
            words["doubt_note"],
            lambda: plots.doubt_bars(doubt["edges"], doubt["counts"], language=language),
        )
        parts.append(bars)
    confusion = summary.get("confusion")
    if confusion and 1 < len(confusion["labels"]) <= 40:
        columns = [title(name) for name in confusion["labels"]]
        note = words["confusion_note"]
        parts.append(
            draw(
                words["confusion"],
                note,
                lambda: plots.annotator_confusion(confusion["shares"], columns, language=language),
            )
        )
    skills = [
        (person["name"], skill)
        for person in material.quality["annotators"]
        for skill in person["skills"]
        if skill["question"] == question.name
    ]
    if skills:
        who = [name for name, _ in skills]
        value, low, high = ([skill[key] for _, skill in skills] for key in ("value", "low", "high"))
        parts.append(
            draw(
                words["skill"],
                words["skill_note"],
                lambda: plots.skill_intervals(value, low, high, who, language=language),
            )
        )
    posterior, gold = measured.posterior, measured.gold
    if posterior is not None and gold is not None:
        note = words["reliability_note"].format(n=format(int((gold >= 0).sum()), ","))
        parts.append(
            draw(
                words["reliability"],
                note,
                lambda: plots.reliability_diagram(posterior, gold, language=language),
            )
        )
    if curve := measured.curve:
        key = "curve_truth" if curve["against"] == "truth" else "curve_all"
        given = {name: curve[name] for name in ("used", "accuracy", "n_total", "against")}
        note = words[key].format(share=f"{1 - curve['saved']:.0%}")
        parts.append(draw(words["curve"], note, lambda: plots.stopping_curve(**given, language=language)))
    return "".join(parts)


def _errors(question: "Question", material: "Material", words: Mapping[str, str], language: str) -> str:
    search = material.searches.get(question.name)
    if search is None:
        return ""
    known = search["estimated"] is not None
    estimate = words["estimate" if known else "estimate_none"].format(
        **{name: format(round(search[name] or 0), ",") for name in ("low", "high")},
        n=format(round(search["estimated"] or 0), ","),
        of=format(search["looked_at"], ","),
    )
    parts = [f"<h3>{_text(words['errors'])}</h3><p>{_text(estimate)}"]
    if search["model_right"] is not None:
        right, common = f"{search['model_right']:.0%}", f"{search['most_common']:.0%}"
        parts.append(f' <span class="soft">{_text(words["model"].format(right=right, common=common))}</span>')
    parts.append("</p>")
    rows = material.errors.get(question.name, [])
    if not rows:
        return "".join(parts)
    heads = ("item", "label", "suggested", "said", "by", "alike")
    parts.append(
        f'<p class="soft">{_text(words["likeliest"].format(n=len(rows)))}</p><div class="wide"><table><thead><tr>'
    )
    parts += [_head(words[head], head in NUMBERS) for head in heads]
    parts.append("</tr></thead><tbody>")
    for row in rows:
        model, answers, near = (row["evidence"][name] for name in ("model", "answers", "neighbours"))
        cells = [
            f'<td dir="auto">{_text(_content(row["data"], words))}</td>',
            *(
                f"<td><bdi>{_text(question.kind.describe(question, row[name], language) if row[name] else '')}</bdi></td>"
                for name in ("value", "suggested")
            ),
            f'<td class="n">{model["given"]:.0%} / {model["suggested"]:.0%}</td>' if model else "<td></td>",
            f'<td class="n">{_text(words["of"].format(a=answers["support"], b=answers["total"]))}</td>',
            f'<td class="n">{near["same"]} / {near["suggested"]}</td>' if near else "<td></td>",
        ]
        parts.append(f"<tr>{''.join(cells)}</tr>")
    parts.append("</tbody></table></div>")
    return "".join(parts)


def _annotators(
    people: list[Mapping[str, Any]], questions: Sequence["Question"], words: Mapping[str, str], language: str
) -> str:
    if not people:
        return ""
    heads = ("annotator", "answered", "skill_short", "gold", "flags")
    parts = [f'<section><h2>{_text(words["annotators"])}</h2><div class="wide"><table><thead><tr>']
    parts += [_head(words[head], head in NUMBERS) for head in heads]
    parts.append("</tr></thead><tbody>")
    titles = {question.name: question.within(language) for question in questions}
    order = list(titles)

    def of_question(name: str | None) -> str:
        return f"<bdi>{_text(titles.get(name or '', name or ''))}</bdi>"

    for person in people:
        known = sorted(
            (s for s in person["skills"] if s["question"] in titles), key=lambda s: order.index(s["question"])
        )
        skills = "<br>".join(
            f'{of_question(s["question"])}: <bdi dir="ltr">{s["value"]:.2f} ({s["low"]:.2f}–{s["high"]:.2f})</bdi>'
            for s in known
        )
        gold = person["gold"]
        right = words["of"].format(a=f"{gold['right']:g}", b=gold["total"]) if gold["total"] else ""
        flags = "<br>".join(
            _text(words.get(flag["code"], flag["code"]))
            + (f": {of_question(flag['question'])}" if flag.get("question") else "")
            for flag in person["flags"]
        )
        parts.append(
            f"<tr><td><bdi>{_text(person['name'])}</bdi></td><td class='n'>{person['answers']:,}</td><td>{skills}</td>"
            f"<td class='n'>{_text(right)}</td><td>{flags}</td></tr>"
        )
    parts.append("</tbody></table></div></section>")
    return "".join(parts)


class _Drawer:
    """Figures as SVG inside the page: text stays text, which the browser shapes (Arabic too) and a reader can find."""

    def __init__(self, prefix: str, language: str, on: bool) -> None:
        self._prefix, self._language, self._on, self._count = prefix, language, on, 0

    def __call__(self, title: str, note: str, make: Callable[[], "Figure"]) -> str:
        if not self._on:
            return ""
        import matplotlib as mpl

        self._count += 1
        salt = f"{self._prefix}-{self._count}"
        with mpl.rc_context(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": salt,
                "font.family": "sans-serif",
                "axes.unicode_minus": True,
                "text.parse_math": False,  # names are texts, whatever signs of money stand in them
            }
        ):
            out = io.StringIO()
            make().savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        drawing = out.getvalue()
        drawing = drawing[drawing.index("<svg") :]
        # Ids are made the page's own, so that no figure cuts itself by the frame of another.
        drawing = re.sub(r'id="([^"]+)"', rf'id="{salt}-\1"', drawing)
        drawing = re.sub(r'(href="#|url\(#)', rf"\1{salt}-", drawing)
        drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
        label = f' role="img" aria-label="{escape(title, quote=True)}" direction="ltr"'
        drawing = drawing.replace("<svg", f"<svg{label}", 1)
        return f"<figure><figcaption><h3>{_text(title)}</h3><p class='soft'>{_text(note)}</p></figcaption>{drawing}</figure>"


def _head(words: str, numbers: bool) -> str:
    kind = ' class="n"' if numbers else ""
    return f'<th scope="col"{kind}>{_text(words)}</th>'


def _content(data: Mapping[str, Any], words: Mapping[str, str], length: int = 200) -> str:
    texts = [value if isinstance(value, str) else words["picture"] for value in data.values() if value]
    line = " ".join(" ".join(texts).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _time(at: datetime) -> str:
    return f"\u2066{at:%Y-%m-%d %H:%M}\u2069"  # stays in its order among Arabic


def _text(words: str) -> str:
    return escape(words, quote=False)
