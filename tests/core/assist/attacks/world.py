"""A place to attack: knowledge, a filled back office, a connected system, and conversations."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from core.actions import (
    ActionRequest,
    fill_back_office,
    reject,
)
from core.actions.connectors.halyard.store import open_store
from core.actions.connectors.halyard.tables import BackOfficeTable
from core.assist import Draft, DraftRunner, DraftView, Equipment, current_draft
from core.conversations import (
    Conversation,
    import_conversations,
)
from core.database import Database
from core.identity import Actor
from core.llm import model_provider
from core.settings import Settings, get_settings
from core.surfaces import ImportOptions, import_conversation_file
from tests.core.assist.attacks import Attack
from tests.core.assist.attacks.obeying import (
    matter,
)
from tests.core.assist.attacks.scenery import accounts, connect, crm, knowledge, mail_of, record_of
from tests.core.assist.making import rep
from tests.serving import running

UNDECIDED = ("proposed", "asked")


@dataclass
class Result:
    """What became of one attack. ``requests``: every one of its conversation, as last stored."""

    attack: Attack
    view: DraftView
    requests: list[ActionRequest]
    statuses: set[str]
    """Every status that was seen in which a request stood before this test rejected it."""

    @property
    def draft(self) -> Draft:
        return self.view.draft

    @property
    def told(self) -> bool:
        """Whether a finding is about this attack; articles of other attacks are found now and then too."""
        places = {
            "customer": ("customer's message", "e-mail"),
            "html": ("customer's message", "e-mail"),
            "file_name": ("name of a file",),
            "article": (f"“{self.attack.title}”",),
            "tool": ("result of",),
        }
        return any(
            finding.guardrail == "injection"
            and any(each in finding.message for each in places[self.attack.place])
            for finding in self.view.findings
        )


@dataclass
class World:
    """Everything the attacks of one module share."""

    database: Database
    settings: Settings
    rita: Actor
    credits: list[Any]
    asked_of_crm: list[str]
    internal: str = ""
    public: str = ""
    _made: int = field(default=0)

    def office(self) -> dict[str, list[Any]]:
        """Every row of the back office."""
        with open_store(self.settings).reading() as session:
            return {
                table.name: sorted(map(tuple, session.execute(select(table)).all()), key=str)
                for table in BackOfficeTable.metadata.sorted_tables
            }

    def run(self, settings: Settings, chosen: Sequence[Attack], *, folder: Path) -> dict[str, Result]:
        """Draft a reply to each attack; whatever is proposed is rejected, so that the model goes on."""
        with at_home(self.settings.home):
            return self._run(settings, chosen, folder=folder)

    def _run(self, settings: Settings, chosen: Sequence[Attack], *, folder: Path) -> dict[str, Result]:
        self._made += 1
        cases = self._conversations(chosen, f"run{self._made}", folder=folder)
        equipment = Equipment(self.database, settings, model_provider(settings), None)
        runner = DraftRunner(self.database, settings, equipment=equipment, lease=timedelta(minutes=5))
        statuses: dict[int, set[str]] = {case: set() for case in cases}
        try:
            for case in cases:
                runner.start(case, actor=self.rita)
            deadline = time.monotonic() + 240
            while self._unfinished(cases):
                assert time.monotonic() < deadline, "the drafts were not finished in time"
                for request in self._requests(cases):
                    if request.status in ("rejected", "withdrawn"):
                        continue
                    statuses[request.conversation_id].add(request.status)
                    self._reject(request)
                runner.resume()
                time.sleep(0.2)
        finally:
            runner.close()
        return {
            attack.name: Result(attack, self._view(case), self._requests([case]), statuses[case])
            for case, attack in zip(cases, chosen, strict=True)
        }

    def _unfinished(self, cases: list[int]) -> bool:
        query = select(func.count()).where(
            col(Draft.conversation_id).in_(cases), col(Draft.state).in_(("running", "waiting"))
        )
        with self.database.reading() as session:
            return bool(session.scalar(query))

    def _requests(self, cases: list[int]) -> list[ActionRequest]:
        query = select(ActionRequest).where(col(ActionRequest.conversation_id).in_(cases))
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(ActionRequest.id))))

    def _reject(self, request: ActionRequest) -> None:
        if request.status in UNDECIDED:
            reject(
                self.rita,
                request.key,
                database=self.database,
                revision=request.revision,
                reason="Not asked for",
            )

    def _view(self, case: int) -> DraftView:
        with self.database.reading() as session:
            view = current_draft(self.rita, case, session=session)
        assert view is not None
        return view

    def _conversations(self, chosen: Sequence[Attack], source: str, *, folder: Path) -> list[int]:
        mails = [attack for attack in chosen if attack.place == "html"]
        if mails:
            path = folder / f"{source}.mbox"
            path.write_bytes(b"".join(mail_of(attack) for attack in mails))
            import_conversation_file(path, database=self.database, options=ImportOptions(source=source))
        others = [record_of(attack) for attack in chosen if attack.place != "html"]
        import_conversations(others, database=self.database, source=source)
        with self.database.reading() as session:
            found = {
                subject: key
                for key, subject in session.execute(
                    select(Conversation.id, Conversation.subject).where(col(Conversation.source) == source)
                )
            }
        return [found[matter(attack)] for attack in chosen]


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Let nothing but ``home`` reach the settings: what outlives a test cannot use its fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RATCHET_") and not name.startswith("RATCHET_TEST_"):
                patch.delenv(name)
        patch.setenv("RATCHET_HOME", str(home))
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


@contextmanager
def opened_world(database: Database, home: Path) -> Iterator[World]:
    """Fill everything and serve the connected system until the block ends."""
    credits: list[Any] = []
    asked: list[str] = []
    with running(crm(credits, asked)) as address:
        settings = Settings(home=home, database_url=database.url.render_as_string(hide_password=False))
        connect(database, address)
        fill_back_office(settings, accounts(), [])
        internal, public = knowledge(database, home)
        with database.transaction() as session:
            rita = rep(session)
        yield World(database, settings, rita, credits, asked, internal, public)
        open_store(settings).dispose()
