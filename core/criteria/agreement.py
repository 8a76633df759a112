"""How far people agree on a criterion: pair by pair, all together, and answer by answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.criteria.answers import choices, given
from core.criteria.doubles import (
    Clusters,
    ConversationsOf,
    Doubles,
    Pair,
    clusters_of,
    comparable_criterion,
    judge_names,
    pairs_of,
    read_doubles,
    same_rate,
)
from core.criteria.tables import Criterion
from core.statistics import Kappa, Rate, answer_agreement, cohen_kappa, fleiss_kappa


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two people who judged at least one subject in common.

    Attributes:
        judges: as stored; ``names`` in the same order.
        kappa: Cohen's; for several answers at once, of giving exactly the same ones.
        weighted: Cohen's with quadratic weights, for a scale only.
        same: share of common subjects they answered alike.
    """

    judges: tuple[str, str]
    names: tuple[str, str]
    kappa: Kappa
    weighted: Kappa | None
    same: Rate


@dataclass(frozen=True, slots=True)
class AnswerAgreement:
    """One answer: when one person gave it, how often another did; and kappa of giving it or not."""

    answer: str
    same: Rate
    kappa: Kappa


@dataclass(frozen=True, slots=True)
class Agreement:
    """All agreement figures of one version of a criterion.

    Attributes:
        subjects: judged by at least two people.
        people: names of those people, by judge as stored.
        overall: Fleiss' kappa; each subject counts the same, however many people judged it.
        weighted: the same with quadratic weights, for a scale only.
        same: share of pairs of answers about one subject that are alike.
        pairs: most common subjects first.
        answers: in the criterion's order; those never given are left out.
    """

    criterion: Criterion
    subjects: int
    people: dict[str, str]
    overall: Kappa
    weighted: Kappa | None
    same: Rate
    pairs: list[PairAgreement]
    answers: list[AnswerAgreement]


def agreement(
    criterion_id: int,
    *,
    session: Session,
    conversations_of: ConversationsOf | None = None,
    level: float = 0.95,
) -> Agreement:
    """Agreement of people on one version of a criterion. Checks no permission.

    Only judgements in force count, of subjects that at least two people judged, and no decisions
    between judges. People need not have judged the same subjects: over all, a subject's agreement is
    the share of agreeing pairs among those who judged it, see :func:`core.statistics.fleiss_kappa`.

    Args:
        conversations_of: tells the conversation of messages, drafts and replies, so that several of one
            conversation do not count as independent; without it each subject stands alone.

    Raises:
        NotFound: there is no such criterion.
        InvalidInput: it asks for free words, which cannot be compared.
    """
    criterion = comparable_criterion(criterion_id, session=session)
    doubles = read_doubles(criterion_id, session=session)
    clusters = clusters_of(doubles, conversations_of)
    names = judge_names(
        (opinion.judge for opinions in doubles.values() for opinion in opinions), session=session
    )
    ordered = criterion.kind == "scale"
    order = choices(criterion)
    columns = [*order, *sorted(_given(doubles) - set(order))]
    table = [_counted((opinion.answer for opinion in opinions), columns) for opinions in doubles.values()]
    groups = list(clusters.values())
    return Agreement(
        criterion=criterion,
        subjects=len(doubles),
        people=names,
        overall=fleiss_kappa(table, clusters=groups, level=level),
        weighted=fleiss_kappa(table, ordered=True, clusters=groups, level=level) if ordered else None,
        same=same_rate(pairs_of(doubles), clusters, level=level),
        pairs=_by_pair(doubles, clusters, names, order if ordered else (), level),
        answers=_by_answer(doubles, clusters, order, level),
    )


def _by_pair(
    doubles: Doubles,
    clusters: Clusters,
    names: Mapping[str, str],
    order: Sequence[str],
    level: float,
) -> list[PairAgreement]:
    common: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for subject, one, other in pairs_of(doubles):
        one, other = sorted((one, other), key=lambda opinion: (names[opinion.judge], opinion.judge))
        common[one.judge, other.judge].append((subject, one, other))
    found = []
    for judges, pairs in common.items():
        first, second = [one.answer for _, one, _ in pairs], [other.answer for _, _, other in pairs]
        groups = [clusters[subject] for subject, _, _ in pairs]
        repeated = groups if len(set(groups)) < len(groups) else None
        found.append(
            PairAgreement(
                judges=judges,
                names=(names[judges[0]], names[judges[1]]),
                kappa=cohen_kappa(first, second, clusters=repeated, level=level),
                weighted=cohen_kappa(first, second, order=order, clusters=repeated, level=level)
                if order
                else None,
                same=same_rate(pairs, clusters, level=level),
            )
        )
    return sorted(found, key=lambda pair: (-pair.kappa.n, pair.names))


def _by_answer(
    doubles: Doubles, clusters: Clusters, order: Sequence[str], level: float
) -> list[AnswerAgreement]:
    exploded: list[tuple[str, str | None]] = []
    groups: list[Hashable] = []
    for subject, one, other in pairs_of(doubles):
        mine, theirs = set(given(one.answer)), set(given(other.answer))
        for answer in mine | theirs:
            exploded.append((answer, answer if answer in mine & theirs else None))
            groups.append(clusters[subject])
    same = answer_agreement(exploded, clusters=groups, level=level)
    found = []
    for answer in [*order, *sorted(_given(doubles, apart=True) - set(order))]:
        if answer in same:
            table = [
                _counted((str(answer in given(opinion.answer)) for opinion in opinions), ("True", "False"))
                for opinions in doubles.values()
            ]
            kappa = fleiss_kappa(table, clusters=[clusters[subject] for subject in doubles], level=level)
            found.append(AnswerAgreement(answer, same[answer], kappa))
    return found


def _given(doubles: Doubles, *, apart: bool = False) -> set[str]:
    answers = {opinion.answer for opinions in doubles.values() for opinion in opinions}
    return {each for answer in answers for each in given(answer)} if apart else answers


def _counted(answers: Iterable[str], columns: Sequence[str]) -> list[int]:
    counts = Counter(answers)
    return [counts[column] for column in columns]
