"""What a version of a criterion says, and what is wrong with it before it is published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.criteria.answers import KINDS, SEPARATOR, SUBJECTS, checked_answer, choices
from core.criteria.tables import Criterion
from core.errors import InvalidInput

MAX_QUESTION = 500
MAX_GUIDANCE = 20_000
MAX_ANSWERS = 500
MAX_ANSWER = 100
MAX_EXAMPLES = 50
MAX_EXAMPLE = 10_000
MAX_WHY = 2_000

_CHOSEN = ("one_of", "many_of")  # the kinds whose answers an author writes
_EXAMPLE = frozenset({"text", "answer", "why"})


@dataclass(frozen=True, slots=True)
class Content:
    """A question with all that belongs to it. Make one with :meth:`of` or :meth:`written`, which tidy it."""

    question: str
    kind: str
    subjects: tuple[str, ...]
    guidance: str = ""
    answers: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    examples: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, criterion: Criterion) -> Self:
        """What a stored version says."""
        return cls(
            question=criterion.question,
            kind=criterion.kind,
            subjects=tuple(criterion.subjects),
            guidance=criterion.guidance,
            answers=tuple(criterion.answers),
            good=tuple(criterion.good),
            examples=tuple(criterion.examples),
        )

    @classmethod
    def written(
        cls,
        *,
        question: str,
        kind: str,
        subjects: Iterable[str],
        guidance: str = "",
        answers: Iterable[str] = (),
        good: Iterable[str] = (),
        examples: Iterable[Mapping[str, Any]] = (),
    ) -> Self:
        """What somebody wrote, without stray white space and characters no database stores.

        Empty answers and wholly empty examples are left out; answers that a kind has of its own are
        not stored a second time.
        """
        tidy = tuple(filter(None, map(_line, answers)))
        fixed = choices(Criterion(name="", question="", kind=kind))
        return cls(
            question=_line(question),
            kind=kind,
            subjects=tuple(dict.fromkeys(subjects)),
            guidance=_text(guidance),
            answers=() if kind not in _CHOSEN and tidy == fixed else tidy,
            good=tuple(dict.fromkeys(filter(None, map(_line, good)))),
            examples=tuple(_example(each) for each in examples if any(each.values())),
        )

    def as_criterion(self, **others: Any) -> Criterion:
        """A row with this content; it is in no session yet."""
        return Criterion(
            question=self.question,
            kind=self.kind,
            subjects=list(self.subjects),
            guidance=self.guidance,
            answers=list(self.answers),
            good=list(self.good),
            examples=[dict(each) for each in self.examples],
            **others,
        )


def slug(question: str) -> str:
    """A name made from a question: "Is it polite?" -> "is_it_polite". Empty when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].rstrip("_")


def problems(content: Content) -> dict[str, str]:
    """What keeps it from being published: a plain sentence for each field that is wrong.

    The keys are names of :class:`Content`'s fields, in the order in which a person would meet them.
    """
    found = {
        "question": _question(content),
        "kind": "" if content.kind in KINDS else f"Choose one of {', '.join(KINDS)}.",
        "subjects": _subjects(content),
        "answers": _answers(content),
        "guidance": _longer(content.guidance, MAX_GUIDANCE),
    }
    if not (found["kind"] or found["answers"]):  # else there is no set of answers to compare with
        found |= {"good": _good(content), "examples": _examples(content)}
    return {name: problem for name, problem in found.items() if problem}


def _question(content: Content) -> str:
    return _longer(content.question, MAX_QUESTION) if content.question else "Write the question first."


def _subjects(content: Content) -> str:
    unknown = [each for each in content.subjects if each not in SUBJECTS]
    if unknown or not content.subjects:
        return f"Say what it is asked about: one or more of {', '.join(SUBJECTS)}."
    return ""


def _answers(content: Content) -> str:
    given = content.answers
    if content.kind not in KINDS:
        return ""
    if content.kind not in _CHOSEN:
        return "This kind has answers of its own: leave the list empty." if given else ""
    if len(given) < 2:
        return "Write at least two answers, one a line."
    if len(given) > MAX_ANSWERS:
        return f"{len(given):,} answers are too many: {MAX_ANSWERS} is the most."
    long = next((each for each in given if len(each) > MAX_ANSWER), None)
    if long is not None:
        return f"“{long[:40]} …” has {len(long):,} characters, and {MAX_ANSWER} is the most."
    barred = next((each for each in given if "|" in each), None)
    if barred is not None:
        return f"“{barred}”: leave out the |, it separates several answers."
    seen: set[str] = set()
    for each in given:
        if each.casefold() in seen:
            return f"“{each}” stands there twice."
        seen.add(each.casefold())
    return ""


def _good(content: Content) -> str:
    unknown = [each for each in content.good if each not in choices(content.as_criterion(name=""))]
    return f"{', '.join(unknown)}: not among the answers." if unknown else ""


def _examples(content: Content) -> str:
    if len(content.examples) > MAX_EXAMPLES:
        return f"{len(content.examples)} examples are too many: {MAX_EXAMPLES} is the most."
    asked = content.as_criterion(name="")
    for number, each in enumerate(content.examples, start=1):
        if surplus := set(each) - _EXAMPLE:
            return f"Example {number}: {', '.join(sorted(surplus))} is not part of an example."
        if not each["text"]:
            return f"Example {number}: the text is missing."
        if long := _longer(each["text"], MAX_EXAMPLE) or _longer(each["why"], MAX_WHY):
            return f"Example {number}: {long}"
        try:
            checked_answer(asked, each["answer"])
        except InvalidInput:
            return f"Example {number}: “{each['answer']}” is not among the answers."
    return ""


def _longer(text: str, most: int) -> str:
    return f"{len(text):,} characters are too many: {most:,} is the most." if len(text) > most else ""


def _example(given: Mapping[str, Any]) -> dict[str, Any]:
    answer = given.get("answer") or ""
    several = answer if isinstance(answer, Sequence) and not isinstance(answer, str) else [answer]
    return {
        **given,
        "text": _text(str(given.get("text") or "")),
        "answer": SEPARATOR.join(_line(str(each)) for each in several),
        "why": _text(str(given.get("why") or "")),
    }


def _line(text: str) -> str:
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    return text.replace("\0", "").strip()
