"""The one row that says how far scores are added up, and by what they can be split."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core import audit
from core.criteria import Criterion
from core.errors import InvalidInput
from core.evals.tables import ScoreProgress
from core.identity import Actor, Permission, require

THEMES, PRODUCTS = "customer_intent", "plan"
"""What themes and products are unless somebody chose otherwise."""


def read_progress(*, session: Session) -> ScoreProgress | None:
    """The row; None before the first roll-up."""
    return session.get(ScoreProgress, 1)


def ensure_progress(*, session: Session) -> ScoreProgress:
    """The row, made when it is missing; kept from others until the transaction ends."""
    locked = select(ScoreProgress).where(ScoreProgress.id == 1).with_for_update()
    found = session.exec(locked.execution_options(populate_existing=True)).one_or_none()
    if found is not None:
        return found
    fresh = ScoreProgress(id=1, theme_criterion=THEMES, product_fact=PRODUCTS)
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    session.execute(make(ScoreProgress).values(**fresh.model_dump()).on_conflict_do_nothing())
    return session.exec(locked.execution_options(populate_existing=True)).one()


def set_dimensions(
    actor: Actor, *, session: Session, theme_criterion: str, product_fact: str
) -> ScoreProgress:
    """Say which question names a conversation's theme, and which fact about its customer the product.

    Everything is added up again afterwards, in the background. Safe to repeat.

    Args:
        theme_criterion: its name; its answers about conversations, by classifiers, are the themes. Empty:
            no themes.
        product_fact: such as ``plan``; empty: no products.

    Raises:
        PermissionDenied: the actor may not change evals.
        InvalidInput: there is no such question, or it is not asked about conversations.
    """
    from core.evals.scores.marking import mark_all

    require(actor, Permission.EVALS_EDIT)
    if theme_criterion:
        named = session.exec(
            select(Criterion).where(Criterion.name == theme_criterion).order_by(col(Criterion.version).desc())
        ).first()
        if named is None:
            raise InvalidInput(f"There is no question {theme_criterion!r}. Choose one from the list.")
        if "conversation" not in named.subjects:
            raise InvalidInput(
                f"“{named.question}” is not asked about conversations, so it names no theme of one."
            )
    if len(product_fact) > 100:
        raise InvalidInput("The name of a fact has at most 100 characters.")
    progress = ensure_progress(session=session)
    if (progress.theme_criterion, progress.product_fact) == (theme_criterion, product_fact):
        return progress
    progress.theme_criterion, progress.product_fact = theme_criterion, product_fact
    session.add(progress)
    session.flush()
    mark_all(session=session)
    audit.record(
        actor.person_id,
        actor.name,
        "scores.dimensions_set",
        session=session,
        subject_type="scores",
        subject_id=1,
        theme_criterion=theme_criterion,
        product_fact=product_fact,
    )
    return progress
