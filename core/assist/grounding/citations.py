"""Check a draft against what was really retrieved, and keep only what it supports.

A factual sentence stays when all of this holds:

* at least one cited passage was retrieved in this run, and the quote is found in it
  (:mod:`core.assist.grounding.quotes`, similarity of 90 or more);
* the quotes hold at least half of the sentence's content words (stems);
* every number, amount and part of a date in it, and every word that would turn it around
  (before/after, free, always ...), stands in the cited passages;
* it denies what its source denies and affirms what its source affirms;
* every link, domain, e-mail address or tag in it stands in a cited source;
* all that without internal passages: those inform the rep, never the customer.

For a sentence in another language than its passage words cannot be compared; then the quote, the
numbers and the negation decide, and the support counted for it is at most one half.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.assist.grounding.evidence import Source, Stated
from core.assist.grounding.links import all_known, plain_domains
from core.assist.grounding.quotes import Place, locate, normalised
from core.assist.grounding.wording import (
    clauses,
    content_words,
    critical_words,
    is_courtesy,
    language_of,
    negated,
    numbers,
    pieces,
)
from core.assist.masking import PLACEHOLDER, Masker, unfilled
from core.knowledge import Hit
from core.llm import Cite, DraftSentence, detect_language, join_sentences

ENOUGH = 0.5
"""Share of a sentence's content words that its quotes must hold."""
CONTRIBUTES = 0.25
"""Share a single quote must hold, or its citation is dropped."""
ACROSS_LANGUAGES = 0.5
"""Support given to a sentence whose words cannot be compared with its passage."""
PUBLIC = "public"

NOT_SUPPORTED = "No passage supports it."
ONLY_INTERNAL = "It rests only on internal knowledge."
UNKNOWN_ADDRESS = "It holds a link or an address that no source gives."
UNKNOWN_PLACEHOLDER = "It names somebody or something that nobody told the model."


@dataclass(frozen=True)
class VerifiedCitation:
    """``text[start:end]`` of the reply rests on ``quote``, which stands word for word in the source.

    The source is a passage, the result of an action, or an answer of the rep.
    """

    start: int
    end: int
    label: str
    source: Source
    quote: str
    support: float

    @property
    def hit(self) -> Hit:
        """The passage it rests on.

        Raises:
            TypeError: it rests on a result or an answer instead.
        """
        if not isinstance(self.source, Hit):
            raise TypeError(f"{self.label} is no passage")
        return self.source


@dataclass(frozen=True)
class Removed:
    """A sentence that was taken out, and why, in words for the rep."""

    text: str
    reason: str


