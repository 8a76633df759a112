"""The Articles page: browse and search as drafts do, read versions, and edit with others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.database import Database
from core.identity import Person, Role, actor_of
from core.knowledge import (
    ArticleRecord,
    EditView,
    archive_article,
    get_edit,
    import_articles,
    list_edits,
    open_edit,
    save_edit,
)
from core.knowledge.tables import Article, ArticleEdit
from core.releases.tables import Proposal, ProposalChange
from pages.specialist.knowledge.edit import typing
from pages.widgets.article_editor import Report, Typed
from tests.pages.conftest import SignedIn

PAGE = "specialist/knowledge/page.py"
People = dict[Role, Person]


def dns(hours: int) -> ArticleRecord:
    body = f"## Waiting time\n\nDNS changes take up to {hours} hours.\n\nThe cache is kept for a day."
    return ArticleRecord(external_id="dns", title="How long DNS takes", body=body, locale="en")


@pytest.fixture
def articles(database: Database) -> None:
    internal = ArticleRecord(external_id="x", title="Refund limits", body="Up to 100.", audience="internal")
    import_articles([dns(24), internal], database=database, source="test")
    import_articles([dns(48)], database=database, source="test")


@pytest.fixture
def article_id(database: Database, articles: None) -> int:
    with database.reading() as session:
        return session.exec(select(Article).where(Article.external_id == "dns")).one().key


@pytest.fixture
def edit(database: Database, people: People, article_id: int) -> int:
    """A working copy of the DNS article."""
    with database.transaction() as session:
        return open_edit(actor_of(people[Role.SPECIALIST]), article_id, session=session).key


class Browser:
    """Stands for the two fields in the browser: what they were given, and what somebody types."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self._typed: Report | None = None
        self._seq = 0

    def draw(self, edit_id: int, *, on_typed: Callable[[Report], None], **given: Any) -> None:
        self.given = given
        if self._typed is not None:
            report, self._typed = self._typed, None
            on_typed(report)

    def type(self, app: AppTest, body: str, *, base: Typed, known: int | None = None) -> None:
        """Report a text, and let the page be drawn with the answer."""
        known = self._seq if known is None else known
        self._seq += 1
        text = Typed(title=base["title"], body=body)
        self._typed = Report(tab="here", seq=self._seq, known=known, base=base, text=text)
        app.run()
        app.run()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    fake = Browser()
    monkeypatch.setattr(typing, "article_editor", fake.draw)
    return fake


def opened(signed_in: SignedIn, role: Role, **address: str | int) -> AppTest:
    app = signed_in(role)
    app.switch_page(PAGE)
    for name, value in address.items():
        app.query_params[name] = str(value)
    app.run()
    assert not app.exception
    return app


def stored(database: Database, edit_id: int, people: People) -> EditView:
    with database.reading() as session:
        return get_edit(actor_of(people[Role.SPECIALIST]), edit_id, session=session)


def change_elsewhere(
    database: Database, people: People, edit_id: int, *, old: str = "", new: str = "", **fields: Any
) -> None:
    """What another specialist changes in another window."""
    other = replace(actor_of(people[Role.SPECIALIST]), person_id=people[Role.MANAGER].key, name="The other")
    with database.transaction() as session:
        base = get_edit(other, edit_id, session=session).text
        mine = replace(base, body=base.body.replace(old, new), **fields)
        save_edit(other, edit_id, base=base, mine=mine, session=session)


def labels(app: AppTest) -> str:
    return "\n".join(button.label for button in app.button)


def words(app: AppTest) -> str:
    found = [*app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.success]
    return "\n".join(str(each.value) for each in found).replace("\\", "").replace("\u2060", "")


def primary(app: AppTest) -> list[str]:
    return [each.label for each in app.main.button if each.proto.type == "primary"]


