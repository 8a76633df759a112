"""What a text says that live knowledge says otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from core.knowledge.analysis import language_of
from core.knowledge.comparing.disagreeing import agree, disagreement
from core.knowledge.comparing.naming import name_stems
from core.knowledge.comparing.nearby import Nearby, NearPassage
from core.knowledge.comparing.statements import Statement, read_statements
from core.knowledge.comparing.subjects import subject_stems

_MOST = 20
_MOST_STATEMENTS = 600  # of a very long text; what lies behind is not compared
_MOST_A_STATEMENT = 3


class _Theirs(NamedTuple):
    statement: Statement
    passage: NearPassage


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements that cannot both hold.

    Attributes:
        kind: ``number``, ``date`` or ``yes_no``.
        mine: the statement of the text; ``theirs``: the one in live knowledge.
        my_value, their_value: the words they disagree on; for yes and no, the whole statements.
    """

    kind: str
    mine: str
    theirs: str
    my_value: str
    their_value: str
    article_id: int
    article_version_id: int
    passage_id: int
    title: str


def contradictions_among(nearby: Nearby, title: str, body: str, *, locale: str) -> list[Contradiction]:
    """The contradictions between a text and the passages near it, in the order of the text."""
    language = language_of(locale)
    names = name_stems((body, *(passage.text for passage in nearby.passages)), language)
    known = _Known(nearby.passages, language, names)
    found: list[Contradiction] = []
    statements = dict.fromkeys(read_statements(title, body, locale=locale))
    for mine in islice((each for each in statements if each.comparable), _MOST_STATEMENTS):
        found.extend(known.against(mine))
        if len(found) >= _MOST:
            break
    return found[:_MOST]


class _Known:
    """The statements of the passages near a text, to be looked up by word and by article."""

    def __init__(self, passages: Sequence[NearPassage], language: str, names: frozenset[str]) -> None:
        self._names = names
        self._by_word: dict[str, list[_Theirs]] = defaultdict(list)
        self._by_article: dict[int, list[_Theirs]] = defaultdict(list)
        for passage in passages:
            for statement in read_statements(
                passage.title, passage.text, locale=language, headings=passage.headings
            ):
                if statement.comparable:
                    theirs = _Theirs(statement, passage)
                    self._by_article[passage.article_id].append(theirs)
                    for word in _keys(statement):
                        self._by_word[word].append(theirs)

    def against(self, mine: Statement) -> list[Contradiction]:
        """What disagrees with one statement: the first of each article that does."""
        near = dict.fromkeys(theirs for word in _keys(mine) for theirs in self._by_word.get(word, ()))
        same = {theirs.passage.article_id for theirs in near if theirs.statement.text == mine.text}
        agreeing = same | {
            theirs.passage.article_id for theirs in near if agree(mine, theirs.statement, names=self._names)
        }
        found: dict[int, Contradiction] = {}
        for statement, passage in near:
            if passage.article_id in found:
                continue
            difference = disagreement(mine, statement, names=self._names)
            # An article that says the same elsewhere speaks of another case in this place.
            if difference is None or passage.article_id in (
                same if difference.kind == "yes_no" else agreeing
            ):
                continue
            if self._is_one_of_many(statement, passage.article_id):
                continue
            found[passage.article_id] = Contradiction(
                kind=difference.kind,
                mine=mine.text,
                theirs=statement.text,
                my_value=difference.mine,
                their_value=difference.theirs,
                article_id=passage.article_id,
                article_version_id=passage.article_version_id,
                passage_id=passage.passage_id,
                title=passage.title,
            )
        return list(found.values())[:_MOST_A_STATEMENT]

    def _is_one_of_many(self, statement: Statement, article_id: int) -> bool:
        """Whether its own article varies it, as examples and steps of a scale do."""
        return any(
            disagreement(statement, other.statement, names=self._names) is not None
            for other in self._by_article[article_id]
            if other.statement.text != statement.text
        )


def _keys(statement: Statement) -> frozenset[str]:
    return subject_stems(statement) or frozenset(statement.stems)
