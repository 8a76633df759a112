"""Reading indices of three languages, against syllables counted by hand and texts of known ease."""

from __future__ import annotations

import pytest

from core.knowledge.checks.reading import count_syllables, reading_ease
from core.knowledge.markdown import read_blocks

_BY_HAND = {
    "en": "re-fund pass-word cre-ate cre-a-ted ta-ble the cus-tom-er peo-ple pay-ment an-nu-al month-ly "
    "a-vail-a-ble ac-count changed need-ed in-voice in-voi-ces use used vid-e-o pre-vi-ous ques-tion "
    "spe-cial safe-ly man-age time o-rig-i-nal de-lete sub-scrip-tion some-thing se-ri-ous try-ing "
    "ac-tu-al sit-u-a-tion i-de-a file rules lit-tle a-re-a sci-ence set-tings box-es pa-ges likes "
    "asked want-ed cli-ent please year",
    "de": "rück-er-stat-tung mo-nats-plä-ne kar-te in-ner-halb ü-ber-wie-sen kun-de kon-to pass-wort "
    "sei-te an-mel-den rech-nung zah-lung be-zah-len neu-e ge-rä-te frei häu-ser ver-ant-wort-lich "
    "ak-ti-vie-ren dau-er se-hen",
    "es": "re-em-bol-so cuen-ta con-tra-se-ña pa-go dí-as fac-tu-ra ciu-dad pa-ís a-quí guí-a que quien "
    "in-for-ma-ción sus-crip-ción te-o-rí-a rey cau-sa tar-je-ta a-é-re-o le-er tie-nes tam-bién "
    "u-sua-rio plan po-e-ta dí-a",
}


@pytest.mark.parametrize("language", sorted(_BY_HAND))
def test_nine_of_ten_words_are_counted_right(language: str) -> None:
    words = _BY_HAND[language].split()
    right = [count_syllables(word.replace("-", ""), language) == word.count("-") + 1 for word in words]
    assert sum(right) >= 0.9 * len(words)


_EASY = {
    "en": "You can stop your plan at any time. Go to the page. Click the red box. Then we send the rest of "
    "the cash back to your card. It takes two weeks. If you need help, call us.",
    "de": "Du kannst den Plan jederzeit beenden. Geh auf die Seite. Klick auf den roten Knopf. Dann senden "
    "wir dir den Rest zurück. Das dauert zwei Wochen. Wenn du Hilfe brauchst, ruf uns an. Wir sind "
    "gern für dich da.",
    "es": "Puedes dejar tu plan hoy. Ve a la página. Haz clic en el botón rojo. Luego te damos el resto en "
    "tu tarjeta. Son dos semanas. Si tienes una duda, llama. Todo va muy bien y no te cuesta nada "
    "más.",
}
_HARD = {
    "en": "Notwithstanding contractual obligations regarding subscription cancellation, reimbursement of "
    "outstanding monetary considerations necessitates administrative verification, documentation of "
    "applicable circumstances, and authorization by responsible organizational representatives, "
    "particularly concerning international transactions and promotional agreements.",
    "de": "Unbeschadet vertraglicher Kündigungsverpflichtungen erfordert die Rückerstattung ausstehender "
    "Abonnementgebühren eine verwaltungstechnische Überprüfung, die Dokumentation "
    "entscheidungserheblicher Zusammenhänge sowie die Genehmigung verantwortlicher "
    "Organisationseinheiten, insbesondere hinsichtlich grenzüberschreitender Zahlungsvorgänge und "
    "verkaufsfördernder Sondervereinbarungen.",
    "es": "Independientemente de las obligaciones contractuales relacionadas con la cancelación de "
    "suscripciones, el reembolso de las cantidades correspondientes necesita verificación "
    "administrativa, documentación de las circunstancias aplicables y autorización de representantes "
    "responsables de la organización, particularmente respecto a transacciones internacionales.",
}


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_easy_and_hard_texts_are_told_apart(language: str) -> None:
    easy = reading_ease(read_blocks(_EASY[language]), language)
    hard = reading_ease(read_blocks(_HARD[language]), f"{language}-XX")
    assert easy is not None
    assert hard is not None
    assert (easy.level, hard.level) == ("easy", "hard")
    assert "Shorter sentences" in hard.words


def test_a_known_value() -> None:
    # 6 sentences of 6 one-syllable words: 206.835 - 1.015 * 6 - 84.6 * 1
    reading = reading_ease(read_blocks("The cat sat on the mat. " * 6), "en")
    assert reading is not None
    assert reading.score == pytest.approx(116.1, abs=0.05)


def test_code_tables_and_short_texts_do_not_count() -> None:
    code = "```\n" + "word " * 60 + "\n```\n\n| a | b |\n| --- | --- |\n" + "| one | two |\n" * 40
    assert reading_ease(read_blocks(code + "\n\nShort."), "en") is None
    assert reading_ease(read_blocks(_EASY["en"]), "fr") is None