@dataclass(frozen=True)
class Verified:
    """A checked reply. ``factual`` sentences were written, ``supported`` of them are left.

    ``spans``: start and end of each sentence of the text.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    citations: tuple[VerifiedCitation, ...]
    removed: tuple[Removed, ...]
    factual: int
    supported: int


@dataclass(frozen=True)
class _Basis:
    label: str
    source: Source
    place: Place
    support: float

    @property
    def quote(self) -> str:
        return self.source.text[self.place.start : self.place.end]


def verify(
    sentences: Sequence[DraftSentence],
    *,
    passages: Mapping[str, Source],
    masker: Masker,
    language: str,
    names: Collection[str] = (),
    customer_text: str = "",
) -> Verified:
    """Check each sentence, drop what is not supported, and un-mask the rest.

    Args:
        sentences: what the model returned, masked.
        passages: label -> passage, result or answer, of this run only.
        masker: un-masks the text; offsets are those of the un-masked text.
        language: the language of the reply.
        names: words of ours that carry no fact, such as the organisation's name.
        customer_text: what the customer wrote, masked.
    """
    parts = [(piece, sentence.cites) for sentence in sentences for piece in pieces(sentence.text)]
    kept: list[tuple[str, list[_Basis]]] = []
    removed: list[Removed] = []
    factual = 0
    own = plain_domains(customer_text)
    for index, (piece, cites) in enumerate(parts):
        if unfilled(piece, masker.mapping):
            removed.append(Removed(masker.unmask(piece).strip(), UNKNOWN_PLACEHOLDER))
            continue
        plain = all_known(piece, sources=(), own=own)
        if plain and is_courtesy(
            piece,
            language=language,
            first=index == 0,
            last=index == len(parts) - 1,
            names=names,
            customer_text=customer_text,
        ):
            kept.append((piece, []))
            continue
        factual += 1
        sources = _sources(piece, cites, passages=passages, masker=masker, language=language)
        public = [basis for basis in sources if basis.source.audience == PUBLIC]
        if not plain and not all_known(piece, sources=(basis.source.text for basis in public), own=own):
            removed.append(Removed(masker.unmask(piece).strip(), UNKNOWN_ADDRESS))
            continue
        if _supports(piece, public, language):
            kept.append((piece, sources))
        else:
            internal = len(public) < len(sources) and _supports(piece, sources, language)
            reason = ONLY_INTERNAL if internal else NOT_SUPPORTED
            removed.append(Removed(masker.unmask(piece).strip(), reason))
    return _assembled(kept, removed, factual, masker)


def _assembled(
    kept: list[tuple[str, list[_Basis]]], removed: list[Removed], factual: int, masker: Masker
) -> Verified:
    text, spans = join_sentences([masker.unmask(piece) for piece, _ in kept])
    citations = [
        VerifiedCitation(start, end, basis.label, basis.source, basis.quote, round(basis.support, 3))
        for (start, end), (_, sources) in zip(spans, kept, strict=True)
        for basis in sources
    ]
    supported = sum(1 for _, sources in kept if sources)
    return Verified(text, tuple(spans), tuple(citations), tuple(removed), factual, supported)


def _sources(
    sentence: str, cites: Sequence[Cite], *, passages: Mapping[str, Source], masker: Masker, language: str
) -> list[_Basis]:
    """The citations that count: retrieved, found, and with something to say about the sentence."""
    found: dict[tuple[str, str], _Basis] = {}
    for cite in cites:
        label = cite.passage.strip().strip("[]")
        source = passages.get(label)
        if source is None or (isinstance(source, Stated) and not source.done):
            continue
        place = locate(masker.unmask(cite.quote, secrets=True), source.text)
        if place is None:
            continue
        quoted = source.text[place.start : place.end]
        basis = _Basis(label, source, place, _overlap(sentence, quoted, source, language))
        if basis.support >= CONTRIBUTES:
            found.setdefault((label, basis.quote), basis)
    return sorted(found.values(), key=lambda basis: -basis.support)


def _overlap(sentence: str, quote: str, source: Source, language: str) -> float:
    if _plain(sentence) and _plain(sentence) in normalised(quote):
        return 1.0
    if _foreign(sentence, source, language):
        return ACROSS_LANGUAGES
    words = content_words(sentence, _shared_language(source, language))
    if not words:
        return 1.0 if numbers(sentence) & numbers(quote) else 0.0
    return len(words & content_words(quote, _shared_language(source, language))) / len(words)


def _supports(sentence: str, sources: Sequence[_Basis], language: str) -> bool:
    """Whether these sources together carry the sentence."""
    if not sources:
        return False
    if any(_plain(sentence) in normalised(basis.quote) for basis in sources if _plain(sentence)):
        return True
    evidence = "\n".join(f"{basis.source.heading_path}\n{basis.source.text}" for basis in sources)
    if not numbers(sentence) <= numbers(evidence):
        return False
    if any(_foreign(sentence, basis.source, language) for basis in sources):
        return _same_polarity_across(sentence, sources, language)
    if not critical_words(sentence) <= critical_words(evidence):
        return False
    shared = _shared_language(sources[0].source, language)
    quotes = "\n".join(basis.quote for basis in sources)
    words = content_words(sentence, shared)
    if words and len(words & content_words(quotes, shared)) / len(words) < ENOUGH:
        return False
    return _same_polarity(sentence, quotes, shared)


def _same_polarity(sentence: str, quotes: str, language: str) -> bool:
    """Whether a clause that says (nearly) the same denies exactly if the sentence denies."""
    words = content_words(sentence, language)
    scored = [(len(words & content_words(part, language)), part) for part in clauses(quotes)]
    best = max((score for score, _ in scored), default=0)
    close = [part for score, part in scored if score >= 0.8 * best]
    denied = negated(sentence, language)
    return any(negated(part, language) == denied for part in close)


def _same_polarity_across(sentence: str, sources: Sequence[_Basis], language: str) -> bool:
    denied = negated(sentence, language)
    return any(
        negated(part, language_of(basis.source.locale)) == denied
        for basis in sources
        for part in clauses(basis.quote)
    )


def _foreign(sentence: str, source: Source, language: str) -> bool:
    """Whether sentence and passage are in different languages. Sentences may stay in the passage's."""
    spoken = language_of(source.locale)
    if not spoken or not language or spoken == language:
        return False
    return detect_language(_unmarked(sentence), fallback=language) != spoken


def _shared_language(source: Source, language: str) -> str:
    return language_of(source.locale) or language


def _plain(sentence: str) -> str:
    """The sentence as quotes are compared, without final punctuation: the passage may go on."""
    return normalised(_unmarked(sentence)).rstrip(" .!:;,")


def _unmarked(sentence: str) -> str:
    return PLACEHOLDER.sub(" ", sentence)
