"""What classifiers may send away: subjects with personal data hidden."""

from __future__ import annotations

from core.assist import conceal_subjects
from core.classifiers import Subject
from core.conversations import Conversation, Customer
from core.database import Database


def test_a_customer_we_know_is_hidden_however_the_name_stands(database: Database) -> None:
    with database.transaction() as session:
        customer = Customer(name="Will Hay", email="w@x.org", external_id="HX-77", locale="en")
        session.add(customer)
        session.flush()
        conversation = Conversation(external_id="c1", customer_id=customer.key, subject="s", channel="email")
        session.add(conversation)
        session.flush()
        key = conversation.key
    said = "ask will hay about HX-77, w@x.org\u200b, the hay\U000e0041\U000e0042 is Hay's"
    one, other = conceal_subjects(
        [Subject(said, conversation_id=key), Subject(said, conversation_id=key + 1)], database
    )
    assert one.text == "ask [NAME_1] about [ACCOUNT_1], [EMAIL_1], the [NAME_2] is [NAME_3]'s"
    assert "HX-77" in other.text  # of another conversation: not known to be anybody's number


def test_a_huge_text_is_masked_in_time(database: Database) -> None:
    (masked,) = conceal_subjects([Subject(("a1 " * 40_000) + "bob@example.org")], database)
    assert len(masked.text) < 25_000
    assert masked.text.endswith("[EMAIL_1]")


def test_facts_and_citations_stay_here(database: Database) -> None:
    subject = Subject(
        "hello", facts={"company": "Hay Ltd"}, citations=({"quote": "q"},), question="My name is Bob Ross."
    )
    (masked,) = conceal_subjects([subject], database)
    assert (masked.text, masked.facts, masked.citations) == ("hello", {}, ())
    assert "Bob" not in masked.question


def test_people_are_hidden_where_no_conversation_is_stored(database: Database) -> None:
    subject = Subject(
        "Dear Zbigniew, we wrote to zbiggy and to A-4711-X.",
        reference="Dear Mr Okonkwo, it is on its way.",
        people=("Zbigniew Okonkwo", "A-4711-X"),
    )
    (hidden,) = conceal_subjects([subject], database)
    assert "Zbigniew" not in hidden.text
    assert "4711" not in hidden.text
    assert "Okonkwo" not in hidden.reference
    assert hidden.reference.endswith("it is on its way.")
    assert hidden.people == ()
