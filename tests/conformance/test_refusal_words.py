"""The words of the report on refused rows are those of the console."""

import pytest
from tests.conformance.test_codes import words

from qistas.sources.words import LANGUAGES, REFUSED, SHEET, headings


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_the_report_says_what_the_console_says(language: str) -> None:
    known = words(language)["refusals"]
    assert {
        code: {"reason": reason, "remedy": remedy} for code, (reason, remedy) in REFUSED[language].items()
    } == known


def test_every_language_names_the_sheet_and_each_column() -> None:
    assert {language: len(headings(language)) for language in SHEET} == {"en": 6, "ar": 7}
    assert len(set(headings("ar"))) == 7
