"""Whether the work in progress leaves alone what it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.classifiers.authoring.work import Lately, check_settings, read_work, rows_of
from core.classifiers.kind import Services
from core.database import Database
from core.identity import Actor, Permission, require

if TYPE_CHECKING:
    from core.classifiers.measure import NearScope

_checked: Lately[NearScope] = Lately(8)


def check_scope(actor: Actor, classifier_id: int, *, database: Database, services: Services) -> NearScope:
    """Hide its answers in turn and see whether their texts are left alone; stores nothing.

    Asking again while nothing changed costs next to nothing.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
        InvalidInput: it cannot be checked; says why.
        ProviderError: the embedding service failed.
    """
    from core.classifiers.measure import near_scope

    require(actor, Permission.CLASSIFIERS_READ)
    work = read_work(classifier_id, database=database)
    check_settings(work)
    key = work.key(database=database, services=services)
    made = _checked.get(key)
    if made is None:
        made = near_scope(
            work.desk.kind,
            work.desk.question,
            work.desk.classifier.settings,
            work.examples,
            services=services,
            features=rows_of(work, database=database, services=services),
        )
        _checked.put(key, made)
    return made
