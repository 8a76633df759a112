"""Nearly the same text, differently answered: at most one of the two answers is right."""

from __future__ import annotations

from dataclasses import dataclass

from core.classifiers import LIKENESS, nearest_contradictions
from core.criteria import get_criterion, settled_answers
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.labelling.texts import read_texts

MOST = 20_000


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
    near = nearest_contradictions(
        [each.text for each in labelled], [each.answer for each in labelled], likeness=likeness
    )
    return [NearDuplicate(kind, labelled[one], labelled[other], alike) for one, other, alike in near[:limit]]
