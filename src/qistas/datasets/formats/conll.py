"""CoNLL-2003: a word a line with its tag, as a zip of <split>.conll.

Each item is a document (`-DOCSTART-`), each line of its text a sentence. Words are cut as `words.py` says, and at the borders of
spans. Tags are B-, I- and O. Of overlapping spans the longest is written; how many were left out is told with the export.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, BinaryIO

from qistas.core.errors import Fault, SelectionInvalid
from qistas.ontology import Ontology, Span

from .base import Sealed, no_such_question, questions_with, zip_entry, zip_writer
from .hugging_face import split_names
from .words import words_cut_at


class Conll:
    """Four columns: word, -X-, -X-, tag."""

    name = "conll2003"
    suffix = ".zip"
    media_type = "application/zip"
    options = frozenset({"question"})

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """There must be a span question, and one only unless it is named."""
        _question(ontology, options)

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write the words of every item, split by split."""
        question = _question(sealed.ontology, options)
        field = question.kind.fields_of(question)[0]
        done = dropped = 0
        with zip_writer(out) as archive:
            for split, name in split_names(list(sealed.splits)).items():
                with zip_entry(archive, f"{name}.conll", packed=True) as file:
                    for data, answer in sealed.records(
                        "data", "answer", split=split, parse=("data", "answer")
                    ):
                        text = data.get(field)
                        value = answer.get(question.name)
                        spans = question.kind.spans_of(question, value) or () if value is not None else ()
                        kept, left_out = apart(spans)
                        dropped += left_out
                        if isinstance(text, str):
                            file.write(document(text, kept).encode("utf-8", "replace"))
                        done += 1
                        if done % 2000 == 0:
                            sealed.told(done)
        if dropped:
            sealed.notes.append(
                f"{dropped} spans overlap a longer one; this format cannot hold them, and they were left out."
            )
        return done


def _question(ontology: Ontology, options: dict[str, Any]) -> Any:
    found = questions_with(ontology, "spans")
    if not found:
        raise no_such_question("CoNLL-2003", "span")
    wanted = options.get("question")
    if wanted is not None:
        chosen = next((q for q in found if q.name == wanted), None)
        if chosen is None:
            names = ", ".join(q.name for q in found)
            raise SelectionInvalid(
                "There is no such span question.",
                [Fault("options.question", str(wanted)[:80], f"Choose: {names}.")],
            )
        return chosen
    return found[0]


def apart(spans: Sequence[Span]) -> tuple[list[Span], int]:
    """Spans that do not overlap, the longer first (of equals the earlier), in the order of the text; and how many fell away."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        at = bisect_left(
            kept, span.start, key=lambda s: s.start
        )  # what is kept lies apart: only neighbours can overlap
        if (at == 0 or kept[at - 1].end <= span.start) and (at == len(kept) or span.end <= kept[at].start):
            kept.insert(at, span)
    return sorted(kept), len(spans) - len(kept)


def document(text: str, spans: Sequence[Span]) -> str:
    """One text with its spans, as lines."""
    lines = ["-DOCSTART- -X- -X- O", ""]
    borders = [place for span in spans for place in (span.start, span.end)]
    at = 0
    before: Span | None = None
    last_end = 0
    empty = True
    for start, end in words_cut_at(text, borders):
        if not empty and "\n" in text[last_end:start]:
            lines.append("")
            empty, before = True, None  # a span goes on in the next sentence as one of its own
        while at < len(spans) and spans[at].end <= start:
            at += 1
        span = spans[at] if at < len(spans) and spans[at].start <= start else None
        tag = "O" if span is None else f"{'I' if span is before else 'B'}-{span.label}"
        lines.append(f"{text[start:end]} -X- -X- {tag}")
        before, last_end, empty = span, end, False
    lines += ["", ""] if not empty else [""]
    return "\n".join(lines)
