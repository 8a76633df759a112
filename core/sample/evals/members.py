"""What the sample's suites are for, and which cases belong to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.sample.evals.cases import StoredCase

SMOKE, CORE, HELD_OUT = "smoke", "core", "held-out"
GRADERS = ("promises-made",)
"""It is only watched on replies so far, and grades all the same: a check needs nobody to vouch for it."""
_DERIVED_EARLY, _DERIVED_LATE, _HELD_OUT = 24, 10, 40
_OUTGROWN = frozenset({"thanks", "very short"})
"""Tags of cases that were taken out of the core suite: they never failed, and are in the smoke test."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A suite before it is stored. ``themes``: what its cases are about; the first names it."""

    name: str
    title: str
    kind: str
    by: str
    purpose: str
    themes: Sequence[str] = field(default=())
    held_out: bool = False


PLANS: Sequence[Plan] = (
    Plan(
        SMOKE,
        "Smoke test",
        "smoke",
        "tomasz",
        "The things that must never go wrong, in a minute. Run it for every change, however small.",
    ),
    Plan(
        CORE,
        "Core",
        "core",
        "lucia",
        "A bit of all that customers write about, in three languages. A change ships when this is no worse.",
    ),
    Plan(
        "refunds",
        "Refunds and billing",
        "theme",
        "lucia",
        "Who gets money back and who does not. Run it before the refund articles change.",
        themes=("refund", "billing", "payment"),
    ),
    Plan(
        "domains",
        "Domains and certificates",
        "theme",
        "tomasz",
        "How long DNS changes and certificates take. An old article of the classic panel says something "
        "else, so this breaks easily.",
        themes=("domain", "ssl"),
    ),
    Plan(
        "sign-in",
        "Sign-in and security",
        "theme",
        "tomasz",
        "Lost second factors, leaked keys, and people who are not who they say.",
        themes=("sign-in", "security", "account"),
    ),
    Plan(
        HELD_OUT,
        "Held out",
        "other",
        "lucia",
        "Nobody who writes articles or instructions reads these cases. Managers compare with it whether the "
        "core suite still tells the truth.",
        held_out=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Members:
    """Keys of the cases of a suite: in its first version (empty: there is only one), and now."""

    first: Collection[int]
    now: Collection[int]


def choose_members(
    stored: Sequence[StoredCase], *, answered: Collection[str], first: datetime
) -> Mapping[str, Members]:
    """The members of every suite by its name.

    Args:
        answered: keys of the cases that there are recorded answers to: only those can have been run.
        first: when the first versions were made.
    """
    accepted = [case for case in stored if case.state == "accepted"]
    usable = [case for case in accepted if not case.held_out]
    written = [case for case in usable if case.source == "written" and case.key in answered]
    derived = [case for case in usable if case.source in ("edit", "resolved")]
    asked = [case for case in derived if case.key in answered]
    early = [case for case in asked if case.created_at < first][:_DERIVED_EARLY]
    late = [case for case in asked if case.created_at >= first][:_DERIVED_LATE]
    core_then = {case.id for case in (*written, *early) if case.created_at < first}
    core_now = {case.id for case in (*written, *early, *late) if not _OUTGROWN & set(case.tags)}
    smoke = [case for case in written if case.critical or _OUTGROWN & set(case.tags)]
    rest = [case for case in derived if case.id not in core_then | core_now]
    hidden = [case.id for case in accepted if case.held_out]
    hidden += [case.id for case in rest[:: max(1, len(rest) // _HELD_OUT)]][: _HELD_OUT - len(hidden)]
    members = {
        SMOKE: Members([case.id for case in smoke if case.created_at < first], [case.id for case in smoke]),
        CORE: Members(core_then, core_now),
        HELD_OUT: Members((), hidden),
    }
    for plan in PLANS:
        if plan.themes:
            found = [case.id for case in usable if case.theme in plan.themes and case.id not in hidden]
            members[plan.name] = Members((), found)
    return members