def show_tab(app: AppTest, key: str, label: str) -> None:
    app.session_state[key] = label
    app.run()
    assert not app.exception


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_browsing(signed_in: SignedIn, articles: None, role: Role) -> None:
    app = opened(signed_in, role)
    assert "How long DNS takes" in labels(app)
    assert ":material/lock: **Refund limits**" in labels(app)


def test_searching_finds_by_words_before_vectors_exist(signed_in: SignedIn, articles: None) -> None:
    app = opened(signed_in, Role.REP)
    app.text_input("article_query").set_value("how many hours do dns changes take").run()
    assert not app.exception
    assert "How long DNS takes" in labels(app)
    app.text_input("article_query").set_value("zebra crossing").run()
    assert any("comes close" in element.value for element in app.info)


def test_reading_an_article_and_what_changed_between_versions(
    signed_in: SignedIn, article_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[dict[str, str]]] = []
    monkeypatch.setattr(
        "pages.specialist.knowledge.read.versions.changed_text", lambda parts, *, key: drawn.append(parts)
    )
    app = opened(signed_in, Role.REP)
    next(button for button in app.button if "DNS" in button.label).click().run()
    assert "48 hours" in words(app)
    show_tab(app, f"article_tab_{article_id}", "Versions (2)")
    assert tuple(
        next(part["text"].strip() for part in drawn[-1] if part["op"] == op) for op in ("delete", "insert")
    ) == ("24", "48")
    picker = next(box for box in app.selectbox if box.label == "Version")
    assert [option.split(" · ")[0] for option in picker.options] == ["Version 2", "Version 1"]
    picker.select_index(1).run()
    against = next(box for box in app.selectbox if box.label == "Compare with")
    against.select_index(len(against.options) - 1).run()
    assert "24 hours" in words(app)


def test_no_articles_yet(signed_in: SignedIn) -> None:
    app = opened(signed_in, Role.REP)
    assert any("There are no articles yet" in element.value for element in app.info)


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
def test_who_may_not_edit_reads(signed_in: SignedIn, edit: int, article_id: int, role: Role) -> None:
    app = opened(signed_in, role, article=article_id)
    assert "48 hours" in words(app)
    assert not {"Edit", "Go on editing", "New article"} & {button.label for button in app.button}
    app = opened(signed_in, role, edit=edit)
    assert "Editing articles is for specialists" in words(app)


def test_details_are_changed_by_specialists_only(
    signed_in: SignedIn, database: Database, article_id: int, people: People
) -> None:
    app = opened(signed_in, Role.SPECIALIST, article=article_id)
    show_tab(app, f"article_tab_{article_id}", "Details")
    app.selectbox(f"article_owner_{article_id}_0").select(people[Role.SPECIALIST].key).run()
    assert not app.exception
    with database.reading() as session:
        assert session.get_one(Article, article_id).owner_id == people[Role.SPECIALIST].key
    app = opened(signed_in, Role.REP, article=article_id)
    show_tab(app, f"article_tab_{article_id}", "Details")
    assert "The specialist" in words(app)
    assert not [box for box in app.selectbox if box.label == "Owner"]


def test_readers_of_an_archived_article_are_sent_on(
    signed_in: SignedIn, database: Database, article_id: int, people: People
) -> None:
    with database.transaction() as session:
        archive_article(actor_of(people[Role.SPECIALIST]), article_id, session=session)
    app = opened(signed_in, Role.SPECIALIST, article=article_id)
    show_tab(app, f"article_tab_{article_id}", "Details")
    app.text_input(f"redirect_words_{article_id}").set_value("refund").run()
    next(button for button in app.button if (button.key or "").startswith("redirect_to_")).click().run()
    assert not app.exception
    app = opened(signed_in, Role.REP, article=article_id)
    assert "replaced by another one" in words(app)
    next(button for button in app.button if (button.key or "").startswith("redirect_")).click().run()
    assert "Up to 100" in words(app)


