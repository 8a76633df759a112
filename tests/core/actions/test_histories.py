"""Random histories of people, executors and crashes: no key has two effects, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update
from sqlmodel import col, select

from core import audit
from core.actions import (
    ActionRequest,
    Catalogue,
    Executor,
    approve,
    ask,
    check_again,
    reject,
    withdraw,
)
from core.actions.execution import carrying
from core.database import Database, now
from core.errors import Conflict, PermissionDenied
from core.identity import Role
from tests.core.actions.scripted import Scripted, propose_refund
from tests.core.conversations.make import add_actor, load, record, stored_id

_ENDS = {"done", "failed", "rejected", "withdrawn"}
_INVOICES = st.sampled_from(["INV-1", "INV-2"])
_AMOUNTS = st.sampled_from([10.0, 40.0, 90.0, 250.0])
_STEPS = st.sampled_from(["ok", "ok", "refuse", "unreached", "lost before", "lost after", "defect"])
_CRASHES = st.sampled_from(["record_done", "note_leaving", "record_failed", "record_unknown", "put_back"])


class Dead(BaseException):
    """What a kill looks like from inside one process."""


class Histories(RuleBasedStateMachine):
    """The people approve what they last saw, or what they saw long ago."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="ratchet-histories-")
        path = Path(self.folder.name) / "ratchet.sqlite"
        copy(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        self.system = Scripted()
        self.catalogue = Catalogue([self.system])
        self.people = [
            add_actor(self.database, "maeve"),
            add_actor(self.database, "rosa"),
            add_actor(self.database, "ingrid", Role.MANAGER),
        ]
        load(self.database, [record()])
        self.conversation = stored_id(self.database)
        self.executor = Executor(
            self.database,
            lambda: self.catalogue,
            executor_id="x",
            lease=timedelta(hours=1),
            first_wait=timedelta(hours=1),
            threads=1,
        )
        self.seen: list[tuple[int, int]] = []
        self.ended: dict[int, str] = {}
        self.approved: dict[int, dict[str, Any]] = {}

    def teardown(self) -> None:
        self.executor.close()
        self.database.dispose()
        self.folder.cleanup()

    def requests(self) -> list[ActionRequest]:
        with self.database.reading() as session:
            return list(session.exec(select(ActionRequest).order_by(col(ActionRequest.id))))

    def pick(self, data: st.DataObject) -> tuple[int, int]:
        return data.draw(st.sampled_from(self.seen), label="seen")

    @initialize(amount=_AMOUNTS)
    def begin(self, amount: float) -> None:
        """With something approved, so that short histories are about more than proposals."""
        self.propose("INV-1", amount, 1, "a")
        self.approve(None, 2, None)

    @rule(invoice=_INVOICES, amount=_AMOUNTS, draft=st.integers(1, 3), call=st.sampled_from("ab"))
    def propose(self, invoice: str, amount: float, draft: int, call: str) -> None:
        with suppressed():
            request = propose_refund(
                self.database,
                self.catalogue,
                self.conversation,
                amount,
                invoice=invoice,
                draft_id=draft,
                call_id=call,
            )
            self.seen.append((request.key, request.revision))

    @rule()
    def look(self) -> None:
        self.seen = [(request.key, request.revision) for request in self.requests()] + self.seen[-3:]

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), who=st.integers(0, 2), edit=st.none() | _AMOUNTS)
    def approve(self, data: st.DataObject | None, who: int, edit: float | None) -> None:
        key, revision = self.seen[0] if data is None else self.pick(data)
        with suppressed():
            approved = approve(
                self.people[who],
                key,
                database=self.database,
                catalogue=self.catalogue,
                revision=revision,
                arguments=None if edit is None else {"invoice": "INV-1", "amount": edit},
            )
            kept = self.approved.setdefault(key, approved.arguments)
            assert kept == approved.arguments, "an approval replaced another"

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), who=st.integers(0, 2))
    def reject(self, data: st.DataObject, who: int) -> None:
        key, revision = self.pick(data)
        with suppressed():
            reject(self.people[who], key, database=self.database, revision=revision, reason="no")

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), who=st.integers(0, 1))
    def ask(self, data: st.DataObject, who: int) -> None:
        key, revision = self.pick(data)
        with suppressed():
            ask(
                self.people[who],
                key,
                database=self.database,
                catalogue=self.catalogue,
                revision=revision,
                note="please",
            )

    @rule(draft=st.none() | st.integers(1, 3))
    def withdraw(self, draft: int | None) -> None:
        with self.database.transaction() as session:
            withdraw(self.conversation, session=session, draft_id=draft)

    @rule(step=_STEPS, crash_at=st.none() | _CRASHES, later=st.booleans())
    def execute(self, step: Any, crash_at: str | None, later: bool) -> None:
        def die(*_: object, **__: object) -> None:
            raise Dead

        if later:
            self.time_passes()
        self.system.steps.clear()
        self.system.steps.append(step)
        with pytest.MonkeyPatch.context() as patch:
            if crash_at is not None:
                patch.setattr(carrying, crash_at, die)
            with suppressed(Dead):
                self.executor.carry_out_due(at_most=2)

    @rule(amount=_AMOUNTS, step=_STEPS, then=_STEPS, crash_at=_CRASHES)
    def killed_and_taken_over(self, amount: float, step: Any, then: Any, crash_at: str) -> None:
        """The dangerous path at once: approved, begun, killed, and begun again by somebody else."""
        self.propose("INV-2", amount, 1, f"call-{len(self.seen)}")
        self.look()
        with suppressed():
            key, revision = self.seen[len(self.requests()) - 1]
            approve(self.people[2], key, database=self.database, catalogue=self.catalogue, revision=revision)
        self.execute(step, crash_at, True)
        self.execute(then, None, True)

    def time_passes(self) -> None:
        """Every lease and every wait ends."""
        with self.database.transaction() as session:
            session.execute(
                update(ActionRequest)
                .where(col(ActionRequest.lease_until).is_not(None))
                .values(lease_until=now() - timedelta(seconds=1))
            )

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), can_tell=st.booleans())
    def check_again(self, data: st.DataObject, can_tell: bool) -> None:
        self.system.can_tell = can_tell
        with suppressed():
            check_again(self.people[0], self.pick(data)[0], database=self.database, catalogue=self.catalogue)
        self.system.can_tell = True

    @invariant()
    def nothing_twice_nothing_lost(self) -> None:
        requests = self.requests()
        by_key = {request.idempotency_key: request for request in requests}
        assert len(by_key) == len(requests)
        assert all(count == 1 for count in self.system.effects.values()), "carried out twice"
        for key in self.system.effects:
            assert by_key[key].status in {"executing", "unknown", "done"}, "it happened and nobody says so"
        for call in self.system.calls:
            assert call.arguments == by_key[call.idempotency_key].arguments, "not what was approved"
        for request in requests:
            if request.status == "done":
                assert self.system.effects[request.idempotency_key] == 1, "a receipt for nothing"
            assert self.ended.get(request.key, request.status) == request.status, "an end was undone"
            if request.status in _ENDS:
                self.ended[request.key] = request.status

    def finish(self) -> None:
        """Given time and a healthy system, everything approved comes to an end that is true."""
        self.system.steps.clear()
        for _ in range(3):
            self.time_passes()
            self.executor.carry_out_due()
        for request in self.requests():
            if request.status == "unknown":
                check_again(self.people[0], request.key, database=self.database, catalogue=self.catalogue)
        self.executor.carry_out_due()
        for request in self.requests():
            assert request.status in {"proposed", "asked", *_ENDS}
            assert (request.status == "done") == (self.system.effects[request.idempotency_key] == 1)
        with self.database.reading() as session:
            assert audit.verify(session=session).ok


@contextmanager
def suppressed(*more: type[BaseException]) -> Iterator[None]:
    """People are told no all the time; that must change nothing."""
    try:
        yield
    except (Conflict, PermissionDenied, *more):
        pass


def test_histories(template_database: Path, home: Path) -> None:
    class Machine(Histories):
        template = template_database

        def teardown(self) -> None:
            try:
                self.finish()
            finally:
                super().teardown()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # a history is short enough to be read as it is
            suppress_health_check=list(HealthCheck),
        ),
    )
