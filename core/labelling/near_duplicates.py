"""Nearly the same text, differently answered: at most one of the two answers is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, utils

from core.criteria import get_criterion, settled_answers
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.labelling.texts import read_texts

MOST = 20_000
LIKENESS = 0.90
_CANDIDATES_FROM = 0.6
_ROWS_A_STEP = 500


@dataclass(frozen=True, slots=True)
class Labelled:
    """One subject with the answer that stands."""

    subject_id: int
    conversation_id: int
    answer: str
    text: str


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two subjects of one type. ``likeness``: 0 to 1, of their texts, whatever the order of words."""

    subject_type: str
    one: Labelled
    other: Labelled
    likeness: float


def find_near_duplicates(
    actor: Actor,
    criterion_id: int,
    *,
    database: Database,
    subject_type: str = "",
    likeness: float = LIKENESS,
    limit: int = 200,
) -> list[NearDuplicate]:
    """Subjects that say nearly the same and got different answers, the most alike first.

    Each subject appears beside the one most like it among those answered differently. Texts are brought
    together by the letters they share, then compared word by word (rapidfuzz). Takes seconds for
    thousands of labels and holds no transaction meanwhile. Looks at the newest 20,000.

    Args:
        subject_type: of the criterion's subjects; its first when empty.
        likeness: least likeness, 0 to 1.

    Raises:
        PermissionDenied: the actor may not see labels.
        NotFound: there is no such criterion.
        InvalidInput: it asks for free words, or ``likeness`` is out of range.
    """
    require(actor, Permission.LABELS_READ)
    if not 0 < likeness <= 1:
        raise InvalidInput("How alike texts must be is a number above 0, at most 1.")
    with database.reading() as session:
        criterion = get_criterion(criterion_id, session=session)
        if criterion.kind == "note":
            raise InvalidInput("Notes are free words: they cannot contradict each other.")
        kind = subject_type or criterion.subjects[0]
        settled = settled_answers(criterion_id, session=session, subject_type=kind)
        texts = read_texts(kind, sorted(settled, reverse=True)[:MOST], session=session)
    labelled = [
        Labelled(key, each.conversation_id, settled[key].answer, each.text) for key, each in texts.items()
    ]
    best: dict[int, tuple[float, int]] = {}
    for one, other, alike in _alike(labelled, likeness):
        for place, partner in ((one, other), (other, one)):
            best[place] = max(best.get(place, (0.0, -1)), (alike, partner))
    pairs = {(min(one, other), max(one, other)): alike for one, (alike, other) in best.items()}
    listed = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [
        NearDuplicate(kind, labelled[one], labelled[other], alike) for (one, other), alike in listed[:limit]
    ]


def _alike(labelled: list[Labelled], likeness: float) -> Iterator[tuple[int, int, float]]:
    """Places of two differently answered texts that are at least so much alike, and how much."""

    plain = [utils.default_process(each.text) for each in labelled]
    for one, other in _candidates([" ".join(sorted(text.split())) for text in plain], labelled):
        alike = fuzz.token_sort_ratio(plain[one], plain[other], score_cutoff=100 * likeness) / 100
        if alike:
            yield one, other, alike


def _candidates(texts: list[str], labelled: list[Labelled]) -> Iterator[tuple[int, int]]:
    """Places of differently answered texts that share most of their runs of letters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(texts):
        return
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), dtype=np.float32).fit_transform(texts)
    answers = np.unique([each.answer for each in labelled], return_inverse=True)[1]
    for start in range(0, len(texts), _ROWS_A_STEP):
        near = (vectors[start : start + _ROWS_A_STEP] @ vectors.T).tocoo()
        rows = near.row + start
        wanted = (near.data >= _CANDIDATES_FROM) & (near.col > rows) & (answers[rows] != answers[near.col])
        yield from zip(rows[wanted].tolist(), near.col[wanted].tolist(), strict=True)
