"""Words of any script, and spans over them."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qistas.datasets.formats.conll import apart, document
from qistas.datasets.formats.words import words, words_cut_at
from qistas.ontology import Span


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in words(text)]


def test_words_of_many_scripts() -> None:
    assert cut("زار أحمدُ القاهرةَ، وقال: «مرحبًا!»") == [
        "زار",
        "أحمدُ",
        "القاهرةَ",
        "،",
        "وقال",
        ":",
        "«",
        "مرحبًا",
        "!",
        "»",
    ]
    assert cut("كتــاب ٣٫١٤ می‌روم") == ["كتــاب", "٣٫١٤", "می‌روم"]
    assert cut("It's 3.14, isn't it? e-mail U.S. cafe\u0301") == [
        "It's", "3.14", ",", "isn't", "it", "?", "e", "-", "mail", "U", ".", "S", ".", "cafe\u0301",
    ]  # fmt: skip
    assert cut("東京 tower です") == ["東", "京", "tower", "です"]
    assert cut("हिन्दी 😀👍") == ["हिन्दी", "😀", "👍"]
    assert cut(" \n\t") == []


@given(st.text(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_words_are_slices_that_leave_out_white_space_alone(text: str, borders: list[int]) -> None:
    places = list(words_cut_at(text, borders))
    assert all(start < end for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    assert "".join(text[start:end] for start, end in places).split() == ["".join(text.split())] * bool(
        text.split()
    )
    assert not any(start < border < end for start, end in places for border in borders)


def test_of_overlapping_spans_the_longest_stands() -> None:
    spans = [Span(0, 3, "A"), Span(2, 9, "B"), Span(9, 11, "C"), Span(2, 9, "A")]
    assert apart(spans) == ([Span(2, 9, "A"), Span(9, 11, "C")], 2)


def test_spans_within_words_and_side_by_side() -> None:
    text = "وبالقاهرة ab\ncd"
    lines = document(text, [Span(3, 9, "LOC"), Span(10, 11, "X"), Span(11, 15, "X")]).split("\n")
    assert [line.replace(" -X- -X- ", " ") for line in lines] == [
        "-DOCSTART- O", "", "وبا O", "لقاهرة B-LOC", "a B-X", "b B-X", "", "cd B-X", "", "",
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8), st.sampled_from("AB")), max_size=12))
def test_spans_are_parted_as_if_each_were_held_against_all(drawn: list[tuple[int, int, str]]) -> None:
    spans = [Span(start, start + length, label) for start, length, label in drawn]
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    assert apart(spans) == (sorted(kept), len(spans) - len(kept))


def test_many_spans_are_parted_at_once() -> None:
    spans = [Span(at, at + 2, "A") for at in range(0, 60_000, 2)]
    start = time.perf_counter()
    assert apart(spans) == (spans, 0)
    assert time.perf_counter() - start < 5  # against each other: a minute
