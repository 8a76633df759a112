"""``proposals list | show | propose | remove | review | override | ship | withdraw``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.acting import As, Decider, actor_named
from core.cli.context import AsJson, opened
from core.cli.output import emit
from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.releases import Gate, Proposal, ProposalView

proposals_app = typer.Typer(
    help="Changes somebody wants to go live: see, review, override, release.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(help="Number of the proposal.")]


@proposals_app.command("list")
def list_all(
    state: Annotated[
        str, typer.Option("--state", help="open, draft, returned, approved, released or withdrawn.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List proposals, newest first."""
    from core.identity import SYSTEM
    from core.releases import list_proposals

    with opened() as (database, _settings), database.reading() as session:
        rows = list_proposals(SYSTEM, session=session, state=state or None, limit=limit)
    for row in rows:
        if as_json:
            shown = {"stage": row.stage, "author": row.author, "kinds": row.kinds, "changes": row.titles}
            emit(_facts(row.proposal) | shown)
            continue
        what = ", ".join(row.titles)
        typer.echo(f"{row.proposal.key:>6}  {row.stage:<10} {row.author:<20} {row.proposal.title}  [{what}]")
    if not rows and not as_json:
        typer.echo("no proposals")


@proposals_app.command("show")
def show(proposal: Number, as_json: AsJson = False) -> None:
    """Show one proposal: its changes, its gate, what happened."""
    from core.identity import SYSTEM
    from core.releases import get_proposal, read_gate

    with opened() as (database, settings):
        with database.reading() as session:
            view = get_proposal(SYSTEM, proposal, session=session)
        gate = read_gate(SYSTEM, proposal, database=database, settings=settings)
    if as_json:
        emit(_shown(view, gate))
        return
    typer.echo(f"{view.proposal.title}  ({view.stage}, by {view.author})")
    if view.proposal.why:
        typer.echo(view.proposal.why)
    for change in view.changes:
        typer.echo(f"- {change.title}: {change.words}")
    typer.echo("gate: open" if gate.open else "gate: closed")
    for rule in gate.rules:
        mark = "overridden" if rule.overridden else rule.state
        typer.echo(f"  {mark:<10} {rule.title}. {rule.words}")
    for event in view.history:
        typer.echo(f"{event.at:%Y-%m-%d %H:%M}  {event.who} {event.words}".rstrip())


