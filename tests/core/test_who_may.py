"""Whatever takes an actor asks first whether they may, before it looks at anything else."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from core import knowledge, releases
from core.errors import PermissionDenied
from core.identity import Actor, Role

_ADMIN = Actor(1, "desmond", "Desmond", Role.ADMIN)
_REP = Actor(2, "maeve", "Maeve", Role.REP)
_MANAGER = Actor(3, "ingrid", "Ingrid", Role.MANAGER)
_SPECIALIST = Actor(4, "lucia", "Lucia", Role.SPECIALIST)


_WRITE = {
    "archive", "clear_redirect", "drop_edit", "mark_followed", "new_edit", "open_edit", "publish",
    "rebase_edit", "reopen_edit", "save_edit", "set_owner", "set_redirect", "set_review_on",
    "settle_conflict",
}  # fmt: skip


def _asking(*rooms: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for room in rooms:
        for name in room.__all__:
            found = getattr(room, name)
            if inspect.isfunction(found) and next(iter(inspect.signature(found).parameters), "") == "actor":
                yield name, found


_ALL = dict(_asking(knowledge, releases))


def _refused(actor: Actor) -> set[str]:
    """Functions that refuse this actor before they read one of their arguments."""
    refused = set()
    for name, function in _ALL.items():
        parameters = list(inspect.signature(function).parameters.values())[1:]
        needed = [each for each in parameters if each.default is each.empty]
        plain = [None for each in needed if each.kind is not each.KEYWORD_ONLY]
        named = {each.name: None for each in needed if each.kind is each.KEYWORD_ONLY}
        try:
            function(actor, *plain, **named)
        except PermissionDenied:
            refused.add(name)
        except Exception:  # it went on, with arguments that are nothing
            continue
    return refused


def test_an_admin_sees_and_changes_no_knowledge() -> None:
    assert len(_ALL) > 40
    assert set(_ALL) - _refused(_ADMIN) == {"leave_edit"}  # only ever takes away one's own


@pytest.mark.parametrize(
    ("actor", "may_not"),
    [
        (
            _REP,
            _WRITE
            | {"review", "ship", "roll_back", "close_watch", "override", "start_replay", "stop_replay"},
        ),
        (_MANAGER, _WRITE),
        (_SPECIALIST, {"override"}),
    ],
)
def test_who_may_not(actor: Actor, may_not: set[str]) -> None:
    assert may_not <= _refused(actor)
