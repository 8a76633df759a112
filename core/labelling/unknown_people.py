"""Who in a file of labels has no account here, to ask before the labels are taken in."""

from __future__ import annotations

import io

from core.database import Database
from core.identity import Actor, Permission, require
from core.labelling.formats import label_format
from core.labelling.importing import accounts_by_name, criterion_to_answer
from core.labelling.records import LabelRecord


def unknown_people(
    actor: Actor, *, database: Database, content: bytes, format: str, criterion_id: int
) -> list[str]:
    """The names in the file that no account goes by, in order. Stores nothing.

    Raises:
        PermissionDenied: the actor may not manage labels.
        NotFound, Conflict, InvalidInput: as :func:`core.labelling.import_labels`.
    """
    require(actor, Permission.LABELS_MANAGE)
    with database.reading() as session:
        criterion = criterion_to_answer(criterion_id, session=session)
        accounts = accounts_by_name({}, session=session)
    labels = label_format(format).read(io.BytesIO(content), kind=criterion.kind)
    names = {label.judge.strip() for label in labels if isinstance(label, LabelRecord)}
    return sorted(name for name in names if name and accounts.get(name.casefold()) is None)
