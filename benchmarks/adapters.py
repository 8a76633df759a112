"""The public data sets in the documented import contract, one function each."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_STAR_MESSAGES = {
    ("User", "utter"): "customer",
    ("Wizard", "utter"): "rep",
    ("Wizard", "pick_suggestion"): "rep",
    ("User", "complete"): "system",
}
_ENDED = "The customer ended the chat."
_CALM = "stay calm and helpful throughout the dialogue?"


def star_conversations(path: Path, *, complete: bool = True) -> Iterator[Row]:
    """STAR dialogues: messages, suggestions picked or refused, both questionnaires, and CSAT.

    That the customer ended the chat is a system message; in one dialogue it is the only event.
    CSAT is 5 or 1 by the one question all scenarios share, whether the assistant stayed calm and
    helpful; of that one "yes" is the good answer. The others ask whether a task succeeded, which some
    scenarios forbid.

    Args:
        complete: only those that were played to their end; otherwise all that have a message.
    """
    for dialogue in read_rows(path):
        if complete and dialogue["CompletionLevel"] != "Complete":
            continue
        messages = [
            {
                "id": f"{number}",
                "author": _STAR_MESSAGES[event["Agent"], event["Action"]],
                "text": event.get("Text") or _ENDED,
                "created_at": event["UnixTime"],
                **_star_suggestion(event),
            }
            for number, event in enumerate(dialogue["Events"])
            if (event["Agent"], event["Action"]) in _STAR_MESSAGES
        ]
        if not messages:
            continue
        answers = {
            entry["Answer"]
            for entry in dialogue["UserQuestionnaire"] or ()
            if entry["Question"].endswith(_CALM)
        }
        yield {
            "id": f"{dialogue['DialogueID']}",
            "channel": "chat",
            "subject": (dialogue["Scenario"]["WizardTask"] or "")[:200],
            "customer": {"id": dialogue["AnonymizedUserWorkerID"], "locale": "en"},
            "status": "closed",
            "created_at": messages[0]["created_at"],
            "tags": [domain for domain in dialogue["Scenario"]["Domains"] if domain],
            **({"csat": 5 if answers == {True} else 1} if answers else {}),
            "judgements": _star_judgements(dialogue),
            "messages": messages,
        }


def _star_suggestion(event: Row) -> Row:
    """What the agent did with what was suggested: ``pick_suggestion`` took one, ``utter`` is own words."""
    if event["Agent"] != "Wizard":
        return {}
    if event["Action"] == "utter":
        return {"suggestion": {"picked": None}}
    offers = event["ActionLabelOptions"]
    rank = offers.index(event["ActionLabel"]) + 1
    return {"suggestion": {"offered": len(offers), "picked": rank, "labels": offers}}


def _star_judgements(dialogue: Row) -> list[Row]:
    """Both questionnaires; the agent is somebody who has no account here."""
    agent = {"person": f"star agent {dialogue['AnonymizedWizardWorkerID']}"}
    asked = (("customer", dialogue["UserQuestionnaire"]), (agent, dialogue["WizardQuestionnaire"]))
    return [
        {
            "question": entry["Question"],
            "answer": entry["Answer"],
            "judge": judge,
            **({"good": ["yes"]} if entry["Question"].endswith(_CALM) else {}),
        }
        for judge, questionnaire in asked
        for entry in questionnaire or ()
    ]


def irc_conversations(path: Path) -> Iterator[Row]:
    """Help-channel threads: who began is the customer, everybody else a rep."""
    for thread in read_rows(path):
        asker = thread["messages"][0]["user"]
        times = _irc_times(thread)
        yield {
            "id": thread["id"],
            "channel": "chat",
            "subject": f"#{thread['channel']}",
            "customer": {"id": f"{thread['channel']}/{asker}", "name": asker, "locale": "en"},
            "status": "closed",
            "created_at": times[0],
            "tags": [thread["channel"]],
            "messages": [
                {
                    "id": f"{message['line']}",
                    "author": "customer" if message["user"] == asker else "rep",
                    "name": message["user"],
                    "text": message["text"] if message["text"].strip() else "(an empty line)",
                    "created_at": time,
                }
                for message, time in zip(thread["messages"], times, strict=True)
            ],
        }


def _irc_times(thread: Row) -> list[str]:
    """Instants of a thread. Ubuntu logs have a date in their name and the hour in the line."""
    clocks = [message["time"] for message in thread["messages"]]
    if len(clocks[0]) > len("00:00"):
        return clocks
    day = datetime.strptime(thread["source"][:10], "%Y-%m-%d").replace(tzinfo=UTC)
    found: list[datetime] = []
    for clock in clocks:
        hour, minute = clock.split(":")
        moment = day + timedelta(hours=int(hour), minutes=int(minute))
        if found and moment < found[-1] - timedelta(hours=12):  # past midnight
            day += timedelta(days=1)
            moment += timedelta(days=1)
        found.append(moment)
    return [moment.isoformat() for moment in found]


def bank_articles(path: Path) -> Iterator[Row]:
    """tau2's bank: titles that begin with "Internal:" are internal."""
    for document in read_rows(path):
        internal = document["title"].startswith("Internal:")
        yield {
            "id": document["id"],
            "title": document["title"],
            "body": document["content"],
            "audience": "internal" if internal else "public",
            "locale": "en",
        }


def aws_articles(path: Path) -> Iterator[Row]:
    """AWS guides as they are."""
    for document in read_rows(path):
        yield {
            "id": document["id"],
            "title": document["title"],
            "body": document["text"],
            "locale": "en",
            "tags": [document["guide"]],
        }


ADAPTERS = {
    "star": star_conversations,
    "irc ubuntu": irc_conversations,
    "irc other": irc_conversations,
    "tau2 bank": bank_articles,
    "aws core": aws_articles,
}


def read_rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


def write_rows(path: Path, rows: Iterable[Row]) -> int:
    """Write the import contract; returns how many messages it holds."""
    messages = 0
    with path.open("w", encoding="utf-8") as handle:
        for row in rows:
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
            messages += len(row.get("messages", ()))
    return messages