def test_typing_is_saved_and_merged_with_what_others_type(
    signed_in: SignedIn, database: Database, article_id: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, article=article_id)
    app.button(f"edit_{article_id}").click().run()
    assert not app.exception
    assert primary(app) == ["Propose"]
    edit_id = int(app.query_params["edit"][0])
    first: Typed = browser.given["text"]

    browser.type(app, first["body"].replace("48", "12"), base=first)
    assert "12 hours" in browser.given["text"]["body"]
    assert browser.given["answered"] == {"tab": "here", "seq": 1, "refused": False}

    change_elsewhere(database, people, edit_id, old="a day", new="a week")
    mine: Typed = {**first, "body": first["body"].replace("48", "6")}
    browser.type(app, mine["body"], base={**first, "body": first["body"].replace("48", "12")})
    assert "6 hours" in browser.given["text"]["body"]
    assert "a week" in browser.given["text"]["body"]

    # the browser never heard of that answer: what it types next still counts from what it sent
    browser.type(
        app, mine["body"] + "\n\nMore.", base={**first, "body": first["body"].replace("48", "12")}, known=1
    )
    body = stored(database, edit_id, people).text.body
    assert "6 hours" in body
    assert "a week" in body
    assert body.endswith("More.")
    assert not stored(database, edit_id, people).conflicts


