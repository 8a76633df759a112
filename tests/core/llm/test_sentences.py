"""Cutting texts and Markdown into pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.llm import DraftOutput, join_sentences, partial_sentences
from core.llm.offline.cleaning import without_pleasantries
from core.llm.offline.markdown import plain, read_pieces
from core.llm.offline.query import Turn, understand
from core.llm.offline.questions import kind_of
from core.llm.offline.sentences import sentence_spans, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "It takes 3.5 hours, e.g. on Sunday. Then wait.",
            ["It takes 3.5 hours, e.g. on Sunday.", "Then wait."],
        ),
        ("Use v1.2.3. See example.com. Done.", ["Use v1.2.3.", "See example.com.", "Done."]),
        (
            "Das gilt z. B. für Mails. Am 3. Mai endet es.",
            ["Das gilt z. B. für Mails.", "Am 3. Mai endet es."],
        ),
        (
            "¿Cómo? Abra el menú, p. ej. Ajustes. Listo.",
            ["¿Cómo?", "Abra el menú, p. ej. Ajustes.", "Listo."],
        ),
        ("Écrivez à M. Dupont. Merci !", ["Écrivez à M. Dupont.", "Merci !"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("設定を開きます。次に進みます。", ["設定を開きます。", "次に進みます。"]),
        ("Wait... and then go.", ["Wait... and then go."]),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(st.sampled_from(list("aB1 .!?\n\"')。éß…")) | st.characters(), max_size=200))
@settings(deadline=None)
def test_splitting_loses_nothing(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@given(st.text(st.sampled_from(list("ab1. \n|-*#`>[]()~\t\\")) | st.characters(), max_size=300))
@settings(deadline=None)
def test_pieces_are_exact_and_in_order(text: str) -> None:
    pieces = read_pieces(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces)
    assert all(left.end <= right.start for left, right in pairwise(pieces))


def test_markdown_is_read_as_a_person_would() -> None:
    text = (
        "# Title\n\nFirst **bold** sentence. See [the page](http://x.example).\n\n"
        "1. Open *Settings*.\n   Then wait.\n2. Run:\n\n   ```\n   go. now.\n   ```\n3. Done.\n\n"
        "| A | B |\n|---|---|\n| x | y |\n\n- [Only a link](a.md)\n- A bullet\n"
    )
    kinds = [(piece.kind, piece.text) for piece in read_pieces(text)]
    assert ("prose", "First bold sentence.") in kinds
    assert ("navigation", "See the page.") in kinds
    assert ("step", "Open Settings. Then wait.") in kinds
    assert ("code", "```\n   go. now.\n   ```") in kinds
    assert ("row", "x: y") in kinds
    assert ("navigation", "Only a link") in kinds
    assert ("bullet", "A bullet") in kinds
    steps = [piece for piece in read_pieces(text) if piece.kind in ("step", "code")]
    assert len({piece.block for piece in steps}) == 1


def test_plain() -> None:
    assert (
        plain("**Billing > Plan** and `rst_` \\- [here](x) &amp; <b>now</b> .")
        == "Billing > Plan and `rst_` - here & now."
    )
    assert plain("snake_case_name and 2 * 3 * 4") == "snake_case_name and 2 * 3 * 4"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hi,\n\nMy site is down.\n\nBest regards,\nAda\nAcme", "My site is down."),
        ("Hello team, how do I pay? Thanks in advance!", "how do I pay?"),
        ("Guten Tag,\nwie zahle ich?\nMit freundlichen Grüßen\nAda", "wie zahle ich?"),
        ("> old text\nNew text.", "New text."),
        ("Thanks!", ""),
        ("Thanks to your update my site is down, what can I do about that now?", None),
    ],
)
def test_pleasantries_go(text: str, left: str | None) -> None:
    assert without_pleasantries(text) == (text if left is None else left)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How do I pay?", "how"),
        ("How long does it take?", "amount"),
        ("Is it possible to pay by card?", "yes_no"),
        ("Why was it declined?", "why"),
        ("Where can I see it?", "where"),
        ("What is a seat?", "what"),
        ("My site is down.", "problem"),
        ("Wie kann ich zahlen?", "how"),
        ("¿Cuánto cuesta?", "amount"),
        ("Comment puis-je payer ?", "how"),
    ],
)
def test_kinds_of_questions(question: str, kind: str) -> None:
    assert kind_of(question) == kind


def test_the_query_drops_what_is_not_asked() -> None:
    long = (
        "Hello [PERSON_1],\n\nyesterday my wife and I came back from a long holiday in the mountains. "
        "The weather was lovely and we had a great time with the children. We took many pictures of cows. "
        "Now the deploy of my site fails with error ERR_4012 on build. How do I fix ERR_4012?\n\nCheers,\nBob"
    )
    request = understand([Turn("customer", long)], language="en")
    assert "ERR_4012" in request.query
    assert "PERSON" not in request.query
    assert len(request.query.split()) <= 60
    assert request.asks[0].text == "How do I fix ERR_4012?"


def test_joined_sentences_can_be_found_again() -> None:
    texts = ["Hello,", "\n\nFirst.", "Second.", "\n1. Step", "\n\nBye"]
    joined, spans = join_sentences(texts)
    assert joined == "Hello,\n\nFirst. Second.\n1. Step\n\nBye"
    assert [joined[a:b] for a, b in spans] == [text.strip() for text in texts]


@given(st.lists(st.text(max_size=20), max_size=6))
def test_joining_keeps_every_sentence(texts: list[str]) -> None:
    joined, spans = join_sentences(texts)
    assert [joined[a:b] for a, b in spans] == [text.strip() for text in texts]


def test_partial_json_is_read_at_every_point() -> None:
    whole = (
        '{"decision":"answer","sentences":[{"text":"One, {two}.","cites":[]},{"text":"Three.","cites":[]}]}'
    )
    sizes = [len(partial_sentences(whole[:at])) for at in range(len(whole) + 1)]
    assert sizes == sorted(sizes)
    assert partial_sentences("Sure! ```json\n" + whole) == ["One, {two}.", "Three."]
    assert partial_sentences("nothing here") == []


def test_confidence_is_kept_within_bounds() -> None:
    assert DraftOutput(decision="answer", confidence=7).confidence == 1
    assert DraftOutput(decision="answer", confidence=float("nan")).confidence == 0
