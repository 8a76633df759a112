"""Two runs, the second against the first."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.errors import InvalidInput, NotFound
from core.evals.comparing.answers import RunAnswers, read_answers, read_facts
from core.evals.comparing.around import look_around
from core.evals.comparing.comparison import RunComparison, RunFacts
from core.evals.comparing.differences import GroupDifference, group_differences, whole_difference
from core.evals.comparing.flips import find_flips
from core.evals.comparing.groups import CRITERION
from core.evals.comparing.pairing import Pairs, pair_cases
from core.evals.comparing.texts import hidden_cases
from core.evals.comparing.verdict import SMALLEST, give_verdict
from core.evals.suites import REPLAY_KIND, get_suite, suite_of_version
from core.evals.tables import EvalRun, EvalSuite, EvalSuiteVersion
from core.identity import Actor, Permission, require
from core.statistics import PairedDifference, all_of, paired_difference


def compare_runs(
    actor: Actor, before_id: int, after_id: int, *, session: Session, smallest: float = SMALLEST
) -> RunComparison:
    """Compare two runs on the cases that both have with equal content.

    Args:
        smallest: the difference worth finding, above 0 and below 1; it enters how many more cases are needed.

    Raises:
        PermissionDenied: the actor may not read evals.
        NotFound: there is no such run.
        InvalidInput: they are the same run, or ``smallest`` is out of range.
    """
    require(actor, Permission.EVALS_READ)
    if before_id == after_id:
        raise InvalidInput("These are one and the same run. Choose two.")
    if not 0 < smallest < 1:
        raise InvalidInput("The smallest difference worth finding must be between 0 and 1, such as 0.02.")
    before, after = (read_answers(each, session=session) for each in (before_id, after_id))
    facts = read_facts([*before.cases.tolist(), *after.cases.tolist()], session=session)
    pairs = pair_cases(before, after, facts)
    whole = whole_difference(before, after, pairs)
    groups = tuple(group_differences(before, after, pairs))
    hidden = hidden_cases(
        actor, (before.run, after.run), {each.case_id for each in pairs.facts}, session=session
    )
    flips = find_flips(before, after, pairs, hidden=hidden)
    k = min(before.run.repeats, after.run.repeats)
    critical = sum(flip.facts.critical and flip.change < 0 for flip in flips)
    return RunComparison(
        before=_facts(before, session=session),
        after=_facts(after, session=session),
        verdict=give_verdict(before, after, pairs, whole, smallest=smallest),
        whole=whole,
        power=_power(before, after, pairs, k) if k > 1 else None,
        k=k,
        groups=groups,
        flips=flips,
        left_out=pairs.left_out,
        around=look_around(before, after, pairs, session=session),
        critical_worse=critical,
        cautions=tuple(_cautions(before, after, pairs, groups, critical)),
    )


def latest_run(
    build_id: str, suite: int | str | None = None, *, session: Session, but: int | None = None
) -> EvalRun:
    """The newest finished run of a build, to compare builds rather than runs. Checks no permission.

    Args:
        build_id: whole, or its beginning as long as no other build begins like that.
        suite: key or name; None: any but those of replays.
        but: a run that is not meant.

    Raises:
        NotFound: there is none.
        InvalidInput: several builds begin like that.
    """
    wanted = build_id.strip()
    if not wanted:
        raise InvalidInput("Name a build.")
    statement = (
        select(EvalRun)
        .where(col(EvalRun.build_id).startswith(wanted, autoescape=True), EvalRun.state == "finished")
        .order_by(col(EvalRun.id).desc())
    )
    on = ""
    if suite is None:
        replays = (
            select(EvalSuiteVersion.id)
            .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
            .where(EvalSuite.kind == REPLAY_KIND)
        )
        statement = statement.where(col(EvalRun.suite_version_id).not_in(replays))
    else:
        found = get_suite(suite, session=session)
        on = f" on the suite “{found.title}”"
        versions = select(EvalSuiteVersion.id).where(EvalSuiteVersion.suite_id == found.key)
        statement = statement.where(col(EvalRun.suite_version_id).in_(versions))
    if but is not None:
        statement = statement.where(EvalRun.id != but)
    runs = session.exec(statement).all()
    builds = {run.build_id for run in runs}
    if len(builds) > 1 and wanted not in builds:
        raise InvalidInput(f"Several builds begin with {wanted!r}: write more of it.")
    for run in runs:
        if run.build_id == wanted or len(builds) == 1:
            return run
    raise NotFound(f"There is no finished run of a build {wanted!r}{on}. Start one first.")


def _facts(answers: RunAnswers, *, session: Session) -> RunFacts:
    run = answers.run
    suite = suite_of_version(run.suite_version_id, session=session)
    return RunFacts(
        run_id=run.key,
        suite=suite.name,
        suite_title=suite.title,
        suite_version=session.get_one(EvalSuiteVersion, run.suite_version_id).number,
        build_id=run.build_id,
        target=run.target,
        repeats=run.repeats,
        state=run.state,
        note=run.note,
        finished_at=run.finished_at,
        errors=answers.errors,
        error_share=answers.error_share,
        spent=answers.spent,
    )


def _power(before: RunAnswers, after: RunAnswers, pairs: Pairs, k: int) -> PairedDifference:
    """pass^k of the pairs with so many graded repeats on both sides."""
    tries = before.whole.graded[pairs.before], after.whole.graded[pairs.after]
    there = (tries[0] >= k) & (tries[1] >= k)
    first, second = (
        all_of(answers.whole.passed[places][there], of[there], k)
        for answers, places, of in zip((before, after), (pairs.before, pairs.after), tries, strict=True)
    )
    return paired_difference(first, second, pairs.clusters[there], weights=pairs.weights[there])


def _cautions(
    before: RunAnswers,
    after: RunAnswers,
    pairs: Pairs,
    groups: tuple[GroupDifference, ...],
    critical: int,
) -> list[str]:
    found = []
    if critical:
        found.append(
            f"{critical:,} critical case{'s pass' if critical > 1 else ' passes'} less often than before: "
            "look at each, whatever the verdict."
        )
    for answers in (before, after):
        if answers.run.state in ("stopped", "failed"):
            found.append(f"Run {answers.run.key} {answers.run.state} before its end.")
    if pairs.left_out.total:
        found.append(f"Not compared: {pairs.left_out.words}.")
    if changed := _changed_graders(before.run, after.run):
        found.append(
            f"Graded by other versions after than before: {', '.join(changed)}. A difference may be theirs; "
            "grade the earlier run again to tell."
        )
    if before.run.target != after.run.target:
        found.append(f"The runs asked different targets: {before.run.target}, then {after.run.target}.")
    advisory = [each.name for each in groups if each.advisory]
    if advisory:
        found.append(
            f"Judges that nobody has compared with people decide {', '.join(advisory)}, and enter the whole."
        )
    criteria = [each for each in groups if each.dimension == CRITERION]
    if len(criteria) > 1:
        chance = 1 - 0.95 ** len(criteria)
        found.append(
            f"{len(criteria)} criteria are read at once: by chance alone, one of them would look changed in "
            f"{100 * chance:.0f} of 100 comparisons. So their p-values are adjusted (Holm)."
        )
    return found


def _changed_graders(before: EvalRun, after: EvalRun) -> list[str]:
    """Classifiers that graded both runs, with another version."""
    versions = [
        {str(each.get("classifier")): each.get("version") for each in run.graders} for run in (before, after)
    ]
    return sorted(
        f"{name} (version {versions[0][name]}, then {versions[1][name]})"
        for name in versions[0].keys() & versions[1].keys()
        if versions[0][name] != versions[1][name]
    )
