"""For routes that take a document as JSON: a key that stands twice in one object is refused, not silently dropped."""

from fastapi import Request

from qistas.ontology import refuse_keys_twice


async def keys_once(request: Request) -> None:
    """Read the body a second time, for keys that stand twice. Raises OntologyInvalid that names the key."""
    refuse_keys_twice(await request.body())
