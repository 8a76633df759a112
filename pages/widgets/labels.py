"""Plain words for stored values."""

CHANNELS = {"chat": "Chat", "email": "E-mail", "voice": "Voice", "embedded": "Embedded"}
PRIORITIES = {1: "Urgent", 2: "High", 3: "Normal", 4: "Low"}
STATUSES = {"open": "Open", "waiting": "Waiting for customer", "resolved": "Resolved", "closed": "Closed"}
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
