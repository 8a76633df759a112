"""Who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import PermissionDenied


class Role(StrEnum):
    """What a person is here for."""

    REP = "rep"
    SPECIALIST = "specialist"
    MANAGER = "manager"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing a role may or may not do."""

    CONVERSATIONS_READ = "conversations.read"
    CONVERSATIONS_WORK = "conversations.work"
    CONVERSATIONS_IMPORT = "conversations.import"
    CONVERSATIONS_EXPORT = "conversations.export"
    DRAFTS_REQUEST = "drafts.request"
    KNOWLEDGE_READ = "knowledge.read"
    KNOWLEDGE_EDIT = "knowledge.edit"
    KNOWLEDGE_IMPORT = "knowledge.import"
    SUGGESTIONS_WRITE = "suggestions.write"
    SUGGESTIONS_DECIDE = "suggestions.decide"
    RELEASES_READ = "releases.read"
    RELEASES_PROPOSE = "releases.propose"
    RELEASES_REVIEW = "releases.review"
    RELEASES_SHIP = "releases.ship"
    RELEASES_OVERRIDE = "releases.override"
    ACTIONS_APPROVE = "actions.approve"
    APPROVALS_READ = "approvals.read"
    TRACES_READ = "traces.read"
    LABELS_GIVE = "labels.give"
    LABELS_MANAGE = "labels.manage"
    LABELS_READ = "labels.read"
    CRITERIA_EDIT = "criteria.edit"
    CLASSIFIERS_READ = "classifiers.read"
    CLASSIFIERS_EDIT = "classifiers.edit"
    CLASSIFIERS_SHIP = "classifiers.ship"
    EVALS_READ = "evals.read"
    EVALS_EDIT = "evals.edit"
    EVALS_RUN = "evals.run"
    EVALS_HELD_OUT = "evals.held_out"
    FLAGS_READ_ALL = "flags.read_all"
    FLAGS_DECIDE = "flags.decide"
    QUALITY_READ = "quality.read"
    ANSWERING_SET = "answering.set"
    CONNECTIONS_MANAGE = "connections.manage"
    PEOPLE_MANAGE = "people.manage"
    SETTINGS_MANAGE = "settings.manage"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"


