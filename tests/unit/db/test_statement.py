"""Statements in files, and what long ones are turned into."""

from qistas.db.statement import DRIVER_KEEPS, number_parameters, read_statement


def test_parameters_are_numbered_in_the_order_they_come_first() -> None:
    sql = "SELECT %(who)s, %(what)s::uuid[], 7 %% 3 WHERE a = %(who)s AND b LIKE '100%%'"
    numbered = "SELECT $1, $2::uuid[], 7 % 3 WHERE a = $1 AND b LIKE '100%'"
    assert number_parameters(sql) == (numbered, ("who", "what"))


def test_the_claim_is_numbered_whole() -> None:
    claim = read_statement("qistas.tasks", "claim", head=20, limit=1)
    assert len(claim) > DRIVER_KEEPS
    numbered, names = number_parameters(claim)
    assert "%(" not in numbered
    assert f"${len(names)}" in numbered
    assert f"${len(names) + 1}" not in numbered
