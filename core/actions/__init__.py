"""Floor 2: actions with effects outside: what there is, who approves it, carrying it out once."""

from core.actions.catalogue import Catalogue
from core.actions.choosing import DocumentChange, choose_operations, replace_document
from core.actions.connections import (
    add_connection,
    change_connection,
    enable_connection,
    find_connection,
    get_connection,
    list_connections,
    remove_connection,
)
from core.actions.connectors import (
    Argument,
    Checked,
    Choice,
    Operation,
    check_connection,
    choices_of,
    fetch_document,
    fetch_tools,
    operations_of,
    prefix_of,
    read_document,
    secret_state,
    server_of,
    suggest,
)
from core.actions.connectors.halyard import AccountEntry, InvoiceEntry, vat_for
from core.actions.connectors.halyard import fill as fill_back_office
from core.actions.connectors.halyard import is_filled as back_office_is_filled
from core.actions.declaration import (
    Account,
    Action,
    ActionRefused,
    Call,
    Connector,
    Field,
    InvalidArguments,
    NotReached,
    Outcome,
    OutcomeUnknown,
    Preview,
    Risk,
)
from core.actions.declaring import Amount, Arguments, OptionalAmount, as_amount, declare
from core.actions.execution.checking import check_again
from core.actions.execution.executor import LEASE, Executor, lease_for, open_executor
from core.actions.opening import open_catalogue
from core.actions.requests.accounts import account_of
from core.actions.requests.appraising import Appraisal, check, check_new
from core.actions.requests.approving import approve
from core.actions.requests.authority import Ruling, money, rule
from core.actions.requests.deciding import ask, reject
from core.actions.requests.proposing import look_up, propose, withdraw
from core.actions.requests.rows import OPEN, requests_of_draft, requests_stamp, settled
from core.actions.requests.views import (
    RequestView,
    get_request,
    list_approvals,
    list_by_status,
    list_requests,
)
from core.actions.stored import read_preview, same_arguments
from core.actions.tables import ActionRequest, Connection

__all__ = [
    "LEASE",
    "OPEN",
    "Account",
    "AccountEntry",
    "Action",
    "ActionRefused",
    "ActionRequest",
    "Amount",
    "Appraisal",
    "Argument",
    "Arguments",
    "Call",
    "Catalogue",
    "Checked",
    "Choice",
    "Connection",
    "Connector",
    "DocumentChange",
    "Executor",
    "Field",
    "InvalidArguments",
    "InvoiceEntry",
    "NotReached",
    "Operation",
    "OptionalAmount",
    "Outcome",
    "OutcomeUnknown",
    "Preview",
    "RequestView",
    "Risk",
    "Ruling",
    "account_of",
    "add_connection",
    "approve",
    "as_amount",
    "ask",
    "back_office_is_filled",
    "change_connection",
    "check",
    "check_again",
    "check_connection",
    "check_new",
    "choices_of",
    "choose_operations",
    "declare",
    "enable_connection",
    "fetch_document",
    "fetch_tools",
    "fill_back_office",
    "find_connection",
    "get_connection",
    "get_request",
    "lease_for",
    "list_approvals",
    "list_by_status",
    "list_connections",
    "list_requests",
    "look_up",
    "money",
    "open_catalogue",
    "open_executor",
    "operations_of",
    "prefix_of",
    "propose",
    "read_document",
    "read_preview",
    "reject",
    "remove_connection",
    "replace_document",
    "requests_of_draft",
    "requests_stamp",
    "rule",
    "same_arguments",
    "secret_state",
    "server_of",
    "settled",
    "suggest",
    "vat_for",
    "withdraw",
]
