"""Templates: ontologies to begin from, each with a few items to try it on. One YAML file a template, beside this one."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

from qistas.core.errors import Fault, Invalid

from ..define import parse_ontology
from ..document_text import read_yaml
from ..reading import nearest
from ..types import LocalText, Ontology

ORDER = (
    "text_classification",
    "sentiment",
    "named_entities",
    "pairwise_preference",
    "ranking",
    "image_classification",
    "boxes",
    "polygons",
)


@dataclass(frozen=True, slots=True)
class Template:
    """An ontology to begin from. `sample` holds item data as the API sends it; pictures are drawings in data URLs."""

    name: str
    title: LocalText
    description: LocalText
    ontology: Ontology
    sample: tuple[dict[str, Any], ...]


@cache
def list_templates() -> tuple[Template, ...]:
    """Every template, in the order people see them."""
    return tuple(_read(name) for name in ORDER)


def find_template(name: str) -> Template:
    """The template of that name. Raises Invalid."""
    for template in list_templates():
        if template.name == name:
            return template
    hint = nearest(name, ORDER)
    fault = Fault(
        "template", f"there is none named `{name[:64]}`", f"Choose one of {', '.join(ORDER)}.{hint}"
    )
    raise Invalid("There is no such template.", [fault])


def _read(name: str) -> Template:
    text = resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    document = cast("dict[str, Any]", read_yaml(text))
    title, description = (LocalText(tuple(document[key].items())) for key in ("title", "description"))
    sample = tuple({key: _shown(value) for key, value in item.items()} for item in document["sample"])
    return Template(name, title, description, parse_ontology(document["ontology"]), sample)


def _shown(value: Any) -> Any:
    """A drawing becomes what the API sends for an image."""
    if not (isinstance(value, dict) and "svg" in value):
        return cast("Any", value)
    drawing = cast("dict[str, Any]", value)
    size = f'width="{drawing["width"]}" height="{drawing["height"]}" viewBox="0 0 {drawing["width"]} {drawing["height"]}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawing["svg"]}</svg>'
    url = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return {"url": url, "width": drawing["width"], "height": drawing["height"]}
