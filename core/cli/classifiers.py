"""``classifiers list | show | fit | evaluate | ship | rollback``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.evaluating import evaluate
from core.cli.fitting import fit
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.classifiers.tables import Classifier, ClassifierVersion

classifiers_app = typer.Typer(
    help="Answer a criterion at scale: by rules, examples, a prompt or a check.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the classifier.")]


@classifiers_app.command("list")
def list_all(
    with_archived: Annotated[bool, typer.Option("--archived", help="Also archived ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the classifiers with their question, examples and versions."""
    from core.classifiers import list_classifiers
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        found = list_classifiers(SYSTEM, session=session, with_archived=with_archived)
    for each in found:
        shown = _described(each.classifier) | {
            "examples": each.examples,
            "newest": each.newest,
            "live": each.live,
            "shadow": each.shadow,
        }
        if as_json:
            emit(shown)
            continue
        stages = [f"v{each.newest}"] if each.newest else ["no version"]
        stages += [f"v{each.live} live"] if each.live else []
        stages += [f"v{each.shadow} shadow"] if each.shadow else []
        archived = "  (archived)" if each.classifier.archived_at else ""
        typer.echo(
            f"{each.classifier.name:<28} {each.classifier.kind:<9} {each.classifier.criterion_name:<24} "
            f"{each.examples:>6,} examples  {', '.join(stages)}{archived}"
        )


@classifiers_app.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """Show one classifier, its examples by answer, and its versions."""
    from core.classifiers import count_examples, list_versions, open_desk
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.reading() as session:
        desk = open_desk(SYSTEM, name, session=session)
        counts = count_examples(desk.classifier.key, session=session)
        versions = list_versions(SYSTEM, desk.classifier.key, session=session)
    stages = {desk.classifier.live_version_id: "live", desk.classifier.shadow_version_id: "shadow"}
    shown = _described(desk.classifier) | {
        "question": desk.question.question,
        "examples": counts.total,
        "by_answer": {each: counts.teaching.get(each, 0) for each in desk.question.answers},
        "versions": [_version(each) | {"stage": stages.get(each.key, "")} for each in versions],
    }
    if as_json:
        emit(shown)
        return
    for field in ("name", "title", "purpose", "kind", "criterion", "question", "subject_type", "examples"):
        if shown[field] not in ("", None):
            typer.echo(f"{field.replace('_', ' '):<13} {shown[field]}")
    for each in shown["versions"]:
        stage = f"  {each['stage']}" if each["stage"] else ""
        typer.echo(f"version {each['version']:<5} {each['made']}  {each['examples']:,} examples{stage}")


classifiers_app.command("fit")(fit)
classifiers_app.command("evaluate")(evaluate)


@classifiers_app.command("ship")
def ship_version(
    name: Name,
    version: Annotated[int | None, typer.Option("--version", help="Default: the newest.")] = None,
    stage: Annotated[str, typer.Option("--stage", help="shadow or live.")] = "live",
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays visible.")] = "",
) -> None:
    """Let a version judge what arrives from now on."""
    from core.classifiers import get_classifier, get_version, ship
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        classifier = get_classifier(SYSTEM, name, session=session)
        found = get_version(SYSTEM, classifier.key, version, session=session)
        if stage == "live":
            _check_gate(classifier, found.key, session=session)
        ship(SYSTEM, classifier.key, found.key, session=session, stage=stage, reason=reason)
        number = found.version
    typer.echo(f"{classifier.name} version {number} is {'live' if stage == 'live' else 'in shadow'}.")


@classifiers_app.command("rollback")
def roll_back_version(
    name: Name, reason: Annotated[str, typer.Option("--reason", help="Why; it stays visible.")]
) -> None:
    """Let the version judge again that was live before."""
    from core.classifiers import get_classifier, roll_back, rollback_target
    from core.classifiers.tables import ClassifierVersion
    from core.identity import SYSTEM

    with opened() as (database, _settings), database.transaction() as session:
        classifier = get_classifier(SYSTEM, name, session=session)
        _check_gate(classifier, rollback_target(classifier, session=session), session=session)
        release = roll_back(SYSTEM, classifier.key, session=session, reason=reason)
        number = session.get_one(ClassifierVersion, release.version_id).version
    typer.echo(f"{classifier.name} version {number} is live again.")


def _check_gate(classifier: Classifier, version_id: int | None, *, session: Session) -> None:
    from core.classifiers import needs_proposal

    if needs_proposal(classifier, version_id, session=session):
        raise InvalidInput(
            f"“{classifier.title}” decides where the AI drafts nothing, so a change of it is replayed and "
            f"reviewed first: `proposals propose --classifier {classifier.name}`."
        )


def _described(classifier: Classifier) -> dict[str, Any]:
    return {
        "name": classifier.name,
        "title": classifier.title,
        "purpose": classifier.purpose,
        "kind": classifier.kind,
        "criterion": classifier.criterion_name,
        "subject_type": classifier.subject_type,
        "settings": classifier.settings,
        "archived": classifier.archived_at.isoformat() if classifier.archived_at else None,
    }


def _version(version: ClassifierVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "made": version.created_at.isoformat(),
        "examples": version.example_count,
        "threshold": version.threshold,
        "note": version.note,
    }
