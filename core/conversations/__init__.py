"""Floor 2: customers, conversations, messages, the queue, replies and the outbox."""

from core.conversations.attachments import read_attachment
from core.conversations.bulk import import_conversations
from core.conversations.composer import open_composer, save_composer
from core.conversations.handling import assign, escalate, note_ai_outcome, set_priority, set_status
from core.conversations.outbox import (
    LEASE,
    anything_due,
    claim_due,
    count_outbox,
    mark_delivered,
    mark_failed,
    retry_delivery,
)
from core.conversations.queue import QueuePage, QueueRow, QueueView, count_queues, list_queue
from core.conversations.queue_counts import COUNT_CAP
from core.conversations.recall import recall_reply
from core.conversations.records import (
    AUTHORS,
    CHANNELS,
    MAX_TEXT,
    PRIORITIES,
    STATUSES,
    AttachmentRecord,
    ConversationRecord,
    CustomerRecord,
    ImportReport,
    JudgementRecord,
    MessageRecord,
    Progress,
    Reject,
    StoredRecord,
    SuggestionRecord,
)
from core.conversations.replies import DraftUsed, SentReply, send_reply
from core.conversations.stamp import conversation_stamp
from core.conversations.tables import (
    Attachment,
    Composer,
    Conversation,
    Customer,
    Message,
    OutboxItem,
    Reply,
)
from core.conversations.threads import (
    ConversationView,
    add_customer_message,
    find_conversation,
    get_conversation,
    previous_conversations,
    visible_messages,
)
from core.differences import edit_ratio, word_diff

__all__ = [
    "AUTHORS",
    "CHANNELS",
    "COUNT_CAP",
    "LEASE",
    "MAX_TEXT",
    "PRIORITIES",
    "STATUSES",
    "Attachment",
    "AttachmentRecord",
    "Composer",
    "Conversation",
    "ConversationRecord",
    "ConversationView",
    "Customer",
    "CustomerRecord",
    "DraftUsed",
    "ImportReport",
    "JudgementRecord",
    "Message",
    "MessageRecord",
    "OutboxItem",
    "Progress",
    "QueuePage",
    "QueueRow",
    "QueueView",
    "Reject",
    "Reply",
    "SentReply",
    "StoredRecord",
    "SuggestionRecord",
    "add_customer_message",
    "anything_due",
    "assign",
    "claim_due",
    "conversation_stamp",
    "count_outbox",
    "count_queues",
    "edit_ratio",
    "escalate",
    "find_conversation",
    "get_conversation",
    "import_conversations",
    "list_queue",
    "mark_delivered",
    "mark_failed",
    "note_ai_outcome",
    "open_composer",
    "previous_conversations",
    "read_attachment",
    "recall_reply",
    "retry_delivery",
    "save_composer",
    "send_reply",
    "set_priority",
    "set_status",
    "visible_messages",
    "word_diff",
]
