"""``classifiers fit``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evaluating import print_report, shown_figures
from core.cli.examples import EXAMPLES_HELP, read_examples_file
from core.cli.output import emit, say
from core.errors import Conflict, InvalidInput, NotFound, RatchetError

if TYPE_CHECKING:
    from core.classifiers import Added, NewExample
    from core.classifiers.tables import Classifier
    from core.criteria import Criterion
    from core.database import Database

_NAMED = 5  # contradictions that are shown
SETTINGS_HELP = 'The rules; of other kinds JSON, for example {"check": NAME, "parameters": {}}.'


def fit(
    criterion: Annotated[str, typer.Option("--criterion", help="Name of the question.", metavar="KEY")],
    name: Annotated[str, typer.Option("--name", help="Of the classifier; made when there is none.")],
    examples: Annotated[str, typer.Option("--examples", help=EXAMPLES_HELP, metavar="FILE")] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="What makes a new one: rules, examples, prompt or check.")
    ] = "examples",
    settings_file: Annotated[
        str, typer.Option("--settings", help=SETTINGS_HELP, metavar="FILE", show_default=False)
    ] = "",
    subject: Annotated[
        str, typer.Option("--subject", help="Of a new one: conversation, message, draft or reply.")
    ] = "",
    new_criterion: Annotated[
        bool,
        typer.Option("--new-criterion", help="If there is no such question, make it of the file's answers."),
    ] = False,
    note: Annotated[str, typer.Option("--note", help="What is new in this version.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add the examples of a file to a classifier, store its settings, and make a version of all it has.

    Repeating it adds nothing twice. Examples of one group never straddle a split; held-out ones measure and
    never teach. Examples that are no longer in the file stay.
    """
    from core.classifiers import Report, add_many, fit_version, open_services
    from core.identity import SYSTEM

    read = read_examples_file(examples) if examples else []
    wanted = _settings(settings_file, kind) if settings_file else None
    with opened() as (database, settings):
        asked = _criterion(criterion, read, subject, database, make=new_criterion)
        classifier = _classifier(name, asked, kind, subject, database)
        if wanted is not None:
            _set(classifier, wanted, database)
        added = add_many(SYSTEM, classifier.key, read, database=database, source="file")
        services = open_services(database, settings)
        version = fit_version(SYSTEM, classifier.key, database=database, services=services, note=note)
    report = Report.from_json(version.report) if version.report else None
    if as_json:
        emit(
            {
                "name": classifier.name,
                "version": version.version,
                "examples": version.example_count,
                "added": added.added,
                "already": added.already,
                "changed": added.changed,
                "contradicting": len(added.contradicting),
                "threshold": version.threshold,
                "figures": shown_figures(report),
            }
        )
    else:
        typer.echo(
            f"{classifier.name} version {version.version}: {version.example_count:,} examples "
            f"({added.added:,} new, {added.already:,} known, {added.changed:,} corrected)."
        )
        print_report(report, every_answer=False)
    _name_contradictions(added)


def _criterion(
    name: str, read: Sequence[NewExample], subject: str, database: Database, *, make: bool
) -> Criterion:
    """The question; made of the answers that were found, where that was asked for."""
    from core.criteria import current_criterion, publish_criterion
    from core.identity import SYSTEM

    with database.reading() as session:
        found = current_criterion(name, session=session)
    if found is not None:
        return found
    if not make:
        raise NotFound(
            f"There is no criterion {name!r}. Make it with `criteria publish FILE`, or give --new-criterion "
            "to make it of the answers in the file."
        )
    several = any(not isinstance(each.answer, str) for each in read)
    answers = sorted({part for each in read for part in _parts(each) if part})
    with database.transaction() as session:
        made = publish_criterion(
            SYSTEM,
            session=session,
            name=name,
            question=name.replace("_", " ").strip().capitalize() + "?",
            kind="many_of" if several else "one_of",
            subjects=[subject or "message"],
            answers=answers,
        )
    say(f"made the criterion {name} ({made.kind}) with {len(answers):,} answers")
    return made


def _settings(path: str, kind: str) -> dict[str, Any]:
    """What a file says about a classifier of this kind."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        found = {"rules": text} if kind == "rules" and not text.lstrip().startswith("{") else json.loads(text)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise InvalidInput(f"{path} is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{path} must be an object with the settings, such as {{}}.")
    return found


def _set(classifier: Classifier, settings: dict[str, Any], database: Database) -> None:
    """Store the settings, unless they make no version: then nothing is changed."""
    from core.classifiers import change_classifier, get_kind, open_desk
    from core.identity import SYSTEM

    with database.transaction() as session:
        desk = open_desk(SYSTEM, classifier.name, session=session)
        if problems := get_kind(classifier.kind).problems(desk.question, settings):
            raise InvalidInput("\n".join(problems))
        change_classifier(
            SYSTEM, classifier.key, session=session, revision=desk.classifier.revision, settings=settings
        )


def _parts(example: NewExample) -> tuple[str, ...]:
    return (example.answer,) if isinstance(example.answer, str) else tuple(example.answer)


def _classifier(name: str, criterion: Criterion, kind: str, subject: str, database: Database) -> Classifier:
    """The classifier of this name, made where there is none."""
    from core.classifiers import create_classifier, get_classifier
    from core.identity import SYSTEM

    try:
        with database.reading() as session:
            found = get_classifier(SYSTEM, name, session=session)
    except NotFound:
        with database.transaction() as session:
            return create_classifier(
                SYSTEM,
                session=session,
                name=name,
                title=name.replace("_", " ").replace("-", " ").strip().capitalize() or name,
                criterion_name=criterion.name,
                kind=kind,
                subject_type=subject,
            )
    is_another: RatchetError | None = None
    if found.criterion_name != criterion.name:
        is_another = Conflict(
            f"{found.name} answers {found.criterion_name}, not {criterion.name}. Choose another --name."
        )
    elif found.kind != kind:
        is_another = Conflict(f"{found.name} is of the kind {found.kind}, not {kind}. Choose another --name.")
    elif subject not in ("", found.subject_type):
        is_another = InvalidInput(f"{found.name} judges a {found.subject_type}, not a {subject}.")
    if is_another is not None:
        raise is_another
    return found


def _name_contradictions(added: Added) -> None:
    for each in added.contradicting[:_NAMED]:
        say(
            f"contradiction: “{each.text[:80]}” is “{each.stands}” and “{each.offered}”; the first one counts"
        )
    if len(added.contradicting) > _NAMED:
        say(f"and {len(added.contradicting) - _NAMED:,} more contradictions")
