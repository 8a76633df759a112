"""Twenty people draft while thirty releases and rollbacks happen: no draft mixes two states, none fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlmodel import col, select

from core.assist import DraftResult, Equipment, draft_now
from core.database import Database
from core.identity import Actor
from core.knowledge.tables import Article
from core.llm import model_provider
from core.releases import Release, roll_back
from core.settings import Settings
from tests.core.releases.making import fill, released

REPS, RELEASES = 20, 30
BETWEEN = 2
"""Drafts that are begun for each release."""
OTHERS = {f"other{number}": f"Colour number {number} is chosen under Design." for number in range(5)}
TEXT = "A refund is paid within {days} days to the original card."


class Desk:
    """Lets drafts begin as releases go on, and knows those that are written."""

    def __init__(self) -> None:
        self.drafts: list[DraftResult] = []
        self._changed = threading.Condition()
        self._left = REPS
        self._over = False

    def may_begin(self) -> bool:
        """Whether to write another draft; waits until one may begin, or all is over."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._left or self._over, timeout=60)
            self._left -= 1
            return not self._over

    def add(self, draft: DraftResult) -> None:
        with self._changed:
            self.drafts.append(draft)
            self._changed.notify_all()

    def go_on(self) -> None:
        """A release has happened. Waits until as many drafts are written as begin now."""
        with self._changed:
            self._left += BETWEEN
            wanted = len(self.drafts) + BETWEEN
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: len(self.drafts) >= wanted, timeout=60)

    def close(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()


def test_every_draft_is_of_one_build_while_releases_go_on(
    database: Database, settings: Settings, sue: Actor, sam: Actor
) -> None:
    articles = fill(database, refunds=TEXT.format(days=14), **OTHERS)
    equipment = Equipment(database, settings, model_provider(settings), None)
    desk = Desk()

    def rep() -> None:
        while desk.may_begin():
            asked = [{"author": "customer", "text": "Within how many days is a refund paid to my card?"}]
            desk.add(draft_now(asked, database=database, settings=settings, equipment=equipment))

    with ThreadPoolExecutor(REPS) as pool:
        reps = [pool.submit(rep) for _ in range(REPS)]
        try:
            _release_on_and_on(database, settings, articles, sue, sam, desk)
        finally:
            desk.close()
        for each in reps:
            each.result(60)
    live = _live_refunds(database, articles["refunds"])
    cited = {
        (each.build.contents["knowledge"], citation.source.article_version_id)
        for each in desk.drafts
        for citation in each.citations
    }
    assert len({version for _, version in cited}) > 2
    assert cited <= live
    assert all(each.decision == "answer" for each in desk.drafts)


def _release_on_and_on(
    database: Database,
    settings: Settings,
    articles: dict[str, int],
    author: Actor,
    reviewer: Actor,
    desk: Desk,
) -> None:
    """Every fifth release changes the article that is cited, and half of all are rolled back."""
    for number in range(RELEASES // 2):
        name = "refunds" if number % 5 == 0 else f"other{number % 5}"
        body = TEXT.format(days=20 + number) if name == "refunds" else f"{OTHERS[name]} Since {number}."
        made = released(database, settings, author, reviewer, articles[name], body)
        desk.go_on()
        roll_back(reviewer, made.key, "To try it.", database=database, settings=settings)
        desk.go_on()


def _live_refunds(database: Database, article_id: int) -> set[tuple[str, int | None]]:
    """In each state of the knowledge, the version of the article that was live."""
    with database.reading() as session:
        live = session.get_one(Article, article_id).live_version_id
        states: set[tuple[str, int | None]] = set()
        for release in reversed(session.exec(select(Release).order_by(col(Release.id))).all()):
            states.add((release.after_knowledge, live))
            for change in release.changes:
                if change["article_id"] == article_id:
                    assert change["after"]["live_version_id"] == live
                    live = change["before"]["live_version_id"]
            states.add((release.before_knowledge, live))
    return states
