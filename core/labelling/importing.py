"""Labels from files of other tools."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session, col, select

from core import audit
from core.conversations import Reject
from core.criteria import Criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, Person, require
from core.labelling.formats import label_format
from core.labelling.frames import chunked
from core.labelling.importing_batch import LabelBatch, Outcome
from core.labelling.records import LabelRecord

_BATCH = 200


@dataclass(slots=True)
class LabelImport:
    """What an import did.

    Attributes:
        superseded: how many of the added ones correct an earlier answer.
        rejects: what did not go in, by line (CSV) or task (Label Studio), and why.
        unknown_people: names nobody here goes by; their labels are kept under those names.
    """

    added: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejects: list[Reject] = field(default_factory=list)
    unknown_people: list[str] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Take one label into account."""
        if outcome is Outcome.UNCHANGED:
            self.unchanged += 1
            return
        self.added += 1
        self.superseded += outcome is Outcome.SUPERSEDED


def import_labels(
    actor: Actor,
    *,
    database: Database,
    format: str,
    criterion_id: int,
    path: Path | None = None,
    content: bytes | None = None,
    people: Mapping[str, int | None] | None = None,
) -> LabelImport:
    """Take in labels from a file; importing it again changes nothing.

    Labels stand under the account that goes by the name in the file (user name or e-mail address), else
    under the name itself, which is then reported. Whatever stops an import, the labels before it are
    in, and importing the file again goes on.

    Args:
        path: the file, or its ``content``.
        criterion_id: the version of the criterion that the labels answer.
        people: whose labels they are, by the name in the file; None keeps the name.

    Raises:
        PermissionDenied: the actor may not manage labels.
        NotFound: there is no such criterion.
        Conflict: it has been retired.
        InvalidInput: the file cannot be opened, there is no such format, or a person named is not there.
    """
    require(actor, Permission.LABELS_MANAGE)
    chosen = label_format(format)
    with database.reading() as session:
        criterion = criterion_to_answer(criterion_id, session=session)
        accounts = accounts_by_name(people or {}, session=session)
    report = LabelImport()
    unknown: dict[str, None] = {}
    with _opened(path, content) as handle:
        for batch in chunked(chosen.read(handle, kind=criterion.kind), _BATCH):
            labels = [each for each in batch if isinstance(each, LabelRecord)]
            report.rejects += [each for each in batch if isinstance(each, Reject)]
            with database.transaction() as session:
                writer = LabelBatch(criterion, accounts, labels, session=session)
                for label in labels:
                    try:
                        report.count(writer.add(label))
                    except (InvalidInput, Conflict) as error:
                        report.rejects.append(Reject(label.line, str(error), label.external_id[:200]))
                    else:
                        if accounts.get(label.judge.strip().casefold()) is None:
                            unknown[label.judge.strip()] = None
    report.rejects.sort(key=lambda reject: reject.line)
    report.unknown_people = sorted(unknown)
    with database.transaction() as session:
        _record(actor, report, criterion, format, session=session)
    return report


def criterion_to_answer(criterion_id: int, *, session: Session) -> Criterion:
    criterion = session.get(Criterion, criterion_id)
    if criterion is None:
        raise NotFound(f"There is no criterion {criterion_id}.")
    if criterion.retired_at is not None:
        raise Conflict(f"“{criterion.question}” has been retired. Restore it before importing labels.")
    return criterion


def accounts_by_name(people: Mapping[str, int | None], *, session: Session) -> dict[str, int | None]:
    """Person ids by the names files may use, in lower case; what ``people`` says comes first."""
    everybody = session.exec(select(Person).order_by(col(Person.id))).all()
    known = {person.key for person in everybody}
    accounts: dict[str, int | None] = {}
    for person in everybody:
        for name in (person.username, person.email):
            if name:
                accounts.setdefault(name.casefold(), person.key)
    for name, person_id in people.items():
        if person_id is not None and person_id not in known:
            raise InvalidInput(f"“{name}” is said to be person {person_id}, and there is none.")
        accounts[name.casefold()] = person_id
    return accounts


@contextmanager
def _opened(path: Path | None, content: bytes | None) -> Iterator[BinaryIO]:
    if (path is None) == (content is None):
        raise InvalidInput("Give either a file or its content.")
    if path is None:
        yield io.BytesIO(content or b"")
        return
    try:
        handle = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}") from None
    with handle:
        yield handle


def _record(
    actor: Actor, report: LabelImport, criterion: Criterion, format: str, *, session: Session
) -> None:
    audit.record(
        actor.person_id,
        actor.who,
        "labels.imported",
        session=session,
        subject_type="criterion",
        subject_id=criterion.key,
        criterion=criterion.name,
        version=criterion.version,
        format=format,
        added=report.added,
        unchanged=report.unchanged,
        superseded=report.superseded,
        rejects=len(report.rejects),
        unknown_people=len(report.unknown_people),
    )
