"""What a choice of operations must say before anything of it can be called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.actions.connectors.operation import Choice, Operation, prefix_of
from core.errors import InvalidInput
from core.identity import Actor, Permission, Role

_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_choices(
    choices: Sequence[Choice], operations: Sequence[Operation], *, connection: str, kind: str
) -> None:
    """Whether the choices hold together.

    Raises:
        InvalidInput: what is missing or contradictory, with the operation it is about.
    """
    by_id = {operation.id: operation for operation in operations}
    chosen = {choice.id: choice for choice in choices}
    if len(chosen) < len(choices):
        raise InvalidInput("An operation was chosen twice.")
    names = [choice.action for choice in choices]
    for choice in choices:
        if choice.changed:  # off until somebody has looked at it
            continue
        try:
            operation = by_id.get(choice.id)
            if operation is None:
                raise InvalidInput("it is not offered (any more). Take it out.")
            if names.count(choice.action) > 1:
                raise InvalidInput(f"another operation is called {choice.action} too. Choose another name.")
            _check(choice, operation, prefix_of(connection), kind)
            _check_look_up(choice, operation, choice.state_operation, chosen, by_id, given=set())
            _check_look_up(
                choice, operation, choice.check_operation, chosen, by_id, given={choice.check_argument}
            )
        except InvalidInput as problem:
            raise InvalidInput(f"{choice.title} ({choice.id}): {problem}") from None


def _check(choice: Choice, operation: Operation, prefix: str, kind: str) -> None:
    if operation.unsupported:
        raise InvalidInput(f"{operation.unsupported}")
    if not choice.action.startswith(prefix) or not _NAME.fullmatch(choice.action.removeprefix(prefix)):
        raise InvalidInput(
            f"its name must be {prefix} and then small letters, digits and single underscores, "
            f"for example {prefix}create_refund."
        )
    if choice.pinned != operation.pinned:
        raise InvalidInput("it has changed since you looked at it. Look at it again.")
    if choice.risk == "read" and operation.wire.get("method") in {"PUT", "PATCH", "DELETE"}:
        raise InvalidInput(f"{operation.wire['method']} changes something, so it cannot run as a look-up.")
    for name in (
        choice.account_argument,
        choice.key_argument,
        choice.amount_argument,
        choice.currency_argument,
    ):
        if name and operation.argument(name) is None:
            raise InvalidInput(f"it has no argument called {name}.")
    named = [choice.account_argument, choice.key_argument, choice.amount_argument, choice.currency_argument]
    given = [name for name in named if name]
    if len(set(given)) < len(given):
        raise InvalidInput("one argument cannot be two of: the customer, the key, the amount, the currency.")
    _check_customer(choice, operation)
    if choice.risk != "read":
        _check_approval(choice, operation)
    if kind == "mcp" and choice.idempotent and not choice.key_argument:
        raise InvalidInput(
            "a tool can honour repeated calls only by an argument that takes the key. Name that argument."
        )
    for language in choice.sentences:
        if not _LANGUAGE.fullmatch(language):
            raise InvalidInput(f"{language[:20]!r} is no language code such as en or pt-BR.")


def _check_customer(choice: Choice, operation: Operation) -> None:
    if choice.account_argument and choice.not_about_one_customer:
        raise InvalidInput(
            "it names the customer's argument and says it is not about one customer. Choose one."
        )
    if not choice.account_argument and not choice.not_about_one_customer:
        raise InvalidInput(
            "say which argument is the customer's account. If there is none, say that it is not about one "
            "customer: then nothing keeps it to the account of the conversation."
        )
    argument = operation.argument(choice.account_argument)
    if argument is not None and argument.kind != "text":
        raise InvalidInput("the customer's argument must be a text.")
    key = operation.argument(choice.key_argument)
    if key is not None and key.kind != "text":
        raise InvalidInput("the argument for the key must be a text.")


def _check_approval(choice: Choice, operation: Operation) -> None:
    able = {role for role in Role if Actor(None, "", "", role).can(Permission.ACTIONS_APPROVE)}
    if not choice.approvers or not set(choice.approvers) <= able:
        raise InvalidInput(f"choose who approves it: {', '.join(sorted(able))}.")
    if choice.limits:
        if not set(choice.limits) <= set(choice.approvers):
            raise InvalidInput("a limit is given for a role that does not approve it.")
        if any(limit < 0 or limit > 10_000_000 for limit in choice.limits.values()):
            raise InvalidInput("a limit must be between 0 and 10,000,000.")
        if not choice.amount_argument or not choice.currency:
            raise InvalidInput("limits need the argument that is the amount, and its currency.")
    amount = operation.argument(choice.amount_argument)
    if amount is not None and amount.kind not in {"amount", "whole_number"}:
        raise InvalidInput("the amount must be an argument that is a number.")
    if amount is not None and choice.amount_in_hundredths and amount.kind != "whole_number":
        raise InvalidInput("an amount in hundredths must be a whole number.")
    currency = operation.argument(choice.currency_argument)
    if currency is not None:
        allowed = currency.choices or (choice.currency,)
        if not choice.currency or choice.currency not in allowed:
            raise InvalidInput(f"{choice.currency or 'no currency'} is not what {currency.name} accepts.")


def _check_look_up(
    choice: Choice,
    operation: Operation,
    look_up_id: str,
    chosen: dict[str, Choice],
    by_id: dict[str, Operation],
    *,
    given: set[str],
) -> None:
    """A look-up on behalf of an effect: chosen, harmless, and with every argument it needs at hand."""
    if not look_up_id:
        return
    look_up = chosen.get(look_up_id)
    if look_up is None or look_up.risk != "read":
        raise InvalidInput(f"{look_up_id} must be chosen as a look-up (risk “read”) first.")
    offered = by_id[look_up_id]
    if given and offered.argument(choice.check_argument) is None:
        raise InvalidInput(f"say which argument of {look_up_id} takes the key of the call.")
    ours = {look_up.account_argument, look_up.key_argument, look_up.currency_argument}
    own = {argument.name for argument in operation.arguments if argument.required}
    missing = {a.name for a in offered.arguments if a.required} - own - given - ours
    if missing:
        raise InvalidInput(
            f"{look_up_id} needs {', '.join(sorted(missing))}, which this operation does not have."
        )
