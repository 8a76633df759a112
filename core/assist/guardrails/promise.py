"""Promises: money, dates, guarantees and admissions that nothing allows.

What an article says may be told; what was done may be told once it is done; what a representative said
stands. A deed ("I have refunded") needs the deed, not an article that says refunds exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.assist.grounding.wording import folded, numbers
from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.sentences import sentences_of
from core.assist.guardrails.texts import ReplyCheck, SentenceCheck, SourceText
from core.classifiers import promise_words

_DEED = "It says that something was done. No action did it."
_PROMISE = "It promises something that no rule and no action allows."
_ADMISSION = "It accepts a legal duty. Only a person may decide that."


@after(
    "promise",
    title="Promise without a basis",
    severity="block",
    description="Guarantees, money, dates or admissions that no cited rule and no done action carries.",
)
def check(reply: ReplyCheck) -> Iterator[Flag]:
    """Sentences that promise more than their sources."""
    for sentence in sentences_of(reply):
        if message := _unkept(sentence):
            yield Flag(message, sentence.text)


def _unkept(sentence: SentenceCheck) -> str:
    text = folded(sentence.text)
    if text.rstrip().endswith("?"):
        return ""
    usable = [source for source in sentence.sources if source.usable]
    spoken = [source for source in usable if source.kind == "person"]
    if _ADMITS.search(text) and not promise_words.DENIES.search(text):
        return "" if spoken else _ADMISSION
    if promise_words.DENIES.search(text) or promise_words.HANDS_OVER.search(text):
        return ""
    done = [source for source in usable if source.kind != "passage"]
    if promise_words.DONE.search(text):
        return "" if _carries(text, done, usable, promise_words.MONEY_OR_CHANGE) else _DEED
    if kind := next((pattern for pattern in promise_words.PROMISES if pattern.search(text)), None):
        return "" if _carries(text, usable, usable, kind) else _PROMISE
    return ""


def _carries(
    text: str, bases: Sequence[SourceText], usable: Sequence[SourceText], kind: re.Pattern[str]
) -> bool:
    """Whether a basis speaks of the same kind of thing, and all numbers stand in what is cited."""
    if not any(_TOPIC.get(kind, kind).search(folded(basis.text)) for basis in bases):
        return False
    known = frozenset[str]().union(*(numbers(source.text) for source in usable))
    return numbers(text) <= known


_TOPIC = {
    promise_words.WILL_PAY: promise_words.MONEY_OR_CHANGE,
    promise_words.WILL_BEND: re.compile(
        rf"\bexception|\bausnahme|\bexcepcion|\bfree\b|{promise_words.MONEY_OR_CHANGE.pattern}"
    ),
    promise_words.GUARANTEES: re.compile(r"guarant|garant|promis|versprech|prome|\bsla\b"),
    promise_words.DATES: re.compile(promise_words.WHEN + r"|morgen|manana|demain|heute|hoy|\d"),
}
_ADMITS = re.compile(
    r"\b(?:legal(?:ly)? (?:fault|responsib\w+|liab\w+)|(?:full|all|legal) (?:liability|"
    r"legal responsibility)|(?:are|is|am) liable|"
    r"accept (?:\w+ )?liability|(?:were|was|been) negligent|negligence|pay (?:the |your |any )?damages|"
    r"breach(?:ed)? (?:of |the |our )"
    r"?contract|violated (?:the )?(?:gdpr|law))\b"
    r"|\b(?:wir haften|haften wir|haftbar|grob fahrlassig|fahrlassig\w*|ubernehmen (?:die |"
    r"jede )?(?:volle )?haftung|"
    r"schadensersatz zahlen)\b"
    r"|\b(?:responsabilidad legal|somos responsables legal\w*|indemnizar\w*|negligencia|"
    r"nous sommes responsables juridique\w*|"
    r"responsabilite (?:juridique|legale)|dommages et interets)\b"
)
