"""Whoever only annotates is given ids that tell nothing: not the order of import, in which gold would stand out."""

import io
import json
import zipfile
from itertools import pairwise
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.integration.conftest import Api

from qistas.api.alias import Aliases
from qistas.core.principal import Role

ONTOLOGY = {
    "format": 1,
    "fields": [{"name": "picture", "type": "image"}],
    "questions": [{"name": "topic", "kind": "choice", "labels": [{"name": "a"}, {"name": "b"}]}],
}


@given(real=st.uuids(), key=st.binary(min_size=32, max_size=32))
def test_an_alias_leads_back(real: UUID, key: bytes) -> None:
    aliases = Aliases(key)
    assert aliases.real(aliases.of(real)) == real
    assert aliases.of(real) != real
    assert Aliases(None).of(real) == real


def test_neighbours_have_nothing_in_common() -> None:
    aliases = Aliases(b"k" * 32)
    first = UUID("0199aaaa-0000-7000-8000-000000000000")
    made = [aliases.of(UUID(int=first.int + n)).int for n in range(2000)]
    rising = sum(a < b for a, b in pairwise(made))
    assert 900 < rising < 1100
    assert len({one >> 96 for one in made}) == 2000


async def test_annotators_get_aliases_and_others_do_not(api: Api) -> None:
    tenant = await api.tenant()
    lead = await api.client_for(tenant.owner)
    project = (
        await lead.post("/projects", json={"name": "P", "ontology": ONTOLOGY, "settings": {"overlap": 2}})
    ).json()["id"]
    at = f"/projects/{project}"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as pictures:
        for n in range(6):
            picture = io.BytesIO()
            Image.new("RGB", (20 + n, 20)).save(picture, "PNG")
            pictures.writestr(f"p{n}.png", picture.getvalue())
    file = {"file": ("pictures.zip", archive.getvalue(), "application/zip")}
    sent = await lead.post(f"{at}/imports", files=file)
    assert sent.status_code in (200, 201, 202), sent.text
    await api.run_jobs()
    items = (await lead.get(f"{at}/items")).json()["rows"]
    real = {item["id"] for item in items}
    assert len(real) == 6

    one, two = [await api.client_for(await tenant.member(Role.ANNOTATOR, name)) for name in ("one", "two")]
    seen: list[set[str]] = []
    for mine in (one, two):
        tasks = (await mine.post(f"{at}/claim", json={"limit": 6})).json()["tasks"]
        text = json.dumps(tasks)
        assert not any(item in text for item in real)
        assert {task["item"]["external_id"] for task in tasks} == {None}
        seen.append({task["item"]["id"] for task in tasks})
        shown = tasks[0]["item"]["data"]["picture"]
        picture = await mine.get(shown["url"].removeprefix("/api/v1"))
        assert picture.status_code == 200, picture.text
        assert Image.open(io.BytesIO(picture.content)).size == (shown["width"], shown["height"])
        body = {
            "lease_id": tasks[0]["lease_id"],
            "answer": {"topic": {"labels": ["a"]}},
            "seconds": 1,
            "client_key": str(uuid4()),
            "next": 1,
        }
        receipt = (await mine.post(f"{at}/annotations", json=body)).json()["annotation"]
        assert receipt["task_id"] == tasks[0]["task_id"]
        (last,) = (await mine.get(f"{at}/annotations/mine")).json()["rows"]
        assert (last["task_id"], last["item"]["id"]) == (tasks[0]["task_id"], tasks[0]["item"]["id"])
        asked = (
            await mine.post(f"{at}/questions", json={"lease_id": tasks[1]["lease_id"], "text": "Which?"})
        ).json()
        assert (asked["task_id"], asked["item_id"]) == (tasks[1]["task_id"], tasks[1]["item"]["id"])
        questions = (await mine.get(f"{at}/questions")).text
        assert not any(item in questions for item in real)
    assert not seen[0] & seen[1], "two who compare notes learn nothing either"
    assert (await one.get(f"{at}/items/{next(iter(seen[1]))}/media/picture")).status_code == 404
    assert (await one.get(f"{at}/items/{items[0]['id']}/media/picture")).status_code == 404
    asked = (await lead.get(f"{at}/questions")).json()["rows"]
    assert {question["item_id"] for question in asked} <= real
    offered = (await lead.post(f"{at}/claim", json={"limit": 1})).json()["tasks"]
    assert all(task["item"]["id"] in real for task in offered)
