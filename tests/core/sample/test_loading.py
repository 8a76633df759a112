"""Loading: everything arrives, and says how far it is."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from core.assist import Build, Citation, Draft
from core.classifiers.tables import (
    ClassifierAnswer,
    ClassifierVersion,
)
from core.conversations import Conversation, Message, Reply, edit_ratio
from core.criteria import Adjudication, Criterion, Judgement, choices, current_criterion
from core.database import Database
from core.errors import ConfigurationError
from core.evals import Flag
from core.identity import Person
from core.knowledge import Passage
from core.labelling import LabelAssignment, LabelItem, LabelQueue
from core.sample import is_loaded, load_sample
from core.settings import get_settings
from tests.core.sample.conftest import Loaded
from tests.core.sample.counting import count_rows

pytestmark = pytest.mark.timeout(300)  # a load takes twenty seconds of CPU, and some tests load twice


def test_everything_arrives(loaded: Loaded) -> None:
    counts = count_rows(loaded.database)
    report = loaded.report
    assert report.people == counts["Person"] == 6
    assert report.articles == counts["Article"] > 90
    assert report.conversations == counts["Conversation"] >= 430
    assert report.drafts == counts["Draft"] > 300
    assert report.replies == counts["Reply"] > 400
    assert report.judgements > 350
    assert report.classifiers == counts["Classifier"] == counts["ClassifierVersion"] == 6  # 3 are graders
    assert counts["Judgement"] > report.judgements  # live classifiers judged too
    assert counts["Citation"] > 500
    assert counts["Build"] == 3  # one of them was taken back before it wrote a draft
    with loaded.database.reading() as session:
        assert is_loaded(session)


def test_people_labelled_and_sometimes_disagreed(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        labels = session.exec(
            select(Judgement).where(Judgement.judge_type == "person", Judgement.origin == "label")
        ).all()
        people = {str(person.key) for person in session.exec(select(Person))}
        answers = {criterion.key: choices(criterion) for criterion in session.exec(select(Criterion))}
    assert 380 <= len(labels) <= 470
    answered: dict[tuple[int, int], list[Judgement]] = {}
    for label in labels:
        assert label.answer in answers[label.criterion_id]
        assert label.judge in people
        answered.setdefault((label.criterion_id, label.subject_id), []).append(label)
    twice = [pair for pair in answered.values() if len(pair) == 2]
    assert len(twice) >= 60
    assert all(pair[0].judge != pair[1].judge for pair in twice)
    assert 2 <= sum(pair[0].answer != pair[1].answer for pair in twice) < len(twice) / 2


def test_labels_were_given_in_queues_and_some_disagreements_decided(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        queues = session.exec(select(LabelQueue)).all()
        items = session.exec(select(LabelItem)).all()
        given = session.exec(select(LabelAssignment)).all()
        decided = session.exec(select(Adjudication)).all()
        judged = {each.key: each for each in session.exec(select(Judgement))}
    assert {queue.state for queue in queues} == {"open", "closed"}
    assert sum(queue.size for queue in queues) == len(items)
    assert all(item.taken == item.done <= item.needed for item in items)
    assert sum(item.done for item in items) == len(given)
    assert all(judged[each.judgement_id or 0].judge == str(each.person_id) for each in given)
    assert len(decided) >= 2
    assert all(len({judged[key].answer for key in each.between}) > 1 for each in decided)
    assert all(judged[key].superseded_by_id is None for each in decided for key in each.between)


def test_a_classifier_judged_beside_the_people(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        rows = session.exec(select(Judgement).where(Judgement.judge_type == "classifier")).all()
        by_people = Judgement.judge_type == "person", Judgement.subject_type == "conversation"
        people = session.exec(select(Judgement).where(*by_people)).all()
    said = {row.subject_id: row.answer for row in rows}
    both = [(said[p.subject_id], p.answer) for p in people if p.criterion_id == rows[0].criterion_id]
    assert len(rows) > 300
    assert 0.5 < sum(classifier == person for classifier, person in both) / len(both) < 1


def test_reps_flagged_and_a_specialist_decided(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        flags = session.exec(select(Flag)).all()
        judged = {each.key: each for each in session.exec(select(Judgement))}
    assert {flag.state for flag in flags} == {"open", "accepted", "dismissed"}
    assert {flag.strength for flag in flags} == {"strong", "weak"}
    assert all(flag.better for flag in flags if flag.strength == "weak")
    assert all(flag.decision_reason for flag in flags if flag.state == "dismissed")
    assert all(judged[flag.judgement_id].superseded_by_id is None for flag in flags)


def test_drafts_rest_on_passages_and_edits_are_measured(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        rows = session.exec(
            select(Citation, Draft, Passage)
            .join(Draft, col(Draft.id) == col(Citation.draft_id))
            .join(Passage, col(Passage.id) == col(Citation.passage_id))
        ).all()
        replies = session.exec(select(Reply).where(col(Reply.draft_id).is_not(None))).all()
        cited = {citation.draft_id for citation, _, _ in rows}
        answers = session.exec(select(Draft).where(Draft.decision == "answer")).all()
    for citation, draft, passage in rows:
        assert citation.quote in passage.text
        assert passage.audience == "public"
        assert passage.locale == draft.locale
        assert draft.text[citation.start : citation.end].strip()
        assert 0.5 <= citation.support <= 1
        assert citation.passage_id in {found["passage_id"] for found in draft.retrieved}
    assert all(draft.key in cited for draft in answers)
    assert len(replies) > 200
    for reply in replies:
        assert reply.edit_ratio == edit_ratio(reply.draft_text, reply.final_text)
        assert "".join(c["text"] for c in reply.changes if c["op"] != "delete") == reply.final_text


def test_discarded_drafts_say_why(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        discarded = {draft.key for draft in session.exec(select(Draft).where(Draft.outcome == "discarded"))}
        judged = session.exec(select(Judgement).where(Judgement.origin == "assist")).all()
        criterion = current_criterion("draft_discarded", session=session)
    assert criterion is not None
    assert {judgement.subject_id for judgement in judged} == discarded
    assert {judgement.answer for judgement in judged} <= set(criterion.answers)


def test_edits_become_smaller(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        before, after, _taken_back = session.exec(select(Build).order_by(col(Build.created_at))).all()
        ratios = {
            build.id: session.scalar(select(func.avg(Reply.edit_ratio)).where(Reply.build_id == build.id))
            for build in (before, after)
        }
    assert ratios[after.id] < ratios[before.id] / 1.5


def test_open_conversations_show_what_the_ai_made_of_them(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        open_now = session.exec(select(Conversation).where(Conversation.status == "open")).all()
        drafts = {draft.conversation_id: draft for draft in session.exec(select(Draft))}
    noted = [conversation for conversation in open_now if conversation.ai_outcome]
    assert len(noted) >= 10
    for conversation in noted:
        assert drafts[conversation.key].decision == conversation.ai_outcome
        assert drafts[conversation.key].basis_message_id == conversation.last_customer_message_id
    assert all(conversation.waiting_since is not None for conversation in open_now)


def test_reps_are_named_on_what_they_wrote(loaded: Loaded) -> None:
    with loaded.database.reading() as session:
        nameless = session.exec(
            select(Message.id).where(Message.author == "rep", col(Message.person_id).is_(None))
        ).all()
    assert not nameless


def test_classifiers_have_been_at_work(loaded: Loaded) -> None:
    """Live ones gave judgements, held back what they should; the one in shadow gave none."""
    with loaded.database.reading() as session:
        said = Counter(session.exec(select(Judgement.judge).where(Judgement.origin == "live")).all())
        answered = session.exec(select(ClassifierAnswer.version_id).distinct()).all()
        threats = session.exec(
            select(Message.text)
            .join(Judgement, col(Judgement.subject_id) == col(Message.id))
            .where(Judgement.judge == "legal-threat", Judgement.answer == "yes")
        ).all()
        held = session.exec(select(ClassifierVersion.hold_back).order_by(col(ClassifierVersion.id))).all()
    assert set(said) == {"customer-intent", "legal-threat"}
    assert len(answered) == 3
    assert threats
    assert held == [[], ["yes"], [], [], [], []]  # the last three are graders, which hold nothing back


def test_progress_runs_from_nothing_to_all(loaded: Loaded) -> None:
    assert loaded.progress == sorted(loaded.progress)
    assert (loaded.progress[0], loaded.progress[-1]) == (0.0, 1.0)


def test_production_refuses(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATCHET_ENVIRONMENT", "production")
    monkeypatch.setenv("RATCHET_SECRET", "s" * 40)
    get_settings.cache_clear()
    with pytest.raises(ConfigurationError, match="not for production"):
        load_sample(database, get_settings())
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Person)).one() == 0