_REP = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_WORK,
        Permission.DRAFTS_REQUEST,
        Permission.KNOWLEDGE_READ,
        Permission.ACTIONS_APPROVE,
        Permission.TRACES_READ,
        Permission.LABELS_GIVE,
        Permission.CLASSIFIERS_READ,
        Permission.SUGGESTIONS_WRITE,
        Permission.RELEASES_READ,
        Permission.RELEASES_PROPOSE,
    }
)
_SPECIALIST = _REP | {
    Permission.LABELS_MANAGE,
    Permission.LABELS_READ,
    Permission.CRITERIA_EDIT,
    Permission.CLASSIFIERS_EDIT,
    Permission.CLASSIFIERS_SHIP,
    Permission.EVALS_READ,
    Permission.EVALS_EDIT,
    Permission.EVALS_RUN,
    Permission.FLAGS_READ_ALL,
    Permission.FLAGS_DECIDE,
    Permission.QUALITY_READ,
    Permission.APPROVALS_READ,
    Permission.ANSWERING_SET,
    Permission.CONVERSATIONS_IMPORT,
    Permission.KNOWLEDGE_EDIT,
    Permission.KNOWLEDGE_IMPORT,
    Permission.SUGGESTIONS_DECIDE,
    Permission.RELEASES_REVIEW,
    Permission.RELEASES_SHIP,
}
_MANAGER = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_EXPORT,
        Permission.KNOWLEDGE_READ,
        Permission.ACTIONS_APPROVE,
        Permission.APPROVALS_READ,
        Permission.TRACES_READ,
        Permission.ANSWERING_SET,
        Permission.LABELS_READ,
        Permission.CLASSIFIERS_READ,
        Permission.CLASSIFIERS_SHIP,
        Permission.EVALS_READ,
        Permission.EVALS_RUN,
        Permission.EVALS_HELD_OUT,
        Permission.FLAGS_READ_ALL,
        Permission.QUALITY_READ,
        Permission.SUGGESTIONS_WRITE,
        Permission.RELEASES_READ,
        Permission.RELEASES_PROPOSE,
        Permission.RELEASES_REVIEW,
        Permission.RELEASES_SHIP,
        Permission.RELEASES_OVERRIDE,
        Permission.AUDIT_READ,
        Permission.AUDIT_VERIFY,
    }
)
_ADMIN = frozenset(
    {
        Permission.CONNECTIONS_MANAGE,
        Permission.PEOPLE_MANAGE,
        Permission.SETTINGS_MANAGE,
        Permission.AUDIT_READ,
        Permission.AUDIT_VERIFY,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.REP: _REP,
    Role.SPECIALIST: _SPECIALIST,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a signed-in person as of this moment, or the system itself.

    Build one only from a session (:func:`core.identity.resolve`) or from a stored person; never
    from what a browser or a caller claims.
    """

    person_id: int | None
    username: str
    name: str
    role: Role
    time_zone: str = "UTC"
    locale: str = "en"
    trusted: bool = False
    """The system: jobs and the command line, run by whoever owns the machine. May do everything."""

    def can(self, permission: Permission | str) -> bool:
        """Whether this actor may do it. An unknown permission is a defect and raises ValueError."""
        return self.trusted or Permission(permission) in GRANTS[self.role]

    @property
    def who(self) -> str:
        """How the audit names the actor."""
        return self.username


SYSTEM = Actor(None, "system", "Ratchet", Role.ADMIN, trusted=True)

_DEED = {
    Permission.CONVERSATIONS_READ: "read conversations",
    Permission.CONVERSATIONS_WORK: "work on conversations",
    Permission.CONVERSATIONS_IMPORT: "import conversations",
    Permission.CONVERSATIONS_EXPORT: "export conversations",
    Permission.DRAFTS_REQUEST: "ask for drafts",
    Permission.KNOWLEDGE_READ: "read the knowledge base",
    Permission.KNOWLEDGE_EDIT: "change the knowledge base",
    Permission.KNOWLEDGE_IMPORT: "import knowledge",
    Permission.SUGGESTIONS_WRITE: "suggest knowledge",
    Permission.SUGGESTIONS_DECIDE: "decide on suggestions",
    Permission.RELEASES_READ: "see proposals and releases",
    Permission.RELEASES_PROPOSE: "propose changes",
    Permission.RELEASES_REVIEW: "review proposals",
    Permission.RELEASES_SHIP: "release or roll back",
    Permission.RELEASES_OVERRIDE: "override the gate",
    Permission.ACTIONS_APPROVE: "approve actions",
    Permission.APPROVALS_READ: "see what others ask to be approved",
    Permission.TRACES_READ: "read traces",
    Permission.LABELS_GIVE: "label",
    Permission.LABELS_MANAGE: "manage labels",
    Permission.LABELS_READ: "see labels and criteria",
    Permission.CRITERIA_EDIT: "write criteria",
    Permission.CLASSIFIERS_READ: "see classifiers",
    Permission.CLASSIFIERS_EDIT: "change classifiers",
    Permission.CLASSIFIERS_SHIP: "ship classifiers",
    Permission.EVALS_READ: "see evals",
    Permission.EVALS_EDIT: "change eval cases and suites",
    Permission.EVALS_RUN: "run evals",
    Permission.EVALS_HELD_OUT: "open held-out suites",
    Permission.FLAGS_READ_ALL: "see the flags of others",
    Permission.FLAGS_DECIDE: "decide on flags",
    Permission.QUALITY_READ: "see the quality figures",
    Permission.ANSWERING_SET: "set when the AI answers",
    Permission.CONNECTIONS_MANAGE: "manage connections",
    Permission.PEOPLE_MANAGE: "manage people",
    Permission.SETTINGS_MANAGE: "change settings",
    Permission.AUDIT_READ: "read the audit record",
    Permission.AUDIT_VERIFY: "verify the audit record",
}


def require(actor: Actor, permission: Permission | str) -> None:
    """Let ``actor`` pass, or say plainly what the role lacks.

    Raises:
        PermissionDenied: the role does not have ``permission``.
    """
    if not actor.can(permission):
        raise PermissionDenied(
            f"Your role ({actor.role}) may not {_DEED[Permission(permission)]}. "
            "Somebody with the admin role can change that under People."
        )
