"""One question to the target and what may go wrong with it; and when going on makes no sense."""

from __future__ import annotations

import logging

from core.database import now
from core.errors import InvalidInput, ProviderError
from core.evals.running.states import ACCESS, CASE, MALFORMED, PROVIDER
from core.evals.running.work.claiming import Task
from core.evals.running.work.storing import Answer
from core.evals.targets import Target
from core.llm import AccessRefusedError, MalformedAnswerError

log = logging.getLogger(__name__)

_REFUSED_IN_A_ROW = 5
_FAILED_IN_A_ROW = 50
_BROKEN = "Something went wrong while this case was answered; the details are in the server's log."


async def ask(target: Target, task: Task) -> Answer:
    """Ask, and have whatever goes wrong in the answer."""
    started = now()
    try:
        return Answer(task, started, await target.answer(task.case, task.repeat))
    except AccessRefusedError as error:
        kind, words = ACCESS, str(error)
    except MalformedAnswerError as error:
        kind, words = MALFORMED, str(error)
    except ProviderError as error:
        kind, words = PROVIDER, str(error)
    except InvalidInput as error:
        kind, words = CASE, str(error)
    except Exception:
        log.exception("case %d could not be answered", task.case.case_id)
        kind, words = CASE, _BROKEN
    return Answer(task, started, None, words, kind)


class Row:
    """Failures without an answer between them. So many are not bad luck: asking on only makes more."""

    def __init__(self) -> None:
        self._failed = 0
        self._refused = 0

    def add(self, answer: Answer) -> str:
        """Take note of an answer.

        Returns:
            Why the run should stop; empty while it should not.
        """
        if answer.output is not None or answer.error_kind not in (PROVIDER, ACCESS):
            self._failed = self._refused = 0
            return ""
        self._failed += 1
        self._refused += answer.error_kind == ACCESS
        if self._refused >= _REFUSED_IN_A_ROW:
            return f"{answer.error.rstrip()} Then resume this run."
        if self._failed >= _FAILED_IN_A_ROW:
            return (
                f"{self._failed} cases in a row got no answer. The last time: {answer.error.rstrip()} "
                "Resume this run, with its errors, when the model answers again."
            )
        return ""
