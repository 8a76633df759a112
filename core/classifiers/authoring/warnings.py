"""What is doubtful about the examples of a classifier, for its authors to look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, col, select

from core.classifiers.authoring.access import Desk, desk_of, find_classifier
from core.classifiers.authoring.reading import in_use, still_answers
from core.classifiers.authoring.work import Lately
from core.classifiers.likeness import nearest_contradictions
from core.classifiers.tables import ClassifierExample
from core.criteria import given
from core.database import Database
from core.identity import Actor, Permission, Person, require
from core.llm import detect_language

FEW = 5
"""Below so many examples of an answer, what is learned of it is mostly chance."""
LONG = 2_000
"""Characters beyond which the bundled embedder (256 tokens) has long stopped reading."""
MOST_COMPARED = 10_000
_COMPARED_CHARACTERS = 8_000
_MOST_NAMED = 200
_READS_WELL = "en"  # what the bundled embedder was trained on

What = Literal[
    "empty", "contradiction", "near_duplicate", "one_answer", "few", "outdated", "long", "language"
]


@dataclass(frozen=True, slots=True)
class Named:
    """An example as a warning names it. ``by``: who gave its answer."""

    example_id: int
    text: str
    answer: str
    by: str


@dataclass(frozen=True, slots=True)
class ExampleWarning:
    """One thing to look at, the gravest kinds first.

    Attributes:
        what: which kind of doubt; of a contradiction the first example is in use and the others wait.
        message: what is wrong and what to do.
        examples: some of those concerned.
        answer: the answer concerned, of ``few``.
        likeness: 0 to 1, of near duplicates.
    """

    what: What
    message: str
    examples: tuple[Named, ...] = ()
    answer: str = ""
    likeness: float | None = None


_pairs: Lately[list[tuple[int, int, float]]] = Lately(8)


def find_warnings(
    actor: Actor, classifier_id: int, *, database: Database, limit: int = _MOST_NAMED
) -> list[ExampleWarning]:
    """Everything doubtful about the examples: who contradicts whom, what is missing, what is not read.

    Near duplicates take seconds for thousands of examples (the newest :data:`MOST_COMPARED` are compared),
    hold no transaction, and are kept until an example changes.

    Args:
        limit: most contradictions and most near duplicates.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    with database.reading() as session:
        desk = desk_of(find_classifier(classifier_id, session=session), session=session)
        rows = _rows(classifier_id, session=session)
        found = [*_contradictions(classifier_id, limit, session=session)]
    valid = [row for row in rows if still_answers(row.answer, desk.question)]
    outdated = [row for row in rows if not still_answers(row.answer, desk.question)]
    found += _near(valid, limit, key=(str(database.url), classifier_id, desk.criterion.key))
    if desk.kind.learns:
        found += _missing(valid, desk)
    if outdated:
        found.append(
            ExampleWarning(
                "outdated",
                f"{_examples(len(outdated), 'has', 'have')} an answer that the newest version of the "
                "question no longer has. They are left out: answer them again or remove them.",
                tuple(outdated[:20]),
            )
        )
    return found + list(_unread(valid, desk))


def _rows(classifier_id: int, *, session: Session) -> list[Named]:
    found = session.exec(
        select(ClassifierExample.id, ClassifierExample.text, ClassifierExample.answer, Person.name)
        .outerjoin(Person, col(Person.id) == col(ClassifierExample.added_by_id))
        .where(*in_use(classifier_id))
        .order_by(col(ClassifierExample.id))
    )
    return [Named(key or 0, text, answer, name or "") for key, text, answer, name in found]


