"""What a run is told of earlier ones: the actions of the conversation, and what the rep answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Self

from sqlmodel import Session, col, select

from core.actions import ActionRequest
from core.assist.acting.steps import Step, cleaned, step_of_request
from core.assist.grounding.evidence import Stated
from core.assist.tables import Draft
from core.llm import detect_language

ACTIONS_HEADING = "Actions in this conversation:"
ANSWERS_HEADING = "Answers of the representative:"
MOST_ACTIONS = 12
_LEFT_OUT = ("proposed", "withdrawn")
"""Not decided by anybody yet, or never: an own run may propose them (again)."""


@dataclass(frozen=True)
class Answer:
    """What the rep answered to the question of an earlier draft about the same message."""

    label: str
    question: str
    text: str


@dataclass(frozen=True)
class Background:
    """Earlier actions (A1 ...) and answers (R1 ...)."""

    steps: tuple[Step, ...] = ()
    answers: tuple[Answer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "steps": [step.as_json() for step in self.steps],
            "answers": [[each.label, each.question, each.text] for each in self.answers],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what :meth:`as_json` gave."""
        return cls(
            tuple(Step.from_json(step) for step in value["steps"]),
            tuple(Answer(*each) for each in value["answers"]),
        )

    def sources(self) -> list[Stated]:
        """What of it can be cited."""
        answers = [
            Stated(each.label, "person", "Answer of the representative", each.text, _language(each.text))
            for each in self.answers
        ]
        return [step.stated() for step in self.steps] + answers

    def messages(self, clean: Callable[[str], str]) -> list[dict[str, str]]:
        """System messages for the agent: a heading, then one JSON object a line.

        Args:
            clean: masks a text and takes instructions out of it.
        """
        blocks: list[tuple[str, Sequence[Any]]] = [
            (ACTIONS_HEADING, [step.told(clean) for step in self.steps]),
            (
                ANSWERS_HEADING,
                [
                    cleaned(
                        {"label": each.label, "question": each.question, "answer": each.text},
                        clean,
                    )
                    for each in self.answers
                ],
            ),
        ]
        return [
            {"role": "system", "content": "\n".join([heading, *(_line(each) for each in lines)])}
            for heading, lines in blocks
            if lines
        ]


def read_background(
    conversation_id: int,
    *,
    session: Session,
    language: str,
    basis_message_id: int | None,
    draft_id: int | None = None,
    as_of: datetime | None = None,
) -> Background:
    """The background of a conversation.

    Args:
        language: of the reply; statements are given in it where there are some.
        basis_message_id: answers count for the message they were given about.
        draft_id: the draft to be written; later ones do not count.
        as_of: as it was then, so far as the dates on the requests tell; None for as it is.
    """
    mine = select(ActionRequest).where(
        col(ActionRequest.conversation_id) == conversation_id,
        col(ActionRequest.status).not_in(_LEFT_OUT),
    )
    newest_first = mine.order_by(col(ActionRequest.id).desc())
    if as_of is None:
        requests = list(session.exec(newest_first.limit(MOST_ACTIONS)))
    else:
        then = (_as_of(request, as_of) for request in session.exec(newest_first))
        requests = list(islice((request for request in then if request is not None), MOST_ACTIONS))
    steps = [
        step_of_request(request, label=f"A{number}", title=request.effect, language=language)
        for number, request in enumerate(reversed(requests), start=1)
        if draft_id is None or request.draft_id != draft_id
    ]
    return Background(tuple(steps), _answers(conversation_id, basis_message_id, draft_id, session=session))


def _as_of(request: ActionRequest, moment: datetime) -> ActionRequest | None:
    """A request as it was; None when nobody had asked or decided anything about it yet.

    Of one that was under way then, what came of it since is left out.
    """
    rejected = request.status == "rejected"
    over_at = request.decided_at if rejected else request.finished_at
    if over_at is not None and over_at <= moment:
        return request
    begun = [at for at in (request.asked_at, None if rejected else request.decided_at) if at is not None]
    if not any(at <= moment for at in begun):
        return None
    under_way = {"status": "asked", "result": {}, "summary": "", "statements": {}, "error": ""}
    return ActionRequest(**(request.model_dump() | under_way))


def _answers(
    conversation_id: int, basis_message_id: int | None, draft_id: int | None, *, session: Session
) -> tuple[Answer, ...]:
    drafts = session.execute(
        select(Draft.id, Draft.question, Draft.answer)
        .where(
            col(Draft.conversation_id) == conversation_id,
            col(Draft.basis_message_id) == basis_message_id,
        )
        .order_by(col(Draft.id))
    ).all()
    found: list[Answer] = []
    asked = ""
    for key, question, answer in drafts:
        if draft_id is not None and key > draft_id:
            break
        if answer:
            found.append(Answer(f"R{len(found) + 1}", asked, answer))
        asked = question or asked
    return tuple(found)


def _language(text: str) -> str:
    return detect_language(text, fallback="en")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
