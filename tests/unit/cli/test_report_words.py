"""The report in Arabic: what the engine warns of is told in Arabic, with its numbers."""

import re

import numpy as np
import pytest

from qistas.cli.report_words import warning_in, words_of
from qistas.engine import Responses, truth
from qistas.engine.truth.diagnosis import diagnose, diagnose_numeric

LATIN = re.compile(r"[A-Za-z]")


def responses(item: list[int], annotator: list[int], label: list[int], **sizes: int) -> Responses:
    return Responses.from_arrays(np.array(item), np.array(annotator), np.array(label), **sizes)


CASES = {
    "empty": responses([], [], [], n_items=3, n_annotators=2, n_labels=2),
    "one answer an item": responses([0, 1], [0, 1], [0, 1], n_items=4, n_annotators=2, n_labels=7),
    "apart": responses([0, 0, 1, 1], [0, 1, 2, 3], [0, 1, 1, 0], n_items=2, n_annotators=4, n_labels=2),
    "twice": responses([0, 0, 0], [0, 0, 1], [0, 1, 0], n_items=1, n_annotators=2, n_labels=2),
}


@pytest.mark.parametrize("case", CASES)
def test_every_warning_of_the_engine_is_told_in_arabic(case: str) -> None:
    said = diagnose(CASES[case])
    assert said
    for sentence in said:
        assert warning_in("en", sentence) == sentence
        words = warning_in("ar", sentence)
        assert not LATIN.search(words), (sentence, words)
        if case != "empty" and (numbers := re.findall(r"\d+", sentence.split(":")[0])):
            assert set(re.findall(r"\d+", words)) <= set(numbers)


def test_a_run_that_did_not_settle_says_so_in_arabic() -> None:
    rng = np.random.default_rng(0)
    answers = responses(
        rng.integers(0, 40, 200).tolist(), rng.integers(0, 9, 200).tolist(), rng.integers(0, 4, 200).tolist()
    )
    warnings = truth.dawid_skene(answers, max_iter=1).warnings
    assert any("converged" in sentence for sentence in warnings)
    assert not any(LATIN.search(warning_in("ar", sentence)) for sentence in warnings)


def test_numbers_warn_in_arabic_too() -> None:
    from qistas.engine import NumericResponses

    few = NumericResponses.from_arrays(
        np.array([0]), np.array([0]), np.array([1.5]), n_items=2, n_annotators=1
    )
    said = diagnose_numeric(few)
    assert len(said) == 2
    assert not any(LATIN.search(warning_in("ar", sentence)) for sentence in said)


def test_both_languages_say_the_same_things() -> None:
    english, arabic = words_of("en"), words_of("ar")
    assert set(english) == set(arabic)
    for key, words in english.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", arabic[key])), key
