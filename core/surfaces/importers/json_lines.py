"""Conversations as JSON lines: the format to write when you can choose."""

from __future__ import annotations

import json
from collections.abc import Iterator

from core.conversations import ConversationRecord
from core.errors import InvalidInput
from core.surfaces.importers.building import build_conversation
from core.surfaces.importers.opinions import Refused
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import conversation_importer
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source


@conversation_importer("jsonl", label="JSON lines", suffixes=(".jsonl", ".ndjson"))
def read_jsonl(source: Source, options: ImportOptions) -> Iterator[ConversationRecord | Reject | Remark]:
    """One conversation a line, UTF-8.

    ```json
    {"id": "c-1", "channel": "chat", "subject": "Invoice", "status": "open",
     "created_at": "2026-11-02T09:30:00Z", "tags": ["billing"], "csat": 4,
     "customer": {"id": "u-1", "name": "Ada", "email": "ada@example.org", "locale": "en"},
     "messages": [{"id": "m-1", "author": "customer", "name": "Ada", "text": "Hello",
                   "html": "<p>Hello</p>", "created_at": "2026-11-02T09:30:00Z"}]}
    ```

    | field | required | values |
    | --- | --- | --- |
    | `id` | yes | text or whole number, up to 200 characters, unique in the source |
    | `channel` | yes | `chat`, `email`, `voice` or `embedded` |
    | `customer.id` | yes | text or whole number |
    | `customer.name`, `.email`, `.locale` | no | text |
    | `created_at` | yes | a date (see Dates) |
    | `messages` | yes | 1 to 20,000 objects; put in the order of `created_at` |
    | `messages[].author` | yes | `customer`, `rep`, `assistant` or `system` |
    | `messages[].text` | yes | up to 1,000,000 characters; may be left out when `html` is given |
    | `messages[].created_at` | yes | a date |
    | `messages[].id`, `.name`, `.html` | no | text; HTML is sanitised |
    | `subject`, `tags` | no | text; list of texts |
    | `status` | no | `open`, `waiting`, `resolved`, `closed`; default by who wrote last |
    | `csat` | no | 1 to 5 |
    | `judgements` | no | up to 500 answers about the conversation, see below |
    | `messages[].suggestion` | no | of a message of ours: what another system suggested, see below |

    What people thought comes along, such as questionnaires and picked suggestions:

    ```json
    {"judgements": [{"question": "Did we help?", "answer": true, "judge": "customer"},
                    {"criterion": "polite_agent", "question": "Was the agent polite?", "answer": 5,
                     "judge": {"person": "qa-17"}, "reason": "Very kind.", "at": "2026-11-03"}],
     "messages": [{"author": "rep", "text": "Hi", "created_at": "2026-11-02T09:31:00Z",
                   "suggestion": {"offered": 3, "picked": 1, "edited": false,
                                  "labels": ["greet", "ask_name", "bye"]}}]}
    ```

    | field of a judgement | required | values |
    | --- | --- | --- |
    | `criterion` or `question` | one of them | the name of a criterion, or what was asked |
    | `answer` | yes | true or false, 1 to 5, a text, or a list of texts |
    | `judge` | yes | `"customer"`, or `{"person": NAME}` |
    | `reason`, `at` | no | text; a date, by default the conversation's last message |
    | `choices` | no | list of the possible answers, for a question that is new here |
    | `good` | no | list of the answers that speak for us, for a question that is new here |

    * A `person` who has an account here, by username, answers as that person; the answers of others are
      kept under the name given.
    * A `question` nobody asked before becomes a criterion about conversations: yes or no for true and
      false, 1 to 5 for whole numbers, one of its `choices` where they are given (several for a list),
      and otherwise a note that keeps the words. `criterion` beside `question` names it. Its answers do
      not grow: a later answer outside them is rejected. So write a new version on the Criteria page.
    * Each judge answers a question once; another answer in a later import corrects the earlier one.

    | field of a suggestion | required | values |
    | --- | --- | --- |
    | `picked` | no | rank of the suggestion that was sent, 1 the first; null or left out: own words |
    | `offered` | no | how many were offered, 1 to 1,000 |
    | `edited` | no | true when the picked one was changed before it was sent |
    | `labels` | no | names of what was offered, the best first |

    A suggestion is kept as a draft of the model `imported`: sent, edited, or discarded for own words.
    It never shows in Assist. The first import of a message's suggestion counts.

    An answer or suggestion that cannot be read is rejected alone; its conversation goes in.

    Other fields are ignored. A second conversation with the same `id` in one file is rejected.
    Empty lines are skipped. Bytes that are not UTF-8 are replaced and remarked on.
    """
    seen: dict[str, int] = {}
    for line in source.lines():
        if not line.text.strip():
            continue
        if line.broken:
            yield Remark(line.number, "not valid UTF-8; unreadable bytes were replaced")
        try:
            raw = parse_json(line.text)
            if isinstance(raw, dict) and "channel" not in raw:
                raise InvalidInput("channel is missing")
            refused: list[Refused] = []
            record = build_conversation(raw, options=options, line=line.number, refused=refused)
            check_new(record.external_id, line.number, seen)
        except InvalidInput as error:
            yield Reject(line.number, str(error), line.text)
            continue
        yield record
        for each in refused:
            yield Reject(line.number, f"{record.external_id}: {each.reason}", each.value)


def parse_json(text: str) -> object:
    """``text`` as JSON.

    Raises:
        InvalidInput: it is none, or nested too deeply, or holds a number nobody can mean.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise InvalidInput("not JSON we can read: nested too deeply") from None
    except ValueError as error:  # an integer of thousands of digits
        raise InvalidInput(f"not JSON we can read: {str(error)[:80]}") from None


def check_new(external_id: str, line: int, seen: dict[str, int]) -> None:
    """Remember ``external_id``.

    Raises:
        InvalidInput: it was seen before; the message names the first line.
    """
    first = seen.setdefault(external_id, line)
    if first != line:
        raise InvalidInput(f"the id {external_id!r} was already used at line {first}")
