"""Plain words for stored values."""

CHANNELS = {"chat": "Chat", "email": "E-mail", "voice": "Voice", "embedded": "Embedded"}
PRIORITIES = {1: "Urgent", 2: "High", 3: "Normal", 4: "Low"}
STATUSES = {"open": "Open", "waiting": "Waiting for customer", "resolved": "Resolved", "closed": "Closed"}
CRITERION_KINDS = {
    "yes_no": "Yes or no",
    "one_of": "One of a list",
    "many_of": "Several of a list",
    "scale": "1 to 5",
    "span": "Mark the words",
    "note": "Free words",
}
SUBJECTS = {
    "conversation": "Conversation",
    "message": "Message",
    "draft": "Draft",
    "reply": "Reply sent",
}
LANGUAGES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ar": "Arabic",
    "he": "Hebrew",
}


def language(locale: str) -> str:
    """ "de-AT" -> "German"; an unknown code stays as it is."""
    return LANGUAGES.get(locale[:2].lower(), locale)
