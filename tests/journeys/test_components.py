"""The browser components by themselves: drawn again and cleaned up in the order Streamlit may do it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.widgets.components import script

# Draws the component in an empty page: `draw(data)` gives the clean-up of that drawing.
_HARNESS = """async ([code, html]) => {
  const host = document.body.appendChild(document.createElement("div"))
  const root = host.attachShadow({ mode: "open" })
  root.innerHTML = html
  const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))
  window.host = host
  window.sent = []
  window.draw = (data) => {
    const told = (name, value) => window.sent.push([name, value])
    return module.default({ data, parentElement: root, setTriggerValue: told, setStateValue: told })
  }
}"""
# Streamlit draws without waiting: the clean-up of the first drawing may come after the second one.
_TWICE_AND_LATE = """(data) => {
  const first = draw(data)
  draw(data)
  first?.()
}"""

QUEUE = {"rows": [], "selected": None, "empty": "Nothing", "more": False}
DRAFT = {"type": "draft", "id": 7}
THREAD = {"conversation": 1, "messages": [], "flagging": True, "still": True, "whole": DRAFT}
WORDS = dict.fromkeys(("text", "saved", "placeholder", "label", "hint", "problem"), "")
REPLY = {**WORDS, "conversation": 1, "revision": "a.0", "disabled": False, "focus": False}
KEYS = {"choices": "choices", "save": "save", "once": "1"}
TYPING = {"within": "note", "milliseconds": 50}


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<body></body>", content_type="text/html"))
    page.goto("http://components.test/")  # an address of its own: about:blank has no storage
    yield page
    page.close()


def mount(page: Page, name: str, html: str, data: dict[str, Any], *, parts: tuple[str, ...] = ()) -> None:
    page.evaluate(_HARNESS, [script(name, parts=parts), html])
    page.evaluate(_TWICE_AND_LATE, data)


def sent(page: Page) -> list[Any]:
    return list(page.evaluate("window.sent"))


def test_the_queue_hears_keys_after_a_late_clean_up_once_each(blank: Page) -> None:
    mount(blank, "queue", '<div class="root"></div>', QUEUE)
    blank.keyboard.press("?")
    assert sent(blank) == [["help", True]]


def test_a_queue_that_has_gone_hears_nothing_and_one_that_is_back_does(blank: Page) -> None:
    mount(blank, "queue", '<div class="root"></div>', QUEUE)
    blank.evaluate("host.remove()")
    blank.keyboard.press("?")
    assert sent(blank) == []
    blank.evaluate("data => { document.body.append(host); draw(data) }", QUEUE)
    blank.keyboard.press("?")
    assert sent(blank) == [["help", True]]


def test_the_newest_drawing_answers(blank: Page) -> None:
    mount(blank, "queue", '<div class="root"></div>', QUEUE)
    row = {"id": 5, "who": "A", "wait": "", "late": False, "subject": "", "preview": "", "chips": []}
    blank.evaluate("data => { draw(data) }", QUEUE | {"rows": [row]})
    blank.keyboard.press("j")
    assert sent(blank) == [["open", 5]]


def test_a_flag_by_key_is_heard_after_a_late_clean_up_once(blank: Page) -> None:
    mount(blank, "thread", '<div class="thread"></div>', THREAD, parts=("marking",))
    say = "detail => document.dispatchEvent(new CustomEvent('ratchet-flag', { detail }))"
    blank.evaluate(say, {"strength": "weak"})
    assert sent(blank) == [["flag", DRAFT | {"strength": "weak"}]]


def test_keys_of_a_form_choose_after_a_late_clean_up(blank: Page) -> None:
    blank.set_content(
        '<div class="st-key-choices"><input type="radio" name="a"><input type="radio" name="a"></div>'
        '<div class="st-key-save"><button onclick="saved++">Save</button></div><script>var saved = 0</script>'
    )
    mount(blank, "choice_keys", '<div class="keys"></div>', KEYS)
    blank.keyboard.press("2")
    assert blank.locator("input").nth(1).is_checked()
    blank.keyboard.press("Enter")
    assert blank.evaluate("window.saved") == 1


def test_a_reply_begun_before_the_script_was_there_is_kept(blank: Page) -> None:
    markup = (
        '<div class="composer"><textarea></textarea><span class="note"></span>'
        '<button class="send"><span class="label"></span></button></div>'
    )
    blank.evaluate(_HARNESS, [script("composer"), markup])
    box = blank.locator("textarea")
    box.press_sequentially("Half a sente")
    blank.evaluate("data => { draw(data) }", REPLY)
    box.press_sequentially("nce")
    expect(box).to_have_value("Half a sentence")
    blank.wait_for_function("window.sent.at(-1)?.[1].text === 'Half a sentence'")
    blank.evaluate("data => { draw(data) }", REPLY | {"revision": "b.0", "text": "A draft"})
    expect(box).to_have_value("A draft")


def test_words_typed_before_a_late_clean_up_are_committed(blank: Page) -> None:
    blank.set_content(
        '<div class="st-key-note"><textarea></textarea></div><script>window.committed = []\n'
        'document.querySelector("textarea").addEventListener("keydown", (event) => {\n'
        '  if (event.ctrlKey && event.key === "Enter") committed.push(event.target.value) })</script>'
    )
    blank.locator("textarea").press_sequentially("typed before it was there")
    mount(blank, "commit_typing", '<div class="typing"></div>', TYPING)
    blank.wait_for_function("window.committed.at(-1) === 'typed before it was there'")
    blank.locator("textarea").press_sequentially(", and after")
    blank.wait_for_function("window.committed.at(-1) === 'typed before it was there, and after'")
