import time
from uuid import UUID

from qistas.core.ids import parse_uuid, uuid7


def test_ids_sort_by_time_and_say_what_they_are() -> None:
    made = [uuid7()]
    for _ in range(20):
        time.sleep(0.002)
        made.append(uuid7())
    assert made == sorted(made)
    assert all(u.version == 7 and u.variant == "specified in RFC 4122" for u in made)
    stamp = made[0].int >> 80
    assert abs(stamp / 1000 - time.time()) < 5


def test_a_million_to_the_millisecond_do_not_meet() -> None:
    assert len({uuid7() for _ in range(20_000)}) == 20_000


def test_what_is_no_id_is_none() -> None:
    known = uuid7()
    assert parse_uuid(str(known)) == known
    assert parse_uuid(known.hex) == UUID(hex=known.hex)
    for text in ("", "x", "0" * 31, "../../etc", "\0" * 36, "é" * 32):
        assert parse_uuid(text) is None
