"""COCO: boxes and polygons on images, as a zip of annotations/<split>.json and the images.

A category is a label of a box or polygon question; its supercategory is its parent, or the question. `bbox` is [x, y, width, height]
in pixels of the image; the turn of a box is in `attributes.rotation` (degrees), which plain COCO does not know. A polygon is one ring
in `segmentation`, with its own area and the upright box around it. Images are named by their hash, never by what they were called
outside.
"""

import math
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from qistas.ontology import Box, Ontology, Polygon, Question

from .base import Sealed, image_name, no_such_question, questions_with, zip_entry, zip_writer
from .hugging_face import split_names


class Coco:
    """One JSON for each split; ids are counted from 1 in the order of items."""

    name = "coco"
    suffix = ".zip"
    media_type = "application/zip"
    options = frozenset({"images"})

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """There must be a question that draws."""
        if not _drawing(ontology):
            raise no_such_question("COCO", "box or polygon")

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write annotations split by split, then each image once."""
        questions = _drawing(sealed.ontology)
        fields = {name for q in questions for name in q.kind.fields_of(q)}
        categories = _categories(questions)
        done = 0
        with zip_writer(out) as archive:
            for split, name in split_names(list(sealed.splits)).items():
                with zip_entry(archive, f"annotations/{name}.json", packed=True) as file:
                    info = {
                        "description": sealed.manifest["dataset"]["name"],
                        "version": str(sealed.manifest["number"]),
                        "hash": sealed.hash,
                    }
                    file.write(
                        b'{"info":'
                        + orjson.dumps(info)
                        + b',"licenses":[],"categories":'
                        + orjson.dumps(categories)
                        + b',"images":['
                    )
                    for place, (number, item, field, image, _) in enumerate(_images(sealed, split, fields)):
                        entry = {
                            "id": number,
                            "file_name": f"images/{image_name(image)}",
                            "width": image["width"],
                            "height": image["height"],
                            "item_id": item,
                            "field": field,
                        }
                        file.write((b"," if place else b"") + orjson.dumps(entry))
                    file.write(b'],"annotations":[')
                    for place, entry in enumerate(_shapes(sealed, split, fields, questions, categories)):
                        file.write((b"," if place else b"") + orjson.dumps(entry))
                    file.write(b"]}")
                done += sealed.splits[split]
                sealed.told(done)
            if options.get("images", True):
                seen: set[str] = set()
                for split in sealed.splits:
                    for _, _, _, image, _ in _images(sealed, split, fields):
                        if image["blob"] not in seen:
                            seen.add(image["blob"])
                            with zip_entry(archive, f"images/{image_name(image)}") as file:
                                file.write(sealed.image(image["blob"]))
        return done


def _drawing(ontology: Ontology) -> list[Question]:
    wanted = [*questions_with(ontology, "boxes"), *questions_with(ontology, "polygons")]
    return [question for question in ontology.questions if question in wanted]


def _categories(questions: list[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for question in questions:
        for label in question.labels:
            name = label.name if len(questions) == 1 else f"{question.name}.{label.name}"
            found.append({"id": len(found) + 1, "name": name, "supercategory": label.parent or question.name})
    return found


def _images(
    sealed: Sealed, split: str, fields: set[str]
) -> Iterator[tuple[int, str, str, dict[str, Any], dict[str, Any]]]:
    number = 0
    for item, data, answer in sealed.records(
        "item_id", "data", "answer", split=split, parse=("data", "answer")
    ):
        for field in sorted(fields):
            image = data.get(field)
            if isinstance(image, dict) and "blob" in image:
                number += 1
                yield number, item, field, image, answer


def _shapes(
    sealed: Sealed, split: str, fields: set[str], questions: list[Any], categories: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    ids = {entry["name"]: entry["id"] for entry in categories}
    number = 0
    for image_id, _, field, _, answer in _images(sealed, split, fields):
        for question in questions:
            value = answer.get(question.name)
            if value is None or field not in question.kind.fields_of(question):
                continue
            boxes = question.kind.boxes_of(question, value) or ()
            polygons = question.kind.polygons_of(question, value) or ()
            drawn = [(box.label, _of_box(box)) for box in boxes]
            drawn += [(polygon.label, _of_polygon(polygon)) for polygon in polygons]
            for label, shape in drawn:
                number += 1
                name = label if len(questions) == 1 else f"{question.name}.{label}"
                yield {"id": number, "image_id": image_id, "category_id": ids.get(name, 0), **shape}


def _of_box(box: Box) -> dict[str, Any]:
    return {
        "bbox": [box.x, box.y, box.width, box.height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "segmentation": [],
        "attributes": {"rotation": box.rotation},
    }


def _of_polygon(polygon: Polygon) -> dict[str, Any]:
    points = polygon.points
    across, down = [x for x, _ in points], [y for _, y in points]
    left, top = min(across), min(down)
    ahead = [*points[1:], points[0]]
    # Measured from the corner of the box around it: near numbers lose fewer digits.
    twice = math.fsum(
        (x - left) * (v - top) - (u - left) * (y - top) for (x, y), (u, v) in zip(points, ahead, strict=True)
    )
    return {
        "bbox": [left, top, round(max(across) - left, 3), round(max(down) - top, 3)],
        "area": round(abs(twice) / 2, 6),
        "iscrowd": 0,
        "segmentation": [[number for point in points for number in point]],
    }
