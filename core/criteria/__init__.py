"""Floor 2: criteria (versioned questions) and judgements (answers to them)."""

from core.criteria.adjudicating import ADJUDICATION, adjudicate
from core.criteria.agreement import Agreement, AnswerAgreement, PairAgreement, agreement
from core.criteria.agreement_periods import Period, Step, agreement_over_time
from core.criteria.answers import (
    KINDS,
    MARKED,
    NOTED,
    NOTHING_MARKED,
    RESULT,
    SEPARATOR,
    SUBJECTS,
    checked_answer,
    choices,
    given,
    is_good,
    may_ask,
)
from core.criteria.authoring import (
    NEW,
    checked_name,
    publish_criterion,
    restore_criterion,
    retire_criterion,
)
from core.criteria.content import Content, problems, slug
from core.criteria.disagreements import Answered, Decided, Disagreement, DisagreementPage, disagreements
from core.criteria.doubles import judge_names
from core.criteria.files import WrittenCriterion, read_criteria
from core.criteria.judgements import (
    CUSTOMER,
    MAX_REASON,
    Judge,
    in_force,
    list_judgements,
    record_judgement,
    withdraw_judgement,
)
from core.criteria.listing import (
    Summary,
    Tally,
    criterion_versions,
    get_criterion,
    list_criteria,
    older_judgements,
    people_who_judged,
    summarise_criteria,
    tally_judgements,
)
from core.criteria.settled import Settled, settled_answers
from core.criteria.shipped import SHIPPED, current_criterion, ensure_criteria
from core.criteria.tables import Adjudication, Criterion, Judgement

__all__ = [
    "ADJUDICATION",
    "CUSTOMER",
    "KINDS",
    "MARKED",
    "MAX_REASON",
    "NEW",
    "NOTED",
    "NOTHING_MARKED",
    "RESULT",
    "SEPARATOR",
    "SHIPPED",
    "SUBJECTS",
    "Adjudication",
    "Agreement",
    "AnswerAgreement",
    "Answered",
    "Content",
    "Criterion",
    "Decided",
    "Disagreement",
    "DisagreementPage",
    "Judge",
    "Judgement",
    "PairAgreement",
    "Period",
    "Settled",
    "Step",
    "Summary",
    "Tally",
    "WrittenCriterion",
    "adjudicate",
    "agreement",
    "agreement_over_time",
    "checked_answer",
    "checked_name",
    "choices",
    "criterion_versions",
    "current_criterion",
    "disagreements",
    "ensure_criteria",
    "get_criterion",
    "given",
    "in_force",
    "is_good",
    "judge_names",
    "list_criteria",
    "list_judgements",
    "may_ask",
    "older_judgements",
    "people_who_judged",
    "problems",
    "publish_criterion",
    "read_criteria",
    "record_judgement",
    "restore_criterion",
    "retire_criterion",
    "settled_answers",
    "slug",
    "summarise_criteria",
    "tally_judgements",
    "withdraw_judgement",
]
