"""The table of permissions, as a picture: a change of who may do what is seen in review."""

import pytest

from qistas.core.errors import Forbidden, Missing
from qistas.core.ids import MemberId, ProjectId, TenantId, uuid7
from qistas.core.principal import Principal, Role
from qistas.trust import Permission, may, may_grant, permissions_of, projects_seen, require
from qistas.trust.grants import TABLE

#                       owner manager reviewer annotator viewer guest
PICTURE = """
project.view              x      x       x         x       x     .
project.create            x      x       .         .       .     .
project.manage            x      x       .         .       .     .
ontology.publish          x      x       .         .       .     .
item.view                 x      x       x         .       x     .
item.import               x      x       .         .       .     .
item.withdraw             x      x       .         .       .     .
task.manage               x      x       .         .       .     .
annotate                  x      x       x         x       .     .
annotation.view           x      x       x         .       x     .
quality.view              x      x       x         .       x     .
quality.run               x      x       .         .       .     .
review                    x      x       x         .       .     .
gold.plant                x      x       .         .       .     .
dataset.view              x      x       x         .       x     .
dataset.seal              x      x       .         .       .     .
dataset.export            x      x       .         .       .     .
member.view               x      x       .         .       .     .
member.invite             x      x       .         .       .     .
member.manage             x      .       .         .       .     .
token.manage              x      x       .         .       .     .
tenant.manage             x      .       .         .       .     .
"""
COLUMNS = (Role.OWNER, Role.MANAGER, Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER, Role.GUEST)
HERE, THERE = ProjectId(uuid7()), ProjectId(uuid7())


def who(role: Role, **more: object) -> Principal:
    return Principal(TenantId(uuid7()), MemberId(uuid7()), role, **more)  # type: ignore[arg-type]


def test_the_picture() -> None:
    drawn = {line.split()[0]: line.split()[1:] for line in PICTURE.strip().splitlines()}
    assert set(drawn) == {p.value for p in Permission}
    for permission in Permission:
        for column, role in enumerate(COLUMNS):
            assert (drawn[permission][column] == "x") == (permission in TABLE[role]), (permission, role)
    assert set(TABLE) == set(Role)


@pytest.mark.parametrize("tenant_wide", list(Role))
@pytest.mark.parametrize("held", list(Role))
def test_a_role_in_a_project_adds_and_never_takes(tenant_wide: Role, held: Role) -> None:
    principal = who(tenant_wide, project_roles={HERE: held})
    assert permissions_of(principal, HERE) == TABLE[tenant_wide] | TABLE[held]
    assert permissions_of(principal, THERE) == TABLE[tenant_wide] == permissions_of(principal)


def test_scopes_narrow_everywhere() -> None:
    principal = who(
        Role.OWNER, scopes=frozenset({"item.view", "no.such"}), project_roles={HERE: Role.MANAGER}
    )
    assert permissions_of(principal) == permissions_of(principal, HERE) == {Permission.ITEM_VIEW}
    assert not may(who(Role.VIEWER, scopes=frozenset({"member.manage"})), Permission.MEMBER_MANAGE)


def test_nobody_grants_what_they_lack() -> None:
    assert [r for r in Role if may_grant(who(Role.MANAGER), r)] == [
        Role.MANAGER,
        Role.REVIEWER,
        Role.ANNOTATOR,
        Role.VIEWER,
        Role.GUEST,
    ]
    assert [r for r in Role if may_grant(who(Role.VIEWER), r)] == [Role.VIEWER, Role.GUEST]
    leads_here = who(Role.GUEST, project_roles={HERE: Role.MANAGER})
    assert may_grant(leads_here, Role.MANAGER, HERE)
    assert not may_grant(leads_here, Role.OWNER, HERE)
    assert not may_grant(leads_here, Role.VIEWER, THERE)
    assert not may_grant(leads_here, Role.VIEWER)
    assert not may_grant(who(Role.OWNER, scopes=frozenset({"member.invite"})), Role.VIEWER)


def test_what_one_may_not_see_is_not_there() -> None:
    guest = who(Role.GUEST, project_roles={HERE: Role.ANNOTATOR})
    require(guest, Permission.ANNOTATE, HERE)
    with pytest.raises(Missing):
        require(guest, Permission.ANNOTATE, THERE)
    with pytest.raises(Forbidden):
        require(guest, Permission.ITEM_IMPORT, HERE)
    with pytest.raises(Forbidden):
        require(guest, Permission.PROJECT_CREATE)
    assert projects_seen(guest) == {HERE}
    assert projects_seen(who(Role.VIEWER)) is None
    assert (
        projects_seen(who(Role.OWNER, scopes=frozenset({"item.view"}), project_roles={HERE: Role.OWNER}))
        == frozenset()
    )
