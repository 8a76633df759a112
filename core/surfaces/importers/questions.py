"""Which criterion a question of a questionnaire is; one that is new here becomes a criterion."""

from __future__ import annotations

from sqlmodel import Session

from core.conversations import JudgementRecord
from core.criteria import Criterion, list_criteria, publish_criterion, slug
from core.errors import InvalidInput
from core.identity import Actor

_FROM_IMPORT = "Asked in another system and imported from there. Judge the conversation as a whole."
_LONGEST_SLUG = 60


class Questions:
    """The criteria that answers of an import can be about, by name and by question."""

    def __init__(self, actor: Actor, *, session: Session) -> None:
        self._actor = actor
        self._session = session
        self._by_name: dict[str, Criterion] = {}
        self._by_question: dict[str, Criterion] = {}
        for criterion in list_criteria(session=session, with_retired=True):
            self._remember(criterion)

    def criterion_of(self, given: JudgementRecord) -> Criterion:
        """The criterion an answer is about, published if nobody asked this before.

        Raises:
            InvalidInput: there is no such criterion, it has been retired, or is not about conversations.
            PermissionDenied: the question is new, and the actor may not write criteria.
        """
        if given.criterion:
            found = self._by_name.get(given.criterion)
        else:
            found = self._by_question.get(_same(given.question))
        if found is None:
            found = self._publish(given)
        if found.retired_at is not None:
            raise InvalidInput(f"the criterion {found.name} has been retired; restore it, then import again")
        if "conversation" not in found.subjects:
            raise InvalidInput(
                f"the criterion {found.name} is asked about a {' or '.join(found.subjects)}, "
                "not a conversation"
            )
        return found

    def _publish(self, given: JudgementRecord) -> Criterion:
        if not given.question:
            raise InvalidInput(
                f"there is no criterion {given.criterion!r}; publish it on the Criteria page, "
                "or give the question in words as well"
            )
        kind = _kind(given)
        criterion = publish_criterion(
            self._actor,
            session=self._session,
            name=given.criterion or self._free_name(given.question),
            question=given.question,
            guidance=_FROM_IMPORT,
            kind=kind,
            subjects=("conversation",),
            answers=given.choices if kind in ("one_of", "many_of") else (),
            good=given.good,
        )
        self._remember(criterion)
        return criterion

    def _remember(self, criterion: Criterion) -> None:
        self._by_name[criterion.name] = criterion
        if "conversation" in criterion.subjects:
            self._by_question.setdefault(_same(criterion.question), criterion)

    def _free_name(self, question: str) -> str:
        name = slug(question) or "question"
        number = 1
        while (free := name if number == 1 else f"{name[:_LONGEST_SLUG]}_{number}") in self._by_name:
            number += 1
        return free


def _kind(given: JudgementRecord) -> str:
    """Which kind of criterion a first answer asks for."""
    if given.choices:
        return "many_of" if isinstance(given.answer, tuple) else "one_of"
    if isinstance(given.answer, bool) or given.answer in ("yes", "no"):
        return "yes_no"
    return "scale" if given.answer in (1, 2, 3, 4, 5) else "note"


def _same(question: str) -> str:
    return " ".join(question.split()).casefold()
