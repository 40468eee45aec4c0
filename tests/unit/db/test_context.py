import hashlib
import hmac
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from qistas.core.ids import uuid7
from qistas.db import open_address
from qistas.db.context import key_id, key_pads, sign_context

KEY = bytes(range(32))


def test_the_padded_keys_verify_what_the_key_signs() -> None:
    tenant, person = uuid7(), uuid7()
    *body, mac = sign_context(KEY, tenant, person, "work", 42).split("|")
    inner, outer = key_pads(KEY)
    text = "|".join(body).encode()
    assert hashlib.sha256(outer + hashlib.sha256(inner + text).digest()).hexdigest() == mac
    assert hmac.compare_digest(hmac.new(KEY, text, hashlib.sha256).hexdigest(), mac)
    assert body[:4] == ["v2", str(tenant), str(person), "work"]
    assert [int(part) for part in body[5:]] == [key_id(KEY), 42]


def test_a_system_context_has_a_reason_and_no_tenant() -> None:
    assert sign_context(KEY, None, None, "sign-in", 42).split("|")[1:4] == ["*", "system", "sign-in"]
    with pytest.raises(ValueError, match="short lower-case"):
        sign_context(KEY, None, None, "x'); DROP TABLE tenants; --", 42)


def test_roles_have_passwords_only_where_they_are_needed(tmp_path: Path) -> None:
    own = open_address("postgresql://admin:secret@db.example.org/labels", KEY)
    app, system = conninfo_to_dict(own.app), conninfo_to_dict(own.system)
    assert (app["user"], app["host"], app["dbname"]) == ("qistas_app", "db.example.org", "labels")
    assert app["password"] != system["password"] != "secret"
    assert "secret" not in own.app + own.system
    embedded = open_address(
        "host=/x user=postgres dbname=postgres", KEY, database="qistas", embedded=tmp_path
    )
    assert "password" not in conninfo_to_dict(embedded.app)
    assert conninfo_to_dict(embedded.admin)["dbname"] == "qistas"
