"""Words and short phrases that tell an answer apart, as material for rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from core.classifiers.kind import Example
from core.classifiers.rules.folding import folded, is_word_token, separator, tokens, whole
from core.criteria import given
from core.statistics import Rate, clustered_rate

_LONGEST = 4_000
"""Characters read of one text: what tells answers apart stands early, and a page waits for this."""
_PRIOR = 500.0
"""Words the prior is worth, spread as words are spread over all examples."""
_FEWEST = 2
"""Conversations a term must be in, of those with the answer."""
_LONGEST_PHRASE = 3
_SPARE = 3
_TELLING = 1.645
"""Standard errors by which a term must be more frequent among the wanted: one-sided, 5 %."""
_LIFT = 1.25
"""Times as many of the examples with the term must have the answer, as of all; but where most have it
anyway, the term must halve what is wrong."""
_SAME = 0.8
"""Share of the texts with either of two terms that must hold both, for them to say the same."""
_SURER = 0.05

Ids = NDArray[np.int64]
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, and what ``text contains word "<term>"`` would do by itself.

    Attributes:
        term: folded, as it is compared.
        precision: of the examples with it, the share that has the answer.
        recall: of the examples that have the answer, the share with it.
        wanted: conversations with it that have the answer.
        others: conversations with it that do not.
    """

    term: str
    precision: Rate
    recall: Rate
    wanted: int
    others: int

    @property
    def condition(self) -> str:
        """As a condition of a rule."""
        return f'text contains word "{self.term}"'


@dataclass(frozen=True, slots=True)
class _Terms:
    """Phrases of one length: where they stand, and of each kind the shorter phrase and its last word."""

    starts: Ids
    codes: Ids
    before: Ids
    last: Ids


def suggest_terms(examples: Sequence[Example], answer: str, *, limit: int = 20) -> list[Term]:
    """The words and phrases of up to three words that speak most surely for an answer, the best first.

    Terms are ranked by the z-score of their log-odds ratio with an informative Dirichlet prior: Monroe,
    Colaresi and Quinn 2008, Fightin' Words, Political Analysis 16:372-403. A term counts once in a
    conversation, so a customer who repeats himself is heard once. Held-out examples are not looked at.

    Args:
        examples: with their answers; of several in one, each counts.
        answer: the one to be told apart; empty: none of the answers.
        limit: at most this many.
    """
    used = [example for example in examples if not example.held_out]
    has = np.array([answer in given(example.answer) for example in used], dtype=bool)
    if limit < 1 or not has.any() or has.all():
        return []
    texts = [folded(example.subject.text[:_LONGEST]) for example in used]
    groups, base = _groups(used), float(has.mean())
    chosen: list[Term] = []
    for term, within in _telling(_ranked(texts, has, groups)[: limit * _SPARE], texts, has):
        wanted, others = (len(np.unique(groups[within & part])) for part in (has, ~has))
        if wanted < _FEWEST or has[within].mean() < min(_LIFT * base, (1 + base) / 2):
            continue
        precision = clustered_rate(has[within], groups[within])
        chosen.append(Term(term, precision, clustered_rate(within[has], groups[has]), wanted, others))
        if len(chosen) == limit:
            break
    return chosen


def _groups(examples: Sequence[Example]) -> Ids:
    """A number for each example's conversation; one without stands for itself."""
    numbers: dict[str | int, int] = {}
    return np.array(
        [numbers.setdefault(example.group or row, len(numbers)) for row, example in enumerate(examples)],
        dtype=np.int64,
    )