@proposals_app.command("propose")
def propose(
    edit: Annotated[int | None, typer.Option("--edit", help="Number of an edit of an article.")] = None,
    archive: Annotated[int | None, typer.Option("--archive", help="Number of an article.")] = None,
    classifier: Annotated[str, typer.Option("--classifier", help="Name of a classifier.")] = "",
    version: Annotated[int | None, typer.Option("--version", help="Of the classifier.")] = None,
    instructions: Annotated[
        Path | None, typer.Option("--instructions", help="A text file; an empty one: the code's own.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART=VALUE", help="provider, name, base_url or api; `=` alone: the operator's."
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title")] = "",
    why: Annotated[str, typer.Option("--why")] = "",
    to: Annotated[int | None, typer.Option("--to", help="Add it to this proposal.")] = None,
    by: As = "",
    as_json: AsJson = False,
) -> None:
    """Propose one change."""
    from core.classifiers import get_classifier, get_version
    from core.releases import propose_archive, propose_change, propose_edit

    given = [edit is not None, archive is not None, bool(classifier), instructions is not None, bool(model)]
    if sum(given) != 1:
        raise InvalidInput("Name one of --edit, --archive, --classifier, --instructions and --model.")
    try:
        text = instructions.read_text("utf-8") if instructions is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{instructions} cannot be read: {error}") from None
    with opened() as (database, _settings), database.transaction() as session:
        actor = actor_named(by, session=session)
        options: dict[str, Any] = {"session": session, "title": title, "why": why, "proposal_id": to}
        if edit is not None:
            made = propose_edit(actor, edit, **options)
        elif archive is not None:
            made = propose_archive(actor, archive, **options)
        elif classifier:
            found = get_classifier(actor, classifier, session=session)
            chosen = get_version(actor, found.key, version, session=session)
            content = {"version_id": chosen.key}
            made = propose_change(actor, "classifier", content, classifier_id=found.key, **options)
        elif model:
            made = propose_change(actor, "model", _parts(model), **options)
        else:
            made = propose_change(actor, "instructions", {"text": text}, **options)
        shown = _facts(made)
    _tell(shown, f"Proposal {made.key}: {made.title}", as_json)


@proposals_app.command("remove")
def remove_one(
    change: Annotated[int, typer.Argument(help="Number of the change, as `proposals show --json` says.")],
    by: As = "",
    as_json: AsJson = False,
) -> None:
    """Take a change out of its proposal; what was said about the others has to be said again."""
    from core.releases import remove_change

    with opened() as (database, _settings), database.transaction() as session:
        made = remove_change(actor_named(by, session=session), change, session=session)
        shown = _facts(made)
    _tell(shown, f"Proposal {made.key}: {made.title}", as_json)


@proposals_app.command("review")
def review_one(
    proposal: Number,
    by: Decider,
    approve: Annotated[bool, typer.Option("--approve/--return", help="What is decided.")],
    note: Annotated[str, typer.Option("--note", help="What is to be changed, or what was looked at.")] = "",
    as_json: AsJson = False,
) -> None:
    """Approve a proposal, or return it to its author. Nobody approves their own."""
    from core.releases import review

    with opened() as (database, _settings), database.transaction() as session:
        actor = actor_named(_named(by), session=session)
        made = review(actor, proposal, approve=approve, note=note, revision=None, session=session)
        shown = _facts(made)
    _tell(shown, f"Proposal {made.key} is {made.state}.", as_json)


@proposals_app.command("override")
def override_one(
    proposal: Number,
    by: Decider,
    reason: Annotated[str, typer.Option("--reason", help="Why the rules that fail do not matter; it stays.")],
    as_json: AsJson = False,
) -> None:
    """Let a proposal pass the rules that do not hold now. Managers only."""
    from core.releases import override

    with opened() as (database, settings):
        with database.reading() as session:
            actor = actor_named(_named(by), session=session)
        made = override(actor, proposal, reason, revision=None, database=database, settings=settings)
    names = ", ".join(each["name"] for each in made.overridden)
    _tell(_facts(made) | {"overridden": made.overridden}, f"Overridden: {names}.", as_json)


@proposals_app.command("ship")
def ship_one(proposal: Number, by: As = "", as_json: AsJson = False) -> None:
    """Release a proposal: all of its changes at once, if its gate is open."""
    from core.releases import ship

    with opened() as (database, settings):
        with database.reading() as session:
            actor = actor_named(by, session=session)
        release = ship(actor, proposal, database=database, settings=settings)
    shown = {
        "release": release.key,
        "proposal": proposal,
        "before_build": release.before_build,
        "after_build": release.after_build,
    }
    _tell(shown, f"Release {release.key}: build {release.after_build}.", as_json)


@proposals_app.command("withdraw")
def withdraw_one(proposal: Number, by: As = "", as_json: AsJson = False) -> None:
    """Give a proposal up; its edits are open again."""
    from core.releases import withdraw

    with opened() as (database, _settings), database.transaction() as session:
        made = withdraw(actor_named(by, session=session), proposal, session=session)
        shown = _facts(made)
    _tell(shown, f"Proposal {made.key} is withdrawn.", as_json)


def _parts(given: list[str]) -> dict[str, str]:
    parts = dict(each.partition("=")[::2] for each in given)
    if any("=" not in each for each in given):
        raise InvalidInput("Write each part of the model like --model provider=offline.")
    return {name: value for name, value in parts.items() if name}


def _named(username: str) -> str:
    if not username.strip():
        raise InvalidInput("Say with --as who decides: it has to be a person.")
    return username


def _facts(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal.key,
        "title": proposal.title,
        "state": proposal.state,
        "revision": proposal.revision,
        "why": proposal.why,
        "created": proposal.created_at.isoformat(),
    }


def _shown(view: ProposalView, gate: Gate) -> dict[str, Any]:
    return _facts(view.proposal) | {
        "stage": view.stage,
        "author": view.author,
        "reviewer": view.reviewer,
        "changes": [
            {
                "change": each.change.key,
                "kind": each.kind,
                "title": each.title,
                "words": each.words,
                "before": each.before,
                "after": each.after,
                "moved_on": each.moved_on,
                "overtaken": each.overtaken,
            }
            for each in view.changes
        ],
        "gate": {"open": gate.open, "rules": gate.as_json(), "override_reason": gate.override_reason},
        "replay": view.replay.key if view.replay is not None else None,
        "release": view.release.key if view.release is not None else None,
        "history": [
            {"at": each.at.isoformat(), "who": each.who, "words": each.words} for each in view.history
        ],
    }


def _tell(shown: dict[str, Any], words: str, as_json: bool) -> None:
    if as_json:
        emit(shown)
    else:
        typer.echo(words)
