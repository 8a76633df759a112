"""What somebody wrote, and what their mail program added."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.surfaces.mail import fold

HISTORY = "> Hello,\n> when will it arrive?\n>\n> Ada"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Nov 2, 2026 at 9:30 AM Ada Byron <ada@example.org> wrote:",
        "On Mon, Nov 2, 2026 at 9:30 AM Ada Byron\n<ada@example.org> wrote:",
        "Am 02.11.2026 um 09:30 schrieb Ada Byron <ada@example.org>:",
        "Am Mo., 2. Nov. 2026 um 09:30 Uhr schrieb Ada Byron\n<ada@example.org>:",
        "Ada Byron schrieb am 02.11.2026 09:30:",
        "El lun, 2 nov 2026 a las 9:30, Ada Byron (<ada@example.org>) escribió:",
        "Le lun. 2 nov. 2026 à 09:30, Ada Byron <ada@example.org> a écrit :",
    ],
)
@pytest.mark.parametrize("history", [HISTORY, HISTORY.replace("> ", "").replace(">", "")])
def test_history_is_folded_in_four_languages(attribution: str, history: str) -> None:
    folded = fold(f"Tomorrow.\n\n{attribution}\n\n{history}\n")
    assert folded.text == "Tomorrow."
    assert folded.folded.startswith(attribution)
    assert "when will it arrive?" in folded.folded


@pytest.mark.parametrize(
    "block",
    [
        "From: Ada <ada@example.org>\nSent: Monday, November 2, 2026 9:30 AM\nTo: Support\nSubject: Invoice",
        "Von: Ada <ada@example.org>\nGesendet: Montag, 2. November 2026\nAn: Support\nBetreff: Rechnung",
        "De: Ada <ada@example.org>\nEnviado el: lunes, 2 de noviembre\nPara: Soporte\nAsunto: Factura",
        "De : Ada <ada@example.org>\nEnvoyé : lundi 2 novembre 2026 09:30\nÀ : Support\nObjet : Facture",
        "*From:* Ada\n*Sent:* Monday\n*To:* Support",
    ],
)
@pytest.mark.parametrize("rule", ["", "________________________________\n"])
def test_outlook_history_is_folded(block: str, rule: str) -> None:
    folded = fold(f"Tomorrow.\n\n{rule}{block}\n\nwhen will it arrive?")
    assert folded.text == "Tomorrow."
    assert folded.folded.endswith("when will it arrive?")


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-----Mensaje original-----",
        "-----Message d'origine-----",
        "---------- Forwarded message ---------",
    ],
)
def test_dividers_start_the_history(divider: str) -> None:
    assert fold(f"Tomorrow.\n{divider}\nold").text == "Tomorrow."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJo Smith\nHalyard",
        "Kind regards,\nJo Smith\n+44 20 7946 0000",
        "Mit freundlichen Grüßen\n\nJo Schmidt\nHalyard GmbH",
        "Viele Grüße\nJo",
        "Cordialement,\nJo",
        "Un saludo,\nJo",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Enviado desde mi iPhone",
        "Envoyé de mon iPhone",
        "Get Outlook for iOS <https://aka.ms/o0ukef>",
    ],
)
def test_signatures_are_folded(signature: str) -> None:
    folded = fold(f"It is attached.\n\n{signature}\n")
    assert (folded.text, folded.folded) == ("It is attached.", signature)


def test_answers_between_quotes_stay_text() -> None:
    folded = fold("On Monday Ada wrote:\n> Where is it?\nOn its way.\n> And the bill?\nAttached.\n")
    assert folded.text == "On its way.\nAttached."
    assert folded.folded == "On Monday Ada wrote:\n> Where is it?\n> And the bill?"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks\nfor the quick help! Could you also tell me when it ships?",
        "On Monday I wrote: nothing happened.",
        "From: where do you ship?",
        "I pressed -- twice\nand it broke",
        "Am Montag war alles gut.",
        "best",
        "-- ",
        "> only a quote",
        "",
    ],
)
def test_what_only_looks_like_it_is_kept(text: str) -> None:
    assert fold(text).text == text.rstrip()
    assert fold(text).folded == ""


@pytest.mark.parametrize(
    "line",
    [
        "On " * 33_000,
        "> " * 50_000,
        "\n".join(["On x"] * 25_000),
        "From: a\n" * 12_000,
        "-" * 100_000,
        "El " + "a " * 40_000,
    ],
)
def test_long_input_takes_linear_time(line: str) -> None:
    started = time.process_time()
    fold(f"{line}\n" * 2)
    assert time.process_time() - started < 5


_LINES = st.lists(
    st.sampled_from(
        ["", "hi", "> quoted", "On Monday Ada wrote:", "-- ", "Best regards,", "J", "From: Ada", "Sent: M",
         "To: us", "-----Original Message-----", "Sent from my iPhone", "________________"]
    ) | st.text(max_size=12),
    max_size=14,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_LINES)
def test_no_line_is_lost(lines: list[str]) -> None:
    body = "\n".join(lines)
    folded = fold(body)

    def filled(text: str) -> list[str]:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return sorted(line.rstrip() for line in text.split("\n") if line.strip())

    assert filled(f"{folded.text}\n{folded.folded}") == filled(body)
    assert bool(folded.text.strip()) == bool(body.strip())