def _ranked(texts: Sequence[str], has: NDArray[np.bool_], groups: Ids) -> list[str]:
    """Candidate terms by z-score, the best first; of two alike, the longer one."""
    words: dict[str, int] = {}
    streams = [[words.setdefault(token, len(words)) for token in tokens(text)] for text in texts]
    names = list(words)
    ids = np.array(list(chain.from_iterable(streams)), dtype=np.int64)
    row_of = np.repeat(np.arange(len(texts)), [len(stream) for stream in streams])
    spoken = np.array([is_word_token(name) for name in names], dtype=bool)[ids]
    terms = [_Terms(np.flatnonzero(spoken), ids[spoken], np.full(len(names), -1), np.arange(len(names)))]
    scored: list[tuple[float, int, str]] = []
    for length in range(1, _LONGEST_PHRASE + 1):
        level = terms[-1]
        if not len(level.starts):
            break
        z, wanted = _z_scores(level.codes, has[row_of[level.starts]], groups[row_of[level.starts]])
        telling = np.flatnonzero((z > _TELLING) & (wanted >= _FEWEST)).tolist()
        scored += [(round(float(z[code]), 1), length, _named(terms, code, names)) for code in telling]
        # longer phrases are made only of those that are frequent enough themselves
        frequent = (wanted >= _FEWEST)[level.codes]
        starts, codes = level.starts[frequent], level.codes[frequent]
        ends = np.minimum(starts + length, len(ids) - 1)
        goes_on = (starts + length < len(ids)) & (row_of[starts] == row_of[ends]) & spoken[ends]
        longer = codes[goes_on] * len(names) + ids[ends[goes_on]]
        kinds, numbered = np.unique(longer, return_inverse=True)
        terms.append(_Terms(starts[goes_on], numbered, kinds // len(names), kinds % len(names)))
    scored.sort(key=lambda each: (-each[0], -each[1], each[2]))
    return [term for _, _, term in scored if len(term) > 1 or not term.isascii()]


def _z_scores(codes: Ids, has: NDArray[np.bool_], groups: Ids) -> tuple[Counts, Counts]:
    """The z-score of each code, and how many conversations with the answer hold it."""
    size = int(codes.max()) + 1
    wanted, others = (_conversations(codes[part], groups[part], size) for part in (has, ~has))
    everywhere = wanted + others
    prior = _PRIOR * everywhere / everywhere.sum() + 1e-9
    of_wanted, of_others = wanted.sum() + prior.sum(), others.sum() + prior.sum()
    ours, theirs = wanted + prior, others + prior
    # a set of examples with a single word leaves nothing to compare it with
    odds_ours, odds_theirs = ours / (of_wanted - ours + 1e-9), theirs / (of_others - theirs + 1e-9)
    return np.log(odds_ours / odds_theirs) / np.sqrt(1 / ours + 1 / theirs), wanted


def _conversations(codes: Ids, groups: Ids, size: int) -> Counts:
    """In how many conversations each code is found."""
    span = int(groups.max()) + 1 if len(groups) else 1
    pairs = np.sort(codes * span + groups)
    once = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return np.bincount(once // span, minlength=size).astype(np.float64)


def _named(levels: Sequence[_Terms], code: int, names: Sequence[str]) -> str:
    """The words of a code of the last level."""
    found: list[str] = []
    for level in reversed(levels):
        found.insert(0, names[int(level.last[code])])
        code = int(level.before[code])
    term = found[0]
    for before, after in pairwise(found):
        term += separator(before, after) + after
    return term


def _within(term: str, texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which texts hold the term, exactly as a rule would find it."""
    pattern = whole(term)
    return np.array([term in text and pattern.search(text) is not None for text in texts], dtype=bool)


def _telling(
    ranked: Sequence[str], texts: Sequence[str], has: NDArray[np.bool_]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """The terms that say something of their own, with the texts that hold them.

    A word that stands nearly always in the same phrase is left to the phrase, and a phrase that is no surer
    than a part of it is left to the part.
    """
    within = {term: _within(term, texts) for term in ranked}
    sure = {term: float(has[there].mean()) if there.any() else 0.0 for term, there in within.items()}
    inside = [(part, term) for term in ranked for part in ranked if part != term and part in term]
    left = dict.fromkeys(ranked)
    for part, term in inside:
        both, either = int((within[part] & within[term]).sum()), int((within[part] | within[term]).sum())
        if both >= _SAME * either:
            left.pop(part, None)
    for part, term in inside:
        if part in left and sure[term] < sure[part] + _SURER:
            left.pop(term, None)
    return [(term, within[term]) for term in left]
