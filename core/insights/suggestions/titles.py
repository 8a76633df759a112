"""What a suggestion is called until somebody gives it a better name."""

from __future__ import annotations

import re

from core.insights.suggestions.evidence import Evidence
from core.insights.suggestions.written import is_courtesy
from core.llm import detect_language, split_sentences

LONGEST_TITLE = 90
_FEWEST_CHARACTERS = 15
_FEWEST_WORDS = 5
_STEM = 5
_FEWEST_DIGITS = 3
_WORD = re.compile(r"\w+")
_LONG_WORD = re.compile(r"\w{9}")
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear|hallo|guten (?:tag|morgen|abend)|moin|"
    r"sehr geehrte|liebe[rs]?|hola|buen[oa]s?(?: d[ií]as| tardes| noches)?|estimad[oa]s?|buongiorno|salve|"
    r"ciao|bonjour|salut)\b[^,.!?\n]{0,40}[,.!:\n]\s*",
    re.IGNORECASE,
)
_FIRST_LETTER = re.compile(r"^[^\w]*[^\W\d_]")


def title_of(evidence: Evidence) -> str:
    """A working title of at most :data:`LONGEST_TITLE` characters, in the language of what was written.

    What the writer called it, else what the customer asked, else how the text begins.
    """
    if evidence.title.strip():
        return _short(evidence.title)
    asked = _asked(evidence.question, evidence.text)
    language = evidence.locale[:2].lower()
    if asked and detect_language(asked, fallback=language)[:2] == language:
        return _short(asked)
    return _short(_first(evidence.text))


def _asked(question: str, answer: str) -> str:
    """The first question, else the first sentence that says something: "How can that be?" does not.

    A short one counts only with a long word, or where the answer takes a word of it.
    """
    answered = _stems(answer)
    sentences = [
        each
        for each in split_sentences(" ".join(_GREETING.sub("", question).split()))
        if len(each) >= _FEWEST_CHARACTERS
        and not is_courtesy(each)
        and (len(each.split()) >= _FEWEST_WORDS or _LONG_WORD.search(each) or _stems(each) & answered)
    ]
    return next((each for each in sentences if each.endswith("?")), sentences[0] if sentences else "")


def _stems(text: str) -> set[str]:
    """Beginnings of the words that may name a thing: long ones, and numbers such as of an error."""
    return {
        word[:_STEM]
        for word in _WORD.findall(text.casefold())
        if len(word) >= _STEM or (word.isdigit() and len(word) >= _FEWEST_DIGITS)
    }


def _first(text: str) -> str:
    paragraph = next((line for line in text.split("\n") if line.strip()), "")
    sentences = split_sentences(paragraph)
    return sentences[0] if sentences else paragraph


def _short(text: str) -> str:
    title = " ".join(text.split()).rstrip(".")
    title = _FIRST_LETTER.sub(lambda found: found.group().upper(), title, count=1)
    if len(title) <= LONGEST_TITLE:
        return title
    return title[: LONGEST_TITLE - 2].rsplit(" ", 1)[0] + " …"
