"""What makes a case say less than it seems: twins, and whatever has seen its answer before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rapidfuzz import fuzz
from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from core.classifiers.tables import Classifier, ClassifierExample
from core.database import now
from core.evals.cases.access import find_case_for
from core.evals.cases.likeness import ALIKE, comparable, similar_cases
from core.evals.cases.listing import suites_of
from core.evals.tables import EvalCase, KnowledgeSnapshot
from core.identity import Actor
from core.knowledge import Passage
from core.knowledge.tables import Article, ArticleVersion

What = Literal["held_out", "example", "article", "duplicate"]
_SENTENCE = re.compile(r"[^.!?。！？\n]{40,}[.!?。！？]?")
_MOST_SENTENCES = 5
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class CaseWarning:
    """One thing to look at, the gravest kinds first.

    Attributes:
        message: what is wrong and what to do.
        case_id: the other case, of a duplicate that may be read.
        likeness: 0 to 1, of duplicates.
    """

    what: What
    message: str
    case_id: int | None = None
    likeness: float | None = None


def case_warnings(actor: Actor, case_id: int, *, session: Session) -> list[CaseWarning]:
    """Everything doubtful about a case. Takes tens of milliseconds for 5,000 cases.

    Looked for are cases in which the customer says nearly the same; its words among the examples that teach
    a classifier which grades it; its reference reply in an article that is newer than the case; and a
    held-out suite beside an open one.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is no such case, or it is held out and not theirs to read.
    """
    case = find_case_for(actor, case_id, session=session)
    return [
        *_beside_open(case, session=session),
        *_taught(case, session=session),
        *_published(case, session=session),
        *_twins(actor, case, session=session),
    ]


def references(case: EvalCase) -> list[str]:
    """The replies a case holds up as right: references, and better wordings of flags."""
    texts = [
        each.get("text") if each.get("kind") == "reference" else each.get("better")
        for each in case.expectations
    ]
    return [text for text in texts if isinstance(text, str) and text.strip()]


def _beside_open(case: EvalCase, *, session: Session) -> Iterator[CaseWarning]:
    suites = suites_of([case.key], session=session).get(case.key, [])
    held, opened = ([each for each in suites if each.held_out is out] for out in (True, False))
    if held and opened:
        yield CaseWarning(
            "held_out",
            f"It belongs to {_names([each.title for each in held])}, which is held out, and also to "
            f"{_names([each.title for each in opened])}, which changes are tried on. Take it out of one.",
        )


def _taught(case: EvalCase, *, session: Session) -> Iterator[CaseWarning]:
    """Examples that teach a grader of it and are of the same conversation, or say nearly the same."""
    criteria = {str(each["criterion"]) for each in case.expectations if each.get("criterion")}
    if not criteria:
        return
    judged = [str(each["text"]) for each in case.expectations if "flag" in each and each.get("text")]
    texts = [comparable(text) for text in (case.said, *references(case), *judged) if text.strip()]
    # as in likeness: nothing shorter or longer can be so much alike
    lengths = [
        func.length(col(ClassifierExample.text)).between(0.8 * len(text), 2 * len(text) + 20)
        for text in texts
    ]
    rows = session.execute(
        select(Classifier.title, ClassifierExample.text, ClassifierExample.conversation_id)
        .join(ClassifierExample, col(ClassifierExample.classifier_id) == col(Classifier.id))
        .where(
            col(Classifier.criterion_name).in_(criteria),
            col(Classifier.archived_at).is_(None),
            col(ClassifierExample.removed_at).is_(None),
            col(ClassifierExample.held_out).is_(False),
            or_(
                *(
                    [col(ClassifierExample.conversation_id) == case.conversation_id]
                    if case.conversation_id
                    else []
                ),
                *lengths,
            ),
        )
        .order_by(col(Classifier.title))
    ).all()
    found: dict[str, int] = {}
    for title, text, conversation_id in rows:
        same = case.conversation_id is not None and conversation_id == case.conversation_id
        if same or any(fuzz.ratio(comparable(text), each, score_cutoff=100 * ALIKE) for each in texts):
            found[title] = found.get(title, 0) + 1
    for title, count in found.items():
        some = "An example" if count == 1 else f"{count:,} examples"
        yield CaseWarning(
            "example",
            f"{some} that taught “{title}”, which grades this case, came from the same conversation or say"
            f"{'s' if count == 1 else ''} nearly the same: it knows the answer. Hold "
            f"{'it' if count == 1 else 'them'} out there, or take the case for something else.",
        )


def _published(case: EvalCase, *, session: Session) -> Iterator[CaseWarning]:
    """Live articles newer than the case in which its reference reply stands."""
    sentences = _sentences(references(case))
    if not sentences:
        return
    known = set(session.get_one(KnowledgeSnapshot, case.snapshot_id).version_ids)
    text = func.lower(col(Passage.text))
    rows = session.execute(
        select(Article.title, ArticleVersion.id)
        .select_from(Passage)
        .join(ArticleVersion, col(ArticleVersion.id) == col(Passage.article_version_id))
        .join(Article, col(Article.id) == col(ArticleVersion.article_id))
        .where(
            col(Passage.live),
            col(ArticleVersion.created_at) > _moment(case),
            or_(*(text.contains(each, autoescape=True) for each in sentences)),
        )
        .order_by(col(Article.title))
    ).all()
    titles = list(dict.fromkeys(title for title, version_id in rows if version_id not in known))
    if titles:
        yield CaseWarning(
            "article",
            f"The reference reply stands in {_names(titles)}, which was written later, perhaps from this "
            "very conversation. Whoever searches the knowledge of today finds the answer there.",
        )


def _twins(actor: Actor, case: EvalCase, *, session: Session) -> Iterator[CaseWarning]:
    mine = held = 0
    for each in similar_cases(actor, case.said, session=session, besides=[case.key]):
        percent = f"{100 * each.likeness:.0f} %"
        if each.hidden:
            held += 1
            continue
        mine += 1
        if mine > _MOST_NAMED:
            continue
        out = " It is held out." if each.held_out else ""
        yield CaseWarning(
            "duplicate",
            f"In “{each.name}” the customer says nearly the same ({percent}).{out} Both count, as if it "
            "happened twice.",
            case_id=each.case_id,
            likeness=each.likeness,
        )
    if held:
        some = "A held-out case says" if held == 1 else f"{held:,} held-out cases say"
        yield CaseWarning("duplicate", f"{some} nearly the same, so what is learned here shows there too.")


def _moment(case: EvalCase) -> datetime:
    try:
        return datetime.fromisoformat(str(case.input.get("moment")))
    except ValueError:
        return case.created_at or now()


def _sentences(texts: Sequence[str]) -> list[str]:
    """The longest sentences, in lower case: what is copied is copied with them."""
    found = [each.strip().lower() for text in texts for each in _SENTENCE.findall(text)]
    return sorted(dict.fromkeys(each for each in found if len(each) >= 40), key=len, reverse=True)[
        :_MOST_SENTENCES
    ]


def _names(titles: Sequence[str]) -> str:
    named = [f"“{title}”" for title in titles[:_MOST_NAMED]]
    if len(titles) > _MOST_NAMED:
        named.append(f"{len(titles) - _MOST_NAMED:,} more")
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
