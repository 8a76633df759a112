"""The services classifiers get in this process, with whoever hides personal data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core.classifiers.kind import Services, Subject
from core.database import Database
from core.errors import ConfigurationError
from core.llm import get_embedder, keep_usage
from core.settings import Settings

MaskSubjects = Callable[[Sequence[Subject], Database], Sequence[Subject]]
"""The same subjects with personal data hidden in what they say; the database tells whose they are."""

_masks: list[MaskSubjects] = []


def masks_subjects(mask: MaskSubjects) -> MaskSubjects:
    """Decorator: this is what hides personal data before texts leave. ``core.assist`` has it.

    Classifiers live a floor below and cannot import it. Where nobody did, kinds that would send texts away
    refuse: nothing leaves unmasked because a line was forgotten.
    """
    _masks[:] = [mask]
    return mask


def open_services(database: Database, settings: Settings) -> Services:
    """What classifiers may use, wherever they run: pages, background work and the command line."""
    return Services(
        settings=settings,
        embedder=lambda: get_embedder(settings),
        mask=partial(_mask, database=database),
        usage=partial(keep_usage, database=database.base),
    )


def _mask(subjects: Sequence[Subject], database: Database) -> Sequence[Subject]:
    if not _masks:
        raise ConfigurationError(
            "This classifier sends texts to a model service, and nothing in this process hides personal data "
            "in them first: import core.assist. Nothing was sent."
        )
    return _masks[0](subjects, database)
