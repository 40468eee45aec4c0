"""Every template is whole in both languages, and its sample items fit it."""

import base64
from pathlib import Path
from typing import Any

import pytest

from qistas.core.errors import Invalid
from qistas.ontology import Ontology, Template, find_template, list_templates, parse_yaml, validate_item

OKABE_ITO = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#595959"}
EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))


def stored(value: Any) -> Any:
    """A sample's picture as an item would hold it."""
    if isinstance(value, dict) and "url" in value:
        assert base64.b64decode(value["url"].split(",")[1]).startswith(b"<svg ")
        return {
            "blob": "0" * 64,
            "width": value["width"],
            "height": value["height"],
            "media_type": "image/svg+xml",
        }
    return value


def arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


@pytest.mark.parametrize("template", list_templates(), ids=lambda template: template.name)
def test_a_template_is_whole(template: Template) -> None:
    ontology = template.ontology
    assert ontology.languages == ("en", "ar")
    texts = [template.title, template.description, ontology.name, ontology.guideline]
    for question in ontology.questions:
        texts += [question.title, *(label.title for label in question.labels)]
        hotkeys = [label.hotkey for label in question.labels]
        assert all(hotkeys), "every label has a key"
        colours = [label.colour for label in question.labels if label.colour]
        assert set(colours) <= OKABE_ITO
        assert len(set(colours)) == len(colours)
    texts += [field.title for field in ontology.fields]
    for text in texts:
        assert text is not None
        assert dict(text.words).keys() == {"en", "ar"}, text
        assert arabic(text.within("ar"))
        assert text is ontology.guideline or not arabic(text.within("en"))
    assert template.sample
    for item in template.sample:
        assert validate_item(ontology, {key: stored(value) for key, value in item.items()}) == []


def test_samples_come_in_both_languages() -> None:
    for template in list_templates():
        words = [str(value) for item in template.sample for key, value in item.items() if key != "image"]
        if words:
            assert any(arabic(word) for word in words)
            assert any(not arabic(word) for word in words)


def test_an_unknown_template_is_told_with_the_known_ones() -> None:
    with pytest.raises(Invalid, match="Did you mean `sentiment`"):
        find_template("sentimnt")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_ontologies(path: Path) -> None:
    assert isinstance(parse_yaml(path.read_text(encoding="utf-8")), Ontology)


def test_there_are_examples_and_the_reference_holds() -> None:
    assert len(EXAMPLES) >= 3
    page = (Path(__file__).parents[3] / "docs" / "reference" / "ontology.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in page.split("```yaml\n")[1:]]
    assert blocks
    for block in blocks:
        parse_yaml(block)
