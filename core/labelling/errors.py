"""Labels that are likely wrong: those that a model which never saw them finds hard to believe."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.criteria import SEPARATOR, Criterion, choices, get_criterion, given, settled_answers
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.labelling.doubt import Report, ShouldStop, check_stop, doubted, embed_all
from core.labelling.texts import SubjectText, read_texts
from core.llm import Embedder

FEWEST = 10
"""Labels an answer needs, from as many conversations, before errors among them can be told."""

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is worth a second look.

    Attributes:
        given: the answer that stands; several of many_of are joined as in a judgement.
        suggested: what the model would answer.
        score: 0 to 1, how much the model believes the given answer; low is suspicious.
        text: beginning of what was judged.
    """

    subject_type: str
    subject_id: int
    conversation_id: int
    given: str
    suggested: str
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """The outcome of a search.

    Attributes:
        suspects: most suspicious first.
        looked_at: labels the model was fitted on and judged.
        left_out: answers with too few labels to tell, with their number.
    """

    suspects: list[Suspect]
    looked_at: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Labels:
    """Texts with their settled answers, as equally long rows."""

    ids: list[int]
    texts: list[SubjectText]
    answers: list[str]
    decided: list[bool]


def find_label_errors(
    actor: Actor,
    criterion_id: int,
    *,
    database: Database,
    embedder: Embedder,
    subject_type: str = "",
    limit: int = 200,
    progress: Report | None = None,
    should_stop: ShouldStop | None = None,
) -> LabelErrors:
    """Find labels that people should look at again. Changes nothing.

    Texts become vectors, a logistic regression learns the answers in five folds that keep conversations
    together, and confident learning (Northcutt, Jiang, Chuang 2021, JAIR 70:1373-1411, in cleanlab)
    compares what it says of the labels it has not seen with what people said. On texts whose labels were
    changed at random nine in ten finds are errors; people's own mistakes are harder to tell from hard
    cases, and half may be right as they are. It is a list to look through, never to correct by itself.

    Takes seconds to minutes and holds no transaction while it works. Labels that somebody has decided
    on teach the model, but are not suspected again.

    Args:
        subject_type: of the criterion's subjects; its first when empty.
        limit: most suspects to return.
        progress: called with texts done and texts in all while vectors are made.
        should_stop: asked between steps.

    Raises:
        PermissionDenied: the actor may not see labels.
        NotFound: there is no such criterion.
        InvalidInput: its answers cannot be learnt, or there are too few labels; the message says how many.
        ProviderError: the embedder failed.
        Conflict: it was asked to stop.
    """
    require(actor, Permission.LABELS_READ)
    with database.reading() as session:
        criterion = get_criterion(criterion_id, session=session)
        if criterion.kind in ("span", "note"):
            raise InvalidInput(
                "Errors can be looked for where an answer is chosen, not where words are marked."
            )
        kind = subject_type or criterion.subjects[0]
        settled = settled_answers(criterion_id, session=session, subject_type=kind)
        newest = sorted(settled, reverse=True)[:MOST]
        texts = read_texts(kind, newest, session=session)
    labels = _Labels(
        ids=list(texts),
        texts=list(texts.values()),
        answers=[settled[key].answer for key in texts],
        decided=[settled[key].how == "adjudicated" for key in texts],
    )
    questions, left_out = _questions(criterion, labels)
    vectors = embed_all([each.text for each in labels.texts], embedder, progress, should_stop)
    best: dict[int, tuple[float, str]] = {}
    for rows, answers, suggest in questions:
        check_stop(should_stop)
        groups = [labels.texts[row].conversation_id for row in rows]
        for place, answer, score in doubted(vectors[rows], answers, groups):
            row = rows[place]
            if not labels.decided[row] and score < best.get(row, (2.0, ""))[0]:
                best[row] = score, suggest(labels.answers[row], answer)
    found = [
        Suspect(
            subject_type=kind,
            subject_id=labels.ids[row],
            conversation_id=labels.texts[row].conversation_id,
            given=labels.answers[row],
            suggested=suggested,
            score=score,
            text=labels.texts[row].text,
        )
        for row, (score, suggested) in best.items()
    ]
    looked_at = len({row for rows, _, _ in questions for row in rows})
    return LabelErrors(sorted(found, key=lambda each: each.score)[:limit], looked_at, left_out)


_Suggest = Callable[[str, str], str]
_Question = tuple[list[int], list[str], _Suggest]


def _questions(criterion: Criterion, labels: _Labels) -> tuple[list[_Question], dict[str, int]]:
    """What is to be learnt: one question, or for many_of one "is it this?" for each answer.

    Raises:
        InvalidInput: nothing has labels enough.
    """
    if criterion.kind != "many_of":
        enough, few = _enough(labels.answers, labels.texts)
        rows = [row for row, answer in enumerate(labels.answers) if answer in enough]
        if len(enough) < 2:
            raise InvalidInput(_too_few(enough | few))
        return [(rows, [labels.answers[row] for row in rows], lambda _given, answer: answer)], few
    questions: list[_Question] = []
    left_out: dict[str, int] = {}
    counts: dict[str, int] = {}
    everything = list(range(len(labels.answers)))
    for answer in choices(criterion):
        yes_or_no = ["yes" if answer in given(each) else "no" for each in labels.answers]
        enough, few = _enough(yes_or_no, labels.texts)
        counts[answer] = yes_or_no.count("yes")
        if len(enough) == 2:
            questions.append((everything, yes_or_no, _turned(answer, choices(criterion))))
        elif few:
            left_out[answer] = counts[answer]
    if not questions:
        raise InvalidInput(_too_few(counts))
    return questions, left_out


def _turned(answer: str, order: Sequence[str]) -> _Suggest:
    """For many_of: the given answers with this one added or taken away."""

    def suggest(stored: str, says: str) -> str:
        wanted = {*given(stored), answer} if says == "yes" else {*given(stored)} - {answer}
        return SEPARATOR.join(sorted(wanted, key=order.index))

    return suggest


def _enough(answers: Sequence[str], texts: Sequence[SubjectText]) -> tuple[dict[str, int], dict[str, int]]:
    """How many labels each answer has, apart by whether these come from conversations enough."""
    conversations: dict[str, set[int]] = defaultdict(set)
    for answer, text in zip(answers, texts, strict=True):
        conversations[answer].add(text.conversation_id)
    counts = Counter(answers)
    enough = {answer: count for answer, count in counts.items() if len(conversations[answer]) >= FEWEST}
    return enough, {answer: count for answer, count in counts.items() if answer not in enough}


def _too_few(counts: Mapping[str, int]) -> str:
    so_far = ", ".join(f"{answer} {count}" for answer, count in sorted(counts.items())) or "none"
    return (
        f"There are too few labels to look for errors: at least two answers need {FEWEST} each, from "
        f"{FEWEST} different conversations. Labels so far: {so_far}."
    )
