"""Labels out to files and in again."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from core.audit import list_entries
from core.criteria import Criterion, Judge, Judgement, in_force, record_judgement, retire_criterion
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import Actor
from core.labelling import FORMATS, LabelImport, answer_item, export_labels, import_labels
from core.labelling.formats import label_format
from core.labelling.records import LabelRecord
from tests.core.labelling.making import criterion, fill, judged, queue, take

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NAMED = TEXT.filter(bool)
CHOICE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|"), min_size=1, max_size=8
)
SPAN = st.fixed_dictionaries(
    {"start": st.integers(0, 50), "end": st.integers(51, 99), "text": TEXT},
    optional={"message_id": st.integers(1, 9)},
)
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))


@st.composite
def labels(draw: st.DrawFn) -> tuple[str, list[LabelRecord]]:
    """Records of one kind of criterion, each about a subject of its own."""
    kind = draw(st.sampled_from(["yes_no", "one_of", "many_of", "scale", "span", "note"]))
    records = []
    for place in range(draw(st.integers(0, 4))):
        reason, span = draw(TEXT), draw(st.none() | SPAN)
        if kind == "span":
            answers = ("marked",) if span else ("none",)
        elif kind == "note":
            answers, reason = ("noted",), f"N{reason}"
        elif kind == "scale":
            answers = (str(draw(st.integers(1, 5))),)
        else:
            answers = tuple(draw(st.lists(CHOICE, min_size=1, max_size=3 if kind == "many_of" else 1)))
        records.append(
            LabelRecord(
                subject_type="message",
                subject_id=place,
                answers=answers,
                judge=draw(NAMED),
                conversation=draw(TEXT),
                criterion=draw(TEXT),
                version=draw(st.none() | st.integers(1, 9)),
                reason=reason,
                span=span,
                created_at=draw(st.none() | MOMENTS),
                external_id=draw(TEXT),
                text=draw(TEXT),
            )
        )
    return kind, records


@pytest.mark.parametrize("format", FORMATS)
@given(labels())
def test_what_is_written_is_read_back_exactly(format: str, made: tuple[str, list[LabelRecord]]) -> None:
    kind, records = made
    chosen = label_format(format)
    text = "".join(chosen.write(iter(records), kind=kind))
    found = list(chosen.read(io.BytesIO(text.encode()), kind=kind))
    if format == "label_studio":
        json.loads(text)
        if not records:
            assert [type(each).__name__ for each in found] == ["Reject"]
            return
    assert [_bare(each) for each in found] == [_bare(each) for each in records]


@pytest.mark.parametrize("format", FORMATS)
@given(
    st.binary(max_size=200)
    | st.text(alphabet='[]{}",:\nab1answerjudgesubject_id', max_size=80).map(str.encode)
)
def test_any_bytes_are_read_or_rejected(format: str, content: bytes) -> None:
    for each in label_format(format).read(io.BytesIO(content), kind="yes_no"):
        assert each.line >= 0


def _bare(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in LabelRecord.__slots__ if name != "line"}


def exported(database: Database, actor: Actor, format: str, **what: Any) -> bytes:
    return "".join(export_labels(actor, database=database, format=format, **what)).encode()


def imported(
    database: Database, actor: Actor, content: bytes, format: str = "csv", **rest: Any
) -> LabelImport:
    criterion_id = rest.pop("criterion_id", None) or criterion(database).key
    return import_labels(
        actor, database=database, content=content, format=format, criterion_id=criterion_id, **rest
    )


def stored(database: Database) -> list[Judgement]:
    with database.reading() as session:
        return list(session.exec(select(Judgement).where(*in_force()).order_by(Judgement.id)))


def forget(session: Session) -> None:
    """As in another installation: the subjects are there, the labels are not."""
    for each in session.exec(select(Judgement)).all():
        session.delete(each)


@pytest.mark.parametrize("format", FORMATS)
def test_out_and_in_again_gives_the_same_judgements(
    database: Database, lucia: Actor, maeve: Actor, format: str
) -> None:
    ids = fill(database, 3)
    with database.transaction() as session:
        span = {"start": 0, "end": 5, "text": "Where", "message_id": 1}
        judged(session, Judge.person(lucia), ids[0], "yes", reason="=SUM(1)\nsecond line")
        judged(session, Judge.person(maeve), ids[0], "no", span=span)
        judged(session, Judge.outside("Ann, of “Elsewhere”"), ids[2], "yes")
        judged(session, Judge.classifier("c1"), ids[1], "yes")
    before = [(each.subject_id, each.judge, each.answer, each.reason, each.span, each.created_at)
              for each in stored(database) if each.judge_type == "person"]  # fmt: skip
    content = exported(database, lucia, format, criterion_id=criterion(database).key)
    same = imported(database, lucia, content, format)
    assert (same.added, same.unchanged, same.rejects) == (0, 3, [])

    with database.transaction() as session:
        forget(session)
    first = imported(database, lucia, content, format)
    assert (first.added, first.unchanged, first.superseded, first.rejects) == (3, 0, 0, [])
    assert first.unknown_people == ["Ann, of “Elsewhere”"]
    after = stored(database)
    assert [
        (each.subject_id, each.judge, each.answer, each.reason, each.span, each.created_at) for each in after
    ] == before
    assert {each.origin for each in after} == {"import"}
    again = imported(database, lucia, content, format)
    assert (again.added, again.unchanged) == (0, 3)
    with database.reading() as session:
        actions = [entry.action for entry in list_entries(session=session, action="labels.")]
    assert actions == ["labels.imported", "labels.imported", "labels.imported", "labels.exported"]


def test_what_was_taken_back_here_does_not_come_back(database: Database, lucia: Actor, maeve: Actor) -> None:
    ids = fill(database, 1)
    content = f"subject_id,answer,judge\n{ids[0]},yes,maeve\n".encode()
    assert imported(database, lucia, content).added == 1
    with database.transaction() as session:
        judged(session, Judge.person(maeve), ids[0], "no")
    assert imported(database, lucia, content).unchanged == 1
    assert [each.answer for each in stored(database)] == ["no"]


def test_a_changed_label_supersedes_unless_it_is_the_older_one(
    database: Database, lucia: Actor, maeve: Actor
) -> None:
    ids = fill(database, 1)
    head = "id,subject_id,answer,judge,created_at\n"
    old = f"{head}7,{ids[0]},yes,maeve,2026-01-01T10:00:00+00:00\n".encode()
    new = f"{head}7,{ids[0]},no,maeve,2026-01-02T10:00:00+00:00\n".encode()
    older = f"{head}8,{ids[0]},yes,maeve,2025-01-02T10:00:00+00:00\n".encode()
    assert imported(database, lucia, old).added == 1
    second = imported(database, lucia, new)
    assert (second.added, second.superseded) == (1, 1)
    assert "answered this anew on 02 Jan 2026" in imported(database, lucia, older).rejects[0].reason
    assert [each.answer for each in stored(database)] == ["no"]


def test_people_are_found_mapped_or_kept_by_name(database: Database, lucia: Actor, maeve: Actor) -> None:
    ids = fill(database, 3)
    content = (
        f"subject_id,answer,judge\n{ids[0]},yes,MAEVE\n{ids[1]},no,ann@elsewhere.example\n{ids[2]},no,Bo\n"
    ).encode()
    first = imported(database, lucia, content)
    assert first.unknown_people == ["Bo", "ann@elsewhere.example"]
    assert [each.judge for each in stored(database)] == [
        str(maeve.person_id),
        "outside:ann@elsewhere.example",
        "outside:Bo",
    ]
    mapped = imported(database, lucia, content, people={"Bo": lucia.person_id})
    assert (mapped.added, mapped.superseded, mapped.unchanged) == (1, 1, 2)
    assert [each.judge for each in stored(database)][-1] == str(lucia.person_id)
    assert len(stored(database)) == 3
    with pytest.raises(InvalidInput, match="“Bo” is said to be person 999"):
        imported(database, lucia, content, people={"Bo": 999})


def test_bad_rows_are_rejected_one_by_one(database: Database, lucia: Actor, maeve: Actor) -> None:
    ids = fill(database, 2)
    rows = [
        "subject_id,conversation,criterion,version,answer,judge,span,created_at,subject_type",
        f"{ids[0]},,,,perhaps,maeve,,,",
        "999999,,,,yes,maeve,,,",
        f"{ids[0]},test/c1,,,yes,maeve,,,",
        ",test/c1,,,yes,maeve,,,",
        ",nowhere/c1,,,yes,maeve,,,",
        f"{ids[0]},,,,yes,,,,",
        f"{ids[0]},,tone,,yes,maeve,,,",
        f"{ids[0]},,,2,yes,maeve,,,",
        f"{ids[0]},,,,yes,maeve,nonsense,,",
        f"{ids[0]},,,,yes,maeve,,yesterday,",
        f"{ids[0]},,,,yes,maeve,,,message",
        "one,,,,yes,maeve,,,",
        f"{ids[0]},,,,,maeve,,,",
        "too,few",
        f"{ids[0]},,,,yes,maeve,,,",
    ]
    report = imported(database, lucia, "\r\n".join(rows).encode())
    assert (report.added, len(report.rejects)) == (2, 13)
    reasons = {reject.line: reject.reason for reject in report.rejects}
    for line, words in (
        (2, "'perhaps' does not answer"),
        (3, "there is no conversation 999999"),
        (4, "does not belong to 'test/c1'"),
        (6, "there is no conversation 'nowhere/c1'"),
        (7, "does not say who"),
        (8, "answers 'tone'"),
        (9, "answers version 2"),
        (10, "the span must be JSON"),
        (11, "'yesterday' is not a date"),
        (12, "about a 'message'"),
        (13, "whole number"),
        (14, "nothing is answered"),
        (15, "2 fields"),
    ):
        assert words in reasons[line], (line, reasons[line])


def test_label_studio_as_it_exports(database: Database, lucia: Actor, maeve: Actor) -> None:
    ids = fill(database, 2)
    yes = {"type": "choices", "from_name": "a", "to_name": "t", "value": {"choices": ["yes"]}}
    tasks = [
        {
            "data": {"subject_id": ids[0]},
            "annotations": [
                {"id": 1, "completed_by": {"id": 4, "email": "x@y.example"}, "result": [yes]},
                {"id": 2, "completed_by": 5, "result": [yes], "was_cancelled": True},
                {"id": 3, "completed_by": "maeve", "result": []},
                {"id": 4, "completed_by": "maeve", "result": [{**yes, "type": "polygon"}]},
                {"id": 5, "completed_by": "maeve", "result": ["?"]},
            ],
        },
        "not a task",
        {"data": {"conversation": "test/c1"}, "annotations": [{"completed_by": "maeve", "result": [yes]}]},
    ]
    report = imported(database, lucia, b"\xef\xbb\xbf" + json.dumps(tasks).encode(), "label_studio")
    assert (report.added, report.unknown_people) == (2, ["x@y.example"])
    assert [(reject.line, reject.external_id) for reject in report.rejects] == [
        (1, "3"), (1, "4"), (1, "5"), (2, ""),
    ]  # fmt: skip
    broken = imported(database, lucia, json.dumps(tasks[:1]).encode()[:-1] + b", {", "label_studio")
    assert broken.unchanged == 1
    assert "the rest was not read" in broken.rejects[-1].reason


def test_a_queue_exports_only_its_own_answers(
    database: Database, lucia: Actor, maeve: Actor, tmp_path: Path
) -> None:
    ids = fill(database, 3)
    with database.transaction() as session:
        judged(session, Judge.person(lucia), ids[0], "yes")
    made = queue(database, lucia)
    view = take(database, maeve, made.key)
    assert view is not None
    with database.transaction() as session:
        answer_item(maeve, view.assignment.key, session=session, answer="no")
    lines = exported(database, lucia, "csv", queue_id=made.key).decode().splitlines()
    assert len(lines) == 2
    assert ",no," in lines[1]
    assert "Where is invoice" in lines[1]
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines), "utf-8")
    report = import_labels(
        lucia, database=database, path=path, format="csv", criterion_id=criterion(database).key
    )
    assert report.unchanged == 1


def test_many_answers_spans_and_notes_of_messages(database: Database, lucia: Actor) -> None:
    fill(database, 2)
    with database.transaction() as session:
        for kind, answers in (("many_of", ["a", "b", "c"]), ("span", []), ("note", []), ("scale", [])):
            session.add(
                Criterion(name=kind, question="?", kind=kind, subjects=["message", "draft"], answers=answers)
            )
    given_answers: tuple[tuple[str, Any, str], ...] = (
        ("many_of", ["c", "a"], ""), ("span", "none", ""), ("note", "noted", "Good."), ("scale", "4", "")
    )  # fmt: skip
    for kind, answer, reason in given_answers:
        with database.transaction() as session:
            record_judgement(
                Judge.person(lucia),
                kind,
                session=session,
                subject_id=1,
                subject_type="message",
                answer=answer,
                reason=reason,
            )
        asked = criterion(database, kind).key
        for format in FORMATS:
            content = exported(database, lucia, format, criterion_id=asked)
            with database.transaction() as session:
                forget(session)
            report = imported(database, lucia, content, format, criterion_id=asked)
            assert (kind, format, report.added, report.rejects) == (kind, format, 1, [])
    assert [each.reason for each in stored(database)] == [""]


def test_who_may_and_what_cannot_be(database: Database, lucia: Actor, maeve: Actor, tmp_path: Path) -> None:
    fill(database, 1)
    key = criterion(database).key
    with pytest.raises(PermissionDenied):
        export_labels(maeve, database=database, criterion_id=key)
    with pytest.raises(PermissionDenied):
        imported(database, maeve, b"")
    with pytest.raises(InvalidInput, match="a queue or those of a criterion"):
        export_labels(lucia, database=database)
    with pytest.raises(NotFound):
        export_labels(lucia, database=database, queue_id=9)
    with pytest.raises(InvalidInput, match="no label format 'xml'"):
        imported(database, lucia, b"", "xml")
    with pytest.raises(InvalidInput, match="No such file"):
        import_labels(lucia, database=database, path=tmp_path / "no", format="csv", criterion_id=key)
    assert "missing: answer, judge, subject_id" in imported(database, lucia, b"a,b\n1,2\n").rejects[0].reason
    with database.transaction() as session:
        retire_criterion(lucia, "resolved", session=session)
    with pytest.raises(Conflict, match="retired"):
        imported(database, lucia, b"", criterion_id=key)