def _contradictions(classifier_id: int, limit: int, *, session: Session) -> Iterator[ExampleWarning]:
    """The same text, answered otherwise by somebody else, until an author answers it again."""
    waiting = session.exec(
        select(ClassifierExample, Person.name)
        .outerjoin(Person, col(Person.id) == col(ClassifierExample.added_by_id))
        .where(
            ClassifierExample.classifier_id == classifier_id,
            col(ClassifierExample.contradicts_id).is_not(None),
        )
        .order_by(col(ClassifierExample.id).desc())
    )
    offered: dict[int, list[Named]] = defaultdict(list)
    for example, name in waiting:
        offered[example.contradicts_id or 0].append(
            Named(example.key, example.text, example.answer, name or "")
        )
    stands = {
        example.key: Named(example.key, example.text, example.answer, name or "")
        for example, name in session.exec(
            select(ClassifierExample, Person.name)
            .outerjoin(Person, col(Person.id) == col(ClassifierExample.added_by_id))
            .where(*in_use(classifier_id), col(ClassifierExample.id).in_(list(offered)[:limit]))
        )
    }
    for key, others in offered.items():
        if key not in stands or all(other.answer == stands[key].answer for other in others):
            continue
        said = "; ".join(f"{other.by or 'a file'} says {_quoted(other.answer)}" for other in others)
        first = stands[key]
        yield ExampleWarning(
            "contradiction",
            f"{first.by or 'A file'} says {_quoted(first.answer)} of the same text; {said}. The first one "
            "counts until one of you answers it again.",
            (first, *others),
        )


def _near(rows: Sequence[Named], limit: int, *, key: tuple[object, ...]) -> Iterator[ExampleWarning]:
    compared = rows[-MOST_COMPARED:]
    known = (*key, hash(tuple((row.example_id, row.answer) for row in compared)))
    pairs = _pairs.get(known)
    if pairs is None:
        pairs = nearest_contradictions(
            [row.text[:_COMPARED_CHARACTERS] for row in compared], [row.answer for row in compared]
        )
        _pairs.put(known, pairs)
    for one, other, alike in pairs[:limit]:
        first, second = compared[one], compared[other]
        yield ExampleWarning(
            "near_duplicate",
            f"Nearly the same text is {_quoted(first.answer)} here and {_quoted(second.answer)} there. At "
            "most one of them is right: answer one again or remove it.",
            (first, second),
            likeness=alike,
        )


def _missing(rows: Sequence[Named], desk: Desk) -> Iterator[ExampleWarning]:
    if not rows:
        yield ExampleWarning(
            "empty", "There are no examples yet. Search for some, take over labels, or write them."
        )
        return
    counts = Counter(part for row in rows if row.answer for part in given(row.answer))
    if len({row.answer for row in rows}) == 1:
        yield ExampleWarning(
            "one_answer",
            f"All examples are {_quoted(rows[0].answer)}. Nothing can be learned from one answer alone: add "
            "examples of another.",
        )
    few = [answer for answer in desk.question.answers if counts[answer] < FEW]
    for answer in few:
        has = f"only {_examples(counts[answer])}" if counts[answer] else "no example"
        yield ExampleWarning(
            "few", f"“{answer}” has {has}. Add {FEW - counts[answer]} or more.", answer=answer
        )


def _unread(rows: Sequence[Named], desk: Desk) -> Iterator[ExampleWarning]:
    if not desk.kind.learns:
        return
    long = [row for row in rows if len(row.text) > LONG]
    if long:
        yield ExampleWarning(
            "long",
            f"{_examples(len(long), 'has', 'have')} more than {LONG:,} characters. Only the beginning "
            "of a text is read, about 1,000 characters: shorten them to the part that shows the answer.",
            tuple(long[:20]),
        )
    spoken = [(row, detect_language(row.text, fallback="")) for row in rows]
    other = [row for row, language in spoken if language not in ("", _READS_WELL)]
    if other:
        languages = Counter(language for _, language in spoken if language not in ("", _READS_WELL))
        named = ", ".join(language for language, _ in languages.most_common(5))
        yield ExampleWarning(
            "language",
            f"{_examples(len(other), 'is', 'are')} not in English ({named}). The bundled model reads "
            "English best: look at the figures of each language before you rely on it there.",
            tuple(other[:20]),
        )


def _examples(count: int, of_one: str = "", of_more: str = "") -> str:
    verb = of_one if count == 1 else of_more
    return f"{count:,} example{'' if count == 1 else 's'}{' ' if verb else ''}{verb}"


def _quoted(answer: str) -> str:
    return f"“{answer}”" if answer else "none of the answers"
