"""The smallest value a JSON Schema takes, for asking every operation something it can read."""

from __future__ import annotations

from typing import Any

ZERO = "00000000-0000-0000-0000-000000000000"


def smallest(schema: dict[str, Any], schemas: dict[str, Any], ids: dict[str, str], name: str = "") -> Any:
    """A value of `schema`. An id, told by its format and name, is the one of `ids`."""
    if "$ref" in schema:
        return smallest(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, ids, name)
    for word in ("const", "default"):
        if word in schema and schema[word] is not None:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return smallest(next(s for s in schema[word] if s.get("type") != "null"), schemas, ids, name)
    kind = schema.get("type", "object")
    if kind == "object":
        wanted = schema.get("required", [])
        parts = schema.get("properties", {})
        named = [p for p in parts if p in wanted or p in ids]
        return {p: smallest(parts[p], schemas, ids, p) for p in named}
    if kind == "array":
        single = {"members": "member_id", "assignees": "member_id"}.get(name, name.removesuffix("s") + "_id")
        return (
            [smallest(schema.get("items", {}), schemas, ids, single)]
            if schema.get("minItems") or single in ids
            else []
        )
    if kind == "string":
        if schema.get("format") == "uuid":
            return ids.get({"with": "version_id"}.get(name, name), ZERO)
        return "x" * max(1, schema.get("minLength", 1))
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
    return kind == "boolean"
