"""Versions of suites: what a run uses, whatever is edited meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound
from core.evals.content import CaseContent
from core.evals.suites.access import check_in_use, lock_suite
from core.evals.tables import (
    EvalCase,
    EvalCaseVersion,
    EvalSuite,
    EvalSuiteMember,
    EvalSuiteVersion,
    EvalSuiteVersionCase,
)
from core.identity import Person

_AT_ONCE = 200


def freeze_suite(
    suite_id: int, *, session: Session, person_id: int | None = None, note: str = ""
) -> EvalSuiteVersion:
    """The version of what a suite holds now: its accepted cases as they are.

    Safe to repeat: as long as nothing differs it is the same version. Checks no permission.

    Raises:
        NotFound: there is no such suite.
        InvalidInput: it has no accepted case.
        Conflict: it is archived.
    """
    suite = lock_suite(suite_id, session=session)
    check_in_use(suite)
    members = _accepted(suite_id, session=session)
    if not members:
        raise InvalidInput(
            f"“{suite.title}” has no accepted case yet, so there is nothing to run. Add cases and "
            "accept them."
        )
    return store_version(suite_id, members, session=session, person_id=person_id, note=note)


def store_version(
    suite_id: int,
    case_ids: Sequence[int],
    *,
    session: Session,
    person_id: int | None = None,
    note: str = "",
) -> EvalSuiteVersion:
    """The version of a suite with these cases as they are; the known one if nothing differs."""
    frozen: list[tuple[int, str]] = []
    for start in range(0, len(case_ids), _AT_ONCE):
        frozen += _freeze_cases(case_ids[start : start + _AT_ONCE], session=session)
    digest = hashlib.sha256("\n".join(sorted(each for _, each in frozen)).encode()).hexdigest()
    known = session.exec(
        select(EvalSuiteVersion)
        .where(EvalSuiteVersion.suite_id == suite_id, EvalSuiteVersion.digest == digest)
        .order_by(col(EvalSuiteVersion.number).desc())
        .limit(1)
    ).one_or_none()
    if known is not None:
        return known
    newest = session.scalar(
        select(func.max(EvalSuiteVersion.number)).where(EvalSuiteVersion.suite_id == suite_id)
    )
    version = EvalSuiteVersion(
        suite_id=suite_id,
        number=(newest or 0) + 1,
        digest=digest,
        case_count=len(frozen),
        note=note[:500],
        created_by_id=person_id,
    )
    session.add(version)
    session.flush()
    session.execute(
        insert(EvalSuiteVersionCase),
        [
            {"suite_version_id": version.key, "case_version_id": key, "position": position}
            for position, (key, _) in enumerate(frozen)
        ],
    )
    person = session.get(Person, person_id) if person_id is not None else None
    audit.record(
        person_id,
        person.name if person is not None else "Ratchet",
        "eval_suite.frozen",
        session=session,
        subject_type="eval_suite",
        subject_id=suite_id,
        version=version.number,
        cases=len(frozen),
    )
    return version


def suite_cases(version_id: int, *, session: Session) -> list[CaseContent]:
    """The cases of a version in the order of their positions. Checks no permission.

    Raises:
        NotFound: there is no such version.
    """
    get_suite_version(version_id, session=session)
    versions = session.exec(
        select(EvalCaseVersion)
        .join(EvalSuiteVersionCase, col(EvalSuiteVersionCase.case_version_id) == col(EvalCaseVersion.id))
        .where(EvalSuiteVersionCase.suite_version_id == version_id)
        .order_by(col(EvalSuiteVersionCase.position))
    )
    return [CaseContent.of_version(version) for version in versions]


def get_suite_version(version_id: int, *, session: Session) -> EvalSuiteVersion:
    """One version by its key. Checks no permission: it holds no text itself.

    Raises:
        NotFound: there is none.
    """
    found = session.get(EvalSuiteVersion, version_id)
    if found is None:
        raise NotFound(f"There is no suite version {version_id}.")
    return found


def list_suite_versions(suite_id: int, *, session: Session, limit: int = 50) -> Sequence[EvalSuiteVersion]:
    """Versions of a suite, newest first. Checks no permission: they hold no text themselves."""
    return session.exec(
        select(EvalSuiteVersion)
        .where(EvalSuiteVersion.suite_id == suite_id)
        .order_by(col(EvalSuiteVersion.number).desc())
        .limit(limit)
    ).all()


def suite_of_version(version_id: int, *, session: Session) -> EvalSuite:
    """The suite a version is of.

    Raises:
        NotFound: there is no such version.
    """
    return session.get_one(EvalSuite, get_suite_version(version_id, session=session).suite_id)


def _accepted(suite_id: int, *, session: Session) -> list[int]:
    found = session.exec(
        select(EvalCase.id)
        .join(EvalSuiteMember, col(EvalSuiteMember.case_id) == col(EvalCase.id))
        .where(EvalSuiteMember.suite_id == suite_id, EvalCase.state == "accepted")
        .order_by(col(EvalCase.id))
    )
    return [key for key in found if key is not None]


def _freeze_cases(case_ids: Sequence[int], *, session: Session) -> list[tuple[int, str]]:
    """Key and digest of the version of each case as it is now, in the order given."""
    # locked, so that two suites that share cases do not number the same version twice
    cases = session.exec(
        select(EvalCase)
        .where(col(EvalCase.id).in_(case_ids))
        .order_by(col(EvalCase.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    contents = {case.key: CaseContent.of_case(case) for case in cases}
    digests = {key: content.digest for key, content in contents.items()}
    known, newest = _known_versions(list(contents), session=session)
    at = now()
    missing: list[dict[str, Any]] = [
        {
            "case_id": key,
            "number": newest.get(key, 0) + 1,
            "content": content.as_json(),
            "digest": digests[key],
            "input_digest": content.input_digest,
            "created_at": at,
        }
        for key, content in contents.items()
        if (key, digests[key]) not in known
    ]
    if missing:
        session.execute(insert(EvalCaseVersion), missing)
        known, _ = _known_versions(list(contents), session=session)
    return [(known[key, digests[key]], digests[key]) for key in case_ids]


def _known_versions(
    case_ids: Sequence[int], *, session: Session
) -> tuple[dict[tuple[int, str], int], dict[int, int]]:
    """Keys of versions by case and digest, and the newest number of each case."""
    rows = session.execute(
        select(
            EvalCaseVersion.id, EvalCaseVersion.case_id, EvalCaseVersion.digest, EvalCaseVersion.number
        ).where(col(EvalCaseVersion.case_id).in_(case_ids))
    ).all()
    newest: dict[int, int] = {}
    for _, case_id, _, number in rows:
        newest[case_id] = max(number, newest.get(case_id, 0))
    return {(row[1], row[2]): row[0] for row in rows}, newest
