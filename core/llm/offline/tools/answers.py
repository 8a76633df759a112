"""What the representative answered to questions of earlier drafts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.llm.language import detect_language
from core.llm.offline.passages import Passage
from core.llm.offline.sentences import split_sentences
from core.llm.offline.words import fold, language_by_words, words

_LABEL = re.compile(r"[A-Z]\d{1,4}")
_LEAST_WORDS = 4
_TO_US = re.compile(
    r"\b(the customer|customer'?s|tell (him|her|them|the)|ask (him|her|them)|he|she|they|i'?ll (check|"
    r"look|ask)|der kunde|"
    r"die kundin|dem kunden|sag(en)? (ihm|ihr|sie ihm|sie ihr)|el cliente|la clienta|d[ií]gale|d[ií]le)\b",
    re.I,
)
_YES = re.compile(r"^\W*(yes|yeah|yep|sure|ok(ay)?|go ahead|please do|fine|ja|gerne|s[ií]|vale|oui)\b", re.I)
_FIRST = re.compile(r"\b(first|former|1st|erste\w*|primer[oa]?)\b", re.I)
_SECOND = re.compile(r"\b(second|latter|other|2nd|zweite\w*|andere\w*|segund[oa]|otr[oa])\b", re.I)


@dataclass(frozen=True, slots=True)
class RepAnswer:
    """One answer: sentences may cite it by its label."""

    label: str
    question: str
    answer: str

    @property
    def language(self) -> str:
        """Empty where a few words do not tell."""
        if len(self.answer.split()) < _LEAST_WORDS:
            return ""
        return language_by_words(self.answer) or detect_language(self.answer, fallback="en")

    @property
    def agrees(self) -> bool:
        return _YES.match(self.answer) is not None

    def sentences(self) -> list[str]:
        """The sentences that a customer can be told as they stand: whole ones that speak to nobody else."""
        found = [part.strip() for line in self.answer.splitlines() for part in split_sentences(line)]
        return [each for each in found if len(each.split()) >= _LEAST_WORDS and not _TO_US.search(each)]


def read_answer(line: str) -> RepAnswer | None:
    """Read one line of the answers; None where it is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    label, question, answer = value.get("label"), value.get("question") or "", value.get("answer")
    if not (isinstance(label, str) and isinstance(question, str) and isinstance(answer, str)):
        return None
    if not _LABEL.fullmatch(label) or not answer.strip():
        return None
    return RepAnswer(label, question, answer.strip())


def overruled(answers: Sequence[RepAnswer], left: Passage, right: Passage) -> Passage | None:
    """Which of two passages an answer decides against; None where none does.

    An answer names a side by its title, by its place in the question, or by a word or figure that
    only one side has.
    """
    for answer in answers:
        at = [answer.question.find(passage.title) if passage.title else -1 for passage in (left, right)]
        if min(at) < 0:
            continue
        first, second = (left, right) if at[0] < at[1] else (right, left)
        said = fold(answer.answer)
        named = [fold(passage.title) in said for passage in (first, second)]
        if named[0] != named[1]:
            return second if named[0] else first
        if bool(_FIRST.search(answer.answer)) != bool(_SECOND.search(answer.answer)):
            return second if _FIRST.search(answer.answer) else first
        figures = {word for word in words(answer.answer) if any(char.isdigit() for char in word)}
        has = [len(figures & set(words(passage.text))) for passage in (first, second)]
        if has[0] != has[1]:
            return second if has[0] > has[1] else first
    return None
