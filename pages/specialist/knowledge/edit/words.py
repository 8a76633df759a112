"""Plain words for the fields of an edit and what they hold."""

from __future__ import annotations

from collections.abc import Mapping

from pages.widgets.labels import language

FIELDS = {
    "title": "Title",
    "body": "Text",
    "audience": "Audience",
    "locale": "Language",
    "tags": "Tags",
    "translation_of": "Translation of",
    "owner_id": "Owner",
    "review_on": "Next review",
    "effective_from": "Goes live",
    "effective_until": "Ends",
    "note": "What changes",
}


def value_words(field: str, value: str, people: Mapping[int, str]) -> str:
    """What a field's stored value means; dates stay as written."""
    if not value:
        return "Nothing"
    if field == "owner_id":
        return people.get(int(value), "Somebody who has left")
    if field == "locale":
        return language(value)
    return value.capitalize() if field == "audience" else value.replace("T", " ")[:16]
