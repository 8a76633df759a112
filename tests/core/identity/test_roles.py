"""Who may do what."""

from __future__ import annotations

import pytest

from core.errors import PermissionDenied
from core.identity import SYSTEM, Actor, Permission, Role, require


def actor(role: Role) -> Actor:
    return Actor(1, "somebody", "Somebody", role)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.CONVERSATIONS_READ, {Role.REP, Role.SPECIALIST, Role.MANAGER}),
        (Permission.CONVERSATIONS_WORK, {Role.REP, Role.SPECIALIST}),
        (Permission.CONVERSATIONS_IMPORT, {Role.SPECIALIST}),
        (Permission.CONVERSATIONS_EXPORT, {Role.MANAGER}),
        (Permission.DRAFTS_REQUEST, {Role.REP, Role.SPECIALIST}),
        (Permission.KNOWLEDGE_READ, {Role.REP, Role.SPECIALIST, Role.MANAGER}),
        (Permission.KNOWLEDGE_EDIT, {Role.SPECIALIST}),
        (Permission.KNOWLEDGE_IMPORT, {Role.SPECIALIST}),
        (Permission.PEOPLE_MANAGE, {Role.ADMIN}),
        (Permission.SETTINGS_MANAGE, {Role.ADMIN}),
        (Permission.AUDIT_READ, {Role.MANAGER, Role.ADMIN}),
        (Permission.AUDIT_VERIFY, {Role.MANAGER, Role.ADMIN}),
    ],
)
def test_each_permission_belongs_to_these_roles(permission: Permission, roles: set[Role]) -> None:
    assert {role for role in Role if actor(role).can(permission)} == roles


def test_every_permission_can_be_refused_in_words() -> None:
    for permission in Permission:
        role = next(role for role in Role if not actor(role).can(permission))
        with pytest.raises(PermissionDenied, match=rf"Your role \({role}\) may not "):
            require(actor(role), permission)


def test_the_system_may_do_everything() -> None:
    for permission in Permission:
        require(SYSTEM, permission)


def test_being_nobody_in_particular_gives_nothing_extra() -> None:
    assert not Actor(None, "system", "Ratchet", Role.REP).can(Permission.PEOPLE_MANAGE)


def test_an_unknown_permission_is_a_defect() -> None:
    with pytest.raises(ValueError, match=r"everything\.do"):
        actor(Role.ADMIN).can("everything.do")
