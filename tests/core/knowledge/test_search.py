"""Search: what is found, what is not, in which order, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database import Database
from core.errors import ProviderError
from core.knowledge import INTERNAL, PUBLIC, ArticleRecord, Hit, embed_missing, search
from core.llm import Embedder
from tests.core.knowledge.making import HELP_CENTRE, PASSWORD, REFUND, WordEmbedder, fill


def find(database: Database, query: str, *, embedder: Embedder | None = None, **options: object) -> list[Hit]:
    with database.reading() as session:
        return search(query, session=session, embedder=embedder, **options)  # type: ignore[arg-type]


def ids(hits: list[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.article_external_id for hit in hits))


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


@pytest.fixture
def embedded(filled: Database) -> Database:
    embed_missing(database=filled, embedder=WordEmbedder())
    return filled


def test_words_find_at_once_and_hits_are_complete(filled: Database) -> None:
    [hit, *_] = find(filled, "how long does a refund of a monthly plan take")
    assert hit.article_external_id == "refunds"
    assert hit.heading_path == "Refunds > Monthly plans"
    assert (hit.title, hit.version_number, hit.audience, hit.locale) == ("Refunds", 1, "public", "en")
    assert "14 days" in hit.text
    assert hit.semantic is None
    assert hit.lexical is not None
    assert 0 < hit.lexical <= 1
    assert 0 < hit.score < 1


def test_vectors_count_as_soon_as_they_are_there(embedded: Database) -> None:
    embedder = WordEmbedder()
    hits = find(embedded, "forgot password", embedder=embedder)
    assert hits[0].article_external_id == "password"
    assert hits[0].semantic is not None
    assert hits[0].semantic == pytest.approx(max(hit.semantic or 0 for hit in hits))
    assert embedder.texts == ["forgot password"]


def test_without_vectors_the_embedder_is_not_asked(filled: Database) -> None:
    embedder = WordEmbedder()
    assert find(filled, "password", embedder=embedder)
    assert embedder.texts == []


def test_vectors_of_another_embedder_are_not_used(embedded: Database) -> None:
    assert find(embedded, "password", embedder=WordEmbedder("other"))[0].semantic is None


def test_inflected_words_match_in_their_own_language(filled: Database) -> None:
    assert ids(find(filled, "Rückerstattung Monatsplan", locale="de")) == ["refunds-de"]
    assert ids(find(filled, "refunding months", locale="en"))[0] == "refunds"


def test_old_passages_are_gone_at_once(embedded: Database) -> None:
    embedder = WordEmbedder()
    assert find(embedded, "pro rata annual", embedder=embedder)[0].article_external_id == "refunds"
    fill(embedded, [replace(REFUND, body="Refunds take a while.")])
    for each in (None, embedder):
        hits = find(embedded, "pro rata annual", embedder=each, limit=50)
        assert not [hit for hit in hits if "pro rata" in hit.text]
        assert all(hit.version_number == 2 for hit in hits if hit.article_external_id == "refunds")
    embed_missing(database=embedded, embedder=embedder)
    [hit, *_] = find(embedded, "refunds take a while", embedder=embedder)
    assert hit.semantic is not None
    assert hit.version_number == 2


@pytest.mark.parametrize("with_vectors", [False, True])
def test_audience(embedded: Database, with_vectors: bool) -> None:
    embedder = WordEmbedder() if with_vectors else None
    query = "approve refund above 500 euros"
    everything = find(embedded, query, embedder=embedder, limit=50)
    assert everything[0].audience == INTERNAL
    assert PUBLIC in {hit.audience for hit in everything}
    assert {h.audience for h in find(embedded, query, embedder=embedder, audience=PUBLIC, limit=50)} == {
        PUBLIC
    }
    assert {h.audience for h in find(embedded, query, embedder=embedder, audience=INTERNAL, limit=50)} == {
        INTERNAL
    }


def test_the_wanted_language_comes_first_and_others_fill_in(database: Database) -> None:
    english = ArticleRecord("en", "Export data", "Export your data as a CSV file.", locale="en")
    german = ArticleRecord(
        "de", "Daten exportieren", "Exportieren Sie Ihre Daten als CSV-Datei.", locale="de"
    )
    only_english = ArticleRecord(
        "sso", "SAML sign-on", "Configure SAML single sign-on with Okta.", locale="en-GB"
    )
    fill(database, [english, german, only_english])
    assert ids(find(database, "Daten exportieren CSV", locale="de-CH")) == ["de"]
    assert ids(find(database, "export data CSV", locale="en")) == ["en"]
    assert ids(find(database, "SAML Okta sign-on", locale="de")) == ["sso"]
    assert ids(find(database, "SAML Okta sign-on", locale="pl")) == ["sso"]


def test_at_most_two_passages_of_an_article_unless_asked(database: Database) -> None:
    body = "\n\n".join(f"## Part {number}\n\nThe invoice of part {number}." for number in range(8))
    fill(database, [ArticleRecord("long", "Invoices", body, locale="en"), PASSWORD])
    assert len(find(database, "invoice")) == 2
    assert len(find(database, "invoice", per_article=5)) == 5
    assert len(find(database, "invoice", limit=1)) == 1
    assert find(database, "invoice", limit=0) == []


def test_ties_are_in_the_order_of_the_passages(database: Database) -> None:
    twins = [ArticleRecord(f"twin{number}", "Same title", "Same text.", locale="en") for number in range(6)]
    fill(database, twins)
    found = [ids(find(database, "same text")) for _ in range(3)]
    assert found == [[twin.external_id for twin in twins]] * 3


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   \n\t ",
        "?!.,;",
        '"',
        "\"password' OR 1=1 --",
        "password AND (NOT",
        "NEAR(password, 5)",
        "title:password",
        "password*",
        "^password",
        "{title} : x",
        "a:b & c | !d <-> e",
        "'; DROP TABLE passage; --",
        "%_\\",
        "password \x00 \ud800",
        "👍🏽👍🏽",
        "x" * 10_000,
        "password " * 2_000,
        "how do I reset my password? " * 500,
    ],
)
@pytest.mark.parametrize("with_vectors", [False, True])
def test_no_query_is_special(embedded: Database, query: str, with_vectors: bool) -> None:
    hits = find(embedded, query, embedder=WordEmbedder() if with_vectors else None)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert len({hit.passage_id for hit in hits}) == len(hits)
    if "password" in query:
        assert hits[0].article_external_id == "password"


@given(query=st.text(max_size=120))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_query(embedded: Database, query: str) -> None:
    find(embedded, query, embedder=WordEmbedder())


@pytest.mark.parametrize(
    ("title", "body", "query"),
    [
        ("איפוס סיסמה", "כדי לאפס את הסיסמה לחצו על שכחתי סיסמה בדף הכניסה.", "שכחתי סיסמה"),
        ("إعادة تعيين كلمة المرور", "انقر على نسيت كلمة المرور في صفحة تسجيل الدخول.", "نسيت كلمة المرور"),
        ("パスワードの再設定", "ログインページで「パスワードを忘れた」を選びます。", "パスワードを忘れた"),
        ("पासवर्ड बदलें", "साइन-इन पेज पर पासवर्ड भूल गए चुनें।", "पासवर्ड भूल"),
        ("Сброс пароля", "Нажмите «Забыли пароль» на странице входа.", "забыл пароль"),
    ],
)
def test_every_script_can_be_searched(database: Database, title: str, body: str, query: str) -> None:
    fill(database, [*HELP_CENTRE, ArticleRecord("other", title, body)])
    assert find(database, query)[0].article_external_id == "other"


def test_scores_tell_an_answer_from_no_answer(embedded: Database) -> None:
    embedder = WordEmbedder()
    good = find(embedded, "refund for a monthly plan paid to the card", embedder=embedder)
    bad = find(embedded, "opening hours of the swimming pool", embedder=embedder)
    assert good[0].score > 0.5
    assert not bad or bad[0].score < 0.2


def test_a_long_request_finds_an_article_for_each_of_its_needs(embedded: Database) -> None:
    padding = "I have been your customer for years and was always very happy with everything. " * 8
    query = f"{padding}I forgot my password. {padding}When is a refund for a monthly plan paid? {padding}"
    found = ids(find(embedded, query, embedder=WordEmbedder(), locale="en", limit=8))
    assert {"password", "refunds"} <= set(found[:3])


def test_an_empty_knowledge_base_finds_nothing(database: Database) -> None:
    assert find(database, "anything", embedder=WordEmbedder()) == []


def test_a_failing_embedder_is_the_callers_to_handle(embedded: Database) -> None:
    class Broken(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> NoReturn:
            raise ProviderError(f"down, so no vectors for {len(texts)} texts")

    with pytest.raises(ProviderError):
        find(embedded, "password", embedder=Broken())
