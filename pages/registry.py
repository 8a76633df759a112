"""Every page of the product: where its file is, where it is found, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.identity import Permission

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the product. ``file`` is in a folder below this one, never beside the router."""

    section: str
    file: str
    title: str
    icon: str
    address: str
    permission: Permission


# A person's home is the first page their role may see.
PAGES = (
    Entry("Work", "rep/assist.py", "Assist", ":material/forum:", "assist", Permission.CONVERSATIONS_READ),
    Entry("Work", "rep/label.py", "Label", ":material/label:", "label", Permission.LABELS_GIVE),
    Entry(
        "Work",
        "manager/approvals.py",
        "Approvals",
        ":material/approval:",
        "approvals",
        Permission.APPROVALS_READ,
    ),
    Entry(
        "Knowledge",
        "specialist/knowledge/page.py",
        "Articles",
        ":material/menu_book:",
        "knowledge",
        Permission.KNOWLEDGE_READ,
    ),
    Entry(
        "Knowledge",
        "specialist/releases/page.py",
        "Releases",
        ":material/rocket_launch:",
        "releases",
        Permission.RELEASES_READ,
    ),
    Entry(
        "Knowledge",
        "specialist/imports.py",
        "Imports",
        ":material/upload_file:",
        "imports",
        Permission.KNOWLEDGE_IMPORT,
    ),
    Entry(
        "Quality",
        "specialist/criteria.py",
        "Criteria",
        ":material/rule:",
        "criteria",
        Permission.LABELS_READ,
    ),
    Entry(
        "Quality",
        "specialist/label_queues.py",
        "Label queues",
        ":material/stacks:",
        "label_queues",
        Permission.LABELS_READ,
    ),
    Entry(
        "Quality",
        "specialist/classifiers/page.py",
        "Classifiers",
        ":material/category:",
        "classifiers",
        Permission.CLASSIFIERS_READ,
    ),
    Entry(
        "Quality",
        "specialist/evals/page.py",
        "Evals",
        ":material/fact_check:",
        "evals",
        Permission.EVALS_READ,
    ),
    Entry("Quality", "rep/flags.py", "Flags", ":material/flag:", "flags", Permission.CONVERSATIONS_READ),
    Entry(
        "Quality",
        "manager/quality.py",
        "Quality",
        ":material/query_stats:",
        "quality",
        Permission.QUALITY_READ,
    ),
    Entry(
        "Quality",
        "specialist/agreement.py",
        "Agreement",
        ":material/handshake:",
        "agreement",
        Permission.LABELS_READ,
    ),
    Entry(
        "Quality", "specialist/traces.py", "Traces", ":material/timeline:", "traces", Permission.TRACES_READ
    ),
    Entry(
        "Quality",
        "specialist/answering.py",
        "Answering",
        ":material/tune:",
        "answering",
        Permission.ANSWERING_SET,
    ),
    Entry("Manage", "admin/people.py", "People", ":material/group:", "people", Permission.PEOPLE_MANAGE),
    Entry(
        "Manage",
        "admin/connections.py",
        "Connections",
        ":material/cable:",
        "connections",
        Permission.CONNECTIONS_MANAGE,
    ),
    Entry("Manage", "manager/audit.py", "Audit", ":material/verified:", "audit", Permission.AUDIT_READ),
)
