"""Who may approve an action. A pure function of the declaration, the role and the money that moves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.actions.declaration import Action, Preview
from core.identity import Role

_APPROVING = (Role.REP, Role.SPECIALIST, Role.MANAGER)  # in rising order; admins see no conversations


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a role may approve. ``why_not`` (empty when it may) and ``who_may`` are for people."""

    allowed: bool
    why_not: str
    who_may: str
    able: tuple[Role, ...]
    """The roles that may."""


def rule(action: Action, role: Role, preview: Preview, *, on_its_way: Decimal = Decimal(0)) -> Ruling:
    """Whether ``role`` may approve ``action`` with the effect ``preview``.

    The amount by itself must be within the role's limit; where it counts, so must its sum with what
    counted before. Who proposed it or asked for it does not matter: nobody approves above their
    own limit, whoever asked.

    Args:
        on_its_way: money of earlier requests that is approved and that the other system may not
            have counted yet.
    """
    counted = preview.counted_before + on_its_way if preview.counts else Decimal(0)
    able = tuple(each for each in _APPROVING if _may(action, each, preview, counted))
    who = _named(action, able, preview) or "nobody here: it is above every limit"
    if role in able:
        return Ruling(True, "", who, able)
    if role not in action.approvers or role not in _APPROVING:
        reason = f"“{action.title}” is not for your role ({role}) to approve. It needs {who}."
        return Ruling(False, reason, who, able)
    most = _limit(action, role)
    reason = f"“{action.title}” above {money(most, preview.currency)} needs {who}."
    if preview.amount is not None and preview.amount <= most:
        total = money(preview.amount + counted, preview.currency)
        reason += f" With {money(counted, preview.currency)} approved before, this comes to {total}."
    return Ruling(False, reason, who, able)


def money(amount: Decimal, currency: str) -> str:
    """ "2,000 EUR", "29.50 EUR"."""
    written = f"{amount:,.2f}".removesuffix(".00")
    return f"{written} {currency}".strip()


def _may(action: Action, role: Role, preview: Preview, counted: Decimal) -> bool:
    if role not in action.approvers:
        return False
    if action.limits is None or preview.amount is None:
        return True
    return preview.amount + counted <= _limit(action, role)


def _limit(action: Action, role: Role) -> Decimal:
    return (action.limits or {}).get(role, Decimal(0))


def _named(action: Action, roles: tuple[Role, ...], preview: Preview) -> str:
    def named(role: Role) -> str:
        if action.limits is None or preview.amount is None:
            return f"a {role}"
        return f"a {role} (up to {money(_limit(action, role), preview.currency)})"

    names = [named(role) for role in roles]
    return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
