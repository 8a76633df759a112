"""The Articles page: browse, search as drafts do, read versions and passages."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.database import Database
from core.identity import Role
from core.knowledge import ArticleRecord, import_articles
from tests.pages.conftest import SignedIn

PAGE = "specialist/knowledge.py"


def dns(hours: int) -> ArticleRecord:
    body = f"## Waiting time\n\nDNS changes take up to {hours} hours."
    return ArticleRecord(external_id="dns", title="How long DNS takes", body=body, locale="en")


@pytest.fixture
def articles(database: Database) -> None:
    internal = ArticleRecord(external_id="x", title="Refund limits", body="Up to 100.", audience="internal")
    import_articles([dns(24), internal], database=database, source="test")
    import_articles([dns(48)], database=database, source="test")


def labels(app: AppTest) -> str:
    return "\n".join(button.label for button in app.button)


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_browsing(signed_in: SignedIn, articles: None, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert not app.exception
    assert "How long DNS takes" in labels(app)
    assert ":material/lock: **Refund limits**" in labels(app)


def test_searching_finds_by_words_before_vectors_exist(signed_in: SignedIn, articles: None) -> None:
    app = signed_in(Role.REP, PAGE)
    app.text_input("article_query").set_value("how many hours do dns changes take").run()
    assert not app.exception
    assert "How long DNS takes" in labels(app)
    app.text_input("article_query").set_value("zebra crossing").run()
    assert any("comes close" in element.value for element in app.info)


def test_reading_an_article_and_its_earlier_version(signed_in: SignedIn, articles: None) -> None:
    app = signed_in(Role.REP, PAGE)
    next(button for button in app.button if "DNS" in button.label).click().run()
    assert not app.exception
    assert "48 hours" in "\n".join(element.value for element in app.markdown)
    picker = next(box for box in app.selectbox if box.label == "Version")
    assert [option.split(" · ")[0] for option in picker.options] == ["Version 2", "Version 1"]
    picker.select_index(1).run()
    assert "24 hours" in "\n".join(element.value for element in app.markdown)


def test_no_articles_yet(signed_in: SignedIn) -> None:
    app = signed_in(Role.REP, PAGE)
    assert not app.exception
    assert any("There are no articles yet" in element.value for element in app.info)