def test_what_two_people_change_at_once_is_shown_side_by_side(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    first: Typed = browser.given["text"]
    change_elsewhere(database, people, edit, old="48", new="36")
    browser.type(app, first["body"].replace("48", "72"), base=first)
    assert "Two people changed the same place" in words(app)
    assert "36 hours" in stored(database, edit, people).text.body
    app.button("edit_propose").click().run()
    assert "nobody has chosen yet" in words(app)
    take = next(button for button in app.button if button.label == "Take mine")
    take.click().run()
    assert not app.exception
    assert "72 hours" in stored(database, edit, people).text.body
    assert "Two people changed" not in words(app)


def test_a_refusal_is_said_and_the_browser_keeps_the_text(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    first: Typed = browser.given["text"]
    browser.type(app, "x" * 5_000_001, base=first)
    assert browser.given["answered"]["refused"]
    assert browser.given["problem"].startswith("Not saved. The text has 5,000,001 characters")
    assert stored(database, edit, people).text.body == first["body"]
    browser.type(app, first["body"] + "\n\nShort.", base=first)
    assert browser.given["problem"] == ""
    assert stored(database, edit, people).text.body.endswith("Short.")


def test_properties_are_saved_and_merged(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    show_tab(app, f"edit_tab_{edit}", "Properties")
    change_elsewhere(database, people, edit, old="48", new="36", tags=("dns", "domains"))
    app.selectbox(f"edit_{edit}_audience_1").select("internal").run()
    app.text_area(f"edit_{edit}_note_1").set_value("The registry is slower.").run()
    assert not app.exception
    text = stored(database, edit, people).text
    assert (text.audience, text.note, text.tags) == (
        "internal",
        "The registry is slower.",
        ("dns", "domains"),
    )
    assert "36 hours" in text.body
    tags = next(box for box in app.multiselect if box.label == "Tags")
    assert tags.value == ["dns", "domains"]
    tags.set_value(["dns"]).run()
    show_tab(app, f"edit_tab_{edit}", "Preview")
    show_tab(app, f"edit_tab_{edit}", "Properties")
    assert next(box for box in app.multiselect if box.label == "Tags").value == ["dns"]
    assert stored(database, edit, people).text.tags == ("dns",)
    assert not stored(database, edit, people).conflicts


@pytest.mark.parametrize("tab", ["Preview", "Changes", "Checks", "Passages", "Properties"])
def test_every_tab_takes_hostile_text(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser, tab: str
) -> None:
    hostile = (
        "# A\n\n<script>alert(1)</script>\n\n![x](https://tracker.example/a.png)\n\n[x](javascript:alert(1))\n\n"
        "```\nnever closed\n\n[broken](\n\n| a | b\n| -\n\n:red[no] $x$ \U0001f600 \u202eabc"
    )
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    browser.type(app, hostile, base=browser.given["text"])
    show_tab(app, f"edit_tab_{edit}", tab)
    assert stored(database, edit, people).text.body == hostile
    shown = "\n".join(str(each.value) for each in app.markdown)
    assert "![" not in shown
    assert not any(each.allow_html for each in app.markdown)


def test_dropping_and_restoring(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    app.button("edit_drop").click().run()
    assert not app.exception
    assert stored(database, edit, people).edit.state == "dropped"
    assert browser.given["disabled"]
    assert primary(app) == ["Restore"]
    app.button("edit_restore").click().run()
    assert stored(database, edit, people).edit.state == "open"
    assert not browser.given["disabled"]


def test_a_version_that_went_live_meanwhile_is_taken_over(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    first: Typed = browser.given["text"]
    browser.type(app, first["body"].replace("a day", "a week"), base=first)
    import_articles([dns(96)], database=database, source="test")
    app.run()
    assert "Version 3 went live since this edit was begun" in words(app)
    app.button("edit_rebase").click().run()
    assert not app.exception
    body = stored(database, edit, people).text.body
    assert "96 hours" in body
    assert "a week" in body
    assert "went live since" not in words(app)


def test_a_new_article_is_begun_once(
    signed_in: SignedIn, database: Database, people: People, browser: Browser
) -> None:
    begun = []
    for _ in range(2):
        app = opened(signed_in, Role.SPECIALIST, view="edits")
        assert primary(app) == ["New article"]
        app.button("new_article").click().run()
        assert not app.exception
        begun.append(app.query_params["edit"])
    assert begun[0] == begun[1]
    with database.reading() as session:
        assert len(list_edits(actor_of(people[Role.SPECIALIST]), session=session)) == 1


def test_proposing_an_edit(
    signed_in: SignedIn, database: Database, edit: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, edit=edit)
    first: Typed = browser.given["text"]
    browser.type(app, first["body"].replace("48", "12"), base=first)
    app.button("edit_propose").click().run()
    assert app.text_input(f"propose_{edit}_title").value == "Change: How long DNS takes"
    app.text_area(f"propose_{edit}_why").set_value("The registry is faster now.")
    app.button(f"propose_{edit}_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        proposal = session.exec(select(Proposal)).one()
        change = session.exec(select(ProposalChange)).one()
        assert session.get_one(ArticleEdit, edit).state == "proposed"
    assert proposal.why == "The registry is faster now."
    assert (change.proposal_id, change.edit_id) == (proposal.key, edit)
    app.run()
    assert primary(app) == []
    assert "The proposal has this text" in words(app)

    other: Typed = browser.given["text"]
    browser.type(app, other["body"].replace("12", "8"), base=other)
    assert primary(app) == ["Propose the newer text"]
    app.button("edit_propose_again").click().run()
    assert not app.exception
    with database.reading() as session:
        assert "8 hours" in str(session.exec(select(ProposalChange)).one().content)


def test_proposing_to_archive(signed_in: SignedIn, database: Database, article_id: int) -> None:
    app = opened(signed_in, Role.SPECIALIST, article=article_id)
    app.button(f"archive_ask_{article_id}").click().run()
    app.button(f"archive_{article_id}_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        assert session.exec(select(ProposalChange)).one().kind == "archive"
        assert session.get_one(Article, article_id).status == "live"


def test_beginning_a_translation(
    signed_in: SignedIn, database: Database, article_id: int, people: People, browser: Browser
) -> None:
    app = opened(signed_in, Role.SPECIALIST, article=article_id)
    app.selectbox(f"translate_to_{article_id}").select("de").run()
    app.button(f"translate_{article_id}").click().run()
    assert not app.exception
    text = stored(database, int(app.query_params["edit"][0]), people).text
    assert (text.locale, text.translation_of, "48 hours" in text.body) == ("de", "dns", True)
