"""How good a stored version is on examples that somebody brings along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.classifiers.authoring.adding import NewExample, checked
from core.classifiers.kind import Example, Services, Subject
from core.classifiers.opening import open_version
from core.criteria import get_criterion
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require

if TYPE_CHECKING:
    from core.classifiers.measure import Report


def measure_version(
    actor: Actor,
    version_id: int,
    examples: Sequence[NewExample],
    *,
    database: Database,
    services: Services,
) -> Report:
    """Measure a version on texts with answers; stores nothing.

    Whoever brings the examples knows that it was not taught them: the figures are those of held-out ones.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such version.
        InvalidInput: there are no examples, or an answer is none of the version's.
        ProviderError: the embedding service or the model failed.
    """
    from core.classifiers.measure import measure

    require(actor, Permission.CLASSIFIERS_READ)
    if not examples:
        raise InvalidInput("There are no examples to measure on.")
    opened = open_version(version_id, database=database, services=services)
    with database.reading() as session:
        criterion = get_criterion(opened.version.criterion_id, session=session)
    wanted = []
    for place, each in enumerate(examples, start=1):
        try:
            answer = checked(criterion, each.answer)
        except InvalidInput as error:
            raise InvalidInput(f"Example {place}: {error}") from None
        subject = Subject(
            each.text,
            opened.version.subject_type,
            channel=each.channel,
            locale=each.locale,
        )
        wanted.append(Example(subject, answer, group=each.group, held_out=True))
    scores = opened.model.score([each.subject for each in wanted])
    return measure(opened.question, wanted, scores, opened.threshold)
