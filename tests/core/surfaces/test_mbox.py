"""Conversations from mail."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.core.surfaces.reading import Found, read

ADA = "Ada Byron <ada@example.org>"
SUPPORT = "Halyard Support <help@halyard.example>"


def mail(
    text: str = "Where is my invoice?",
    *,
    id: str = "1@x",
    sender: str = ADA,
    to: str = SUPPORT,
    subject: str = "Invoice",
    minute: int = 0,
    **headers: str,
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = f"Mon, 02 Nov 2026 09:{minute:02}:00 +0000"
    message["Message-ID"] = f"<{id}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def mbox(path: Path, *messages: EmailMessage | bytes) -> Path:
    with path.open("wb") as handle:
        for message in messages:
            raw = message if isinstance(message, bytes) else message.as_bytes()
            handle.write(b"From someone@example.org Mon Nov  2 09:00:00 2026\n")
            handle.write(raw.replace(b"\nFrom ", b"\n>From "))
            handle.write(b"\n\n")
    return path


def texts(found: Found) -> list[list[str]]:
    return [[message.text for message in record.messages] for record in found.records]


def test_a_thread_is_one_conversation_wherever_its_mails_stand(tmp_path: Path) -> None:
    path = mbox(
        tmp_path / "in.mbox",
        mail(
            "Third", id="3@x", minute=3, References="<1@x> <2@x>", In_Reply_To="<2@x>", subject="Re: Invoice"
        ),
        mail("Other matter", id="9@x", minute=1, subject="Password"),
        mail("First", id="1@x"),
        mail(
            "Second", id="2@x", minute=2, sender=SUPPORT, to=ADA, In_Reply_To="<1@x>", subject="Re: Invoice"
        ),
    )
    found = read(path, "mbox", support_addresses=("@halyard.example",))
    assert not found.rejects
    assert sorted(texts(found)) == [["First", "Second", "Third"], ["Other matter"]]
    record = next(record for record in found.records if len(record.messages) == 3)
    assert (record.external_id, record.channel, record.subject) == ("1@x", "email", "Invoice")
    assert [message.author for message in record.messages] == ["customer", "rep", "customer"]
    assert (record.customer.external_id, record.customer.name) == ("ada@example.org", "Ada Byron")
    assert record.created_at == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_without_support_addresses_the_first_writer_is_the_customer(tmp_path: Path) -> None:
    path = mbox(
        tmp_path / "in.mbox", mail(), mail("Here", id="2@x", minute=1, sender=SUPPORT, In_Reply_To="<1@x>")
    )
    (record,) = read(path, "mbox").records
    assert [message.author for message in record.messages] == ["customer", "rep"]


def test_a_thread_that_we_started_belongs_to_the_recipient(tmp_path: Path) -> None:
    path = mbox(tmp_path / "in.mbox", mail("Your domain expires", sender=SUPPORT, to=ADA))
    (record,) = read(path, "mbox", support_addresses=("help@halyard.example",)).records
    assert record.customer.email == "ada@example.org"
    assert record.messages[0].author == "rep"


def test_a_cyclic_reply_chain_is_one_conversation(tmp_path: Path) -> None:
    path = mbox(
        tmp_path / "in.mbox",
        mail("A", id="a@x", minute=1, In_Reply_To="<c@x>"),
        mail("B", id="b@x", minute=2, In_Reply_To="<a@x>", References="<b@x> <a@x> <c@x>"),
        mail("C", id="c@x", minute=3, In_Reply_To="<b@x>"),
        mail("self", id="s@x", minute=4, subject="Mirror", In_Reply_To="<s@x>"),
    )
    found = read(path, "mbox")
    assert sorted(texts(found)) == [["A", "B", "C"], ["self"]]
    assert [r.external_id for r in read(path, "mbox").records] == [r.external_id for r in found.records]


def test_a_reply_without_references_joins_by_subject_and_people(tmp_path: Path) -> None:
    path = mbox(
        tmp_path / "in.mbox",
        mail("First", id="1@x"),
        mail("Answer", id="2@x", minute=1, sender=SUPPORT, to=ADA, subject="AW: Invoice"),
        mail("Stranger", id="3@x", minute=2, sender="eve@example.net", subject="Re: Invoice"),
        mail("New matter, same subject", id="4@x", minute=3),
    )
    assert sorted(texts(read(path, "mbox"))) == [
        ["First", "Answer"],
        ["New matter, same subject"],
        ["Stranger"],
    ]


def test_quotes_and_signature_are_folded_and_html_is_safe(tmp_path: Path) -> None:
    message = mail("Tomorrow.\n\n-- \nAda\n\nOn Monday Jo wrote:\n> When?\n")
    message.add_alternative(
        '<p>Tomorrow.</p><script>x()</script><img src="https://t.example/x.png" alt="logo">', subtype="html"
    )
    path = mbox(tmp_path / "in.mbox", message)
    found = read(path, "mbox")
    (said,) = found.records[0].messages
    assert said.text == "Tomorrow."
    assert said.folded == "-- \nAda\n\nOn Monday Jo wrote:\n> When?"
    assert said.html == "<p>Tomorrow.</p><em>[image not loaded: logo]</em>"
    assert [remark.text for remark in found.remarks] == ["1 remote image(s) not loaded"]


def test_html_only_mail_becomes_text_with_the_quote_folded(tmp_path: Path) -> None:
    message = mail()
    message.set_content(
        "<div>Yes, please.</div><div>On Monday Jo wrote:<br></div><blockquote>Shall we?</blockquote>",
        subtype="html",
    )
    (said,) = read(mbox(tmp_path / "in.mbox", message), "mbox").records[0].messages
    assert (said.text, said.folded) == ("Yes, please.", "On Monday Jo wrote:\n\n> Shall we?")


def test_automatic_replies_are_system_messages(tmp_path: Path) -> None:
    path = mbox(tmp_path / "in.mbox", mail("I am on holiday", Auto_Submitted="auto-replied"))
    assert read(path, "mbox").records[0].messages[0].author == "system"


def raw_mail(body: bytes, *headers: bytes) -> bytes:
    base = [b"From: ada@example.org", b"Message-ID: <r@x>", b"Date: Mon, 02 Nov 2026 09:00:00 +0000"]
    return b"\n".join([*base, *headers, b"", body])


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (b"iso-8859-1", b"Gr\xfc\xdfe \x80", "Grüße €"),
        (b"utf-8", "Grüße".encode(), "Grüße"),
        (b"utf-8", b"Gr\xfc\xdfe", "Grüße"),  # mislabelled
        (b"x-no-such-charset", "Grüße".encode(), "Grüße"),
        (b"utf-8", "Grüße ".encode() + b"\xff", "Grüße \ufffd"),  # one broken byte
        (b"utf-7", b"Hi Mom +Jjo--!", "Hi Mom \u263a-!"),
        (b"zip", b"plain", "plain"),  # a codec, but none of texts
        (b"koi8-r", "Привет".encode("koi8-r"), "Привет"),
    ],
)
def test_charsets_right_wrong_and_unknown(tmp_path: Path, charset: bytes, body: bytes, text: str) -> None:
    path = tmp_path / "in.eml"
    path.write_bytes(
        raw_mail(body, b"Content-Type: text/plain; charset=" + charset, b"Content-Transfer-Encoding: 8bit")
    )
    found = read(path, "mbox")
    assert texts(found) == [[text]]


def test_encoded_headers_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "in.eml"
    path.write_bytes(
        b"From: =?utf-8?q?Ada_L=C3=B6we?= <ADA@example.org>\n"
        b"Subject: =?iso-8859-1?q?Gr=FC=DFe?= =?bogus?x?y?=\n\nHello"
    )
    (record,) = read(path, "mbox").records
    assert record.customer.name == "Ada Löwe"
    assert record.customer.email == "ada@example.org"
    assert record.subject.startswith("Grüße")


def test_missing_ids_and_dates_are_made_up_the_same_way_each_time(tmp_path: Path) -> None:
    path = mbox(tmp_path / "in.mbox", b"From: ada@example.org\nSubject: Hi\n\nHello\n")
    first, second = read(path, "mbox").records[0], read(path, "mbox").records[0]
    assert first == second
    assert first.created_at == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # the envelope's


def test_a_copy_of_a_mail_and_a_mail_without_headers_are_rejected(tmp_path: Path) -> None:
    path = mbox(tmp_path / "in.mbox", mail(), mail("a copy"), b"just some text\n")
    found = read(path, "mbox")
    assert texts(found) == [["Where is my invoice?"]]
    assert [reject.reason.split(" (")[0] for reject in found.rejects] == [
        "the Message-ID '1@x' was already used at line 2",
        "no mail headers",
    ]
    assert [reject.line for reject in found.rejects] == [15, 28]


def test_from_lines_in_the_body_do_not_split_a_mail(tmp_path: Path) -> None:
    path = mbox(
        tmp_path / "in.mbox",
        mail("Dear all,\nFrom now on\n\nFrom here it goes"),
        mail("x", id="2@x", subject="B"),
    )
    assert texts(read(path, "mbox")) == [["Dear all,\nFrom now on\n\nFrom here it goes"], ["x"]]


def test_a_folder_of_eml_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.eml").write_bytes(mail("First").as_bytes())
    (tmp_path / "sub" / "b.eml").write_bytes(
        mail("Second", id="2@x", minute=1, In_Reply_To="<1@x>").as_bytes()
    )
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / ".hidden.eml").write_bytes(mail("hidden", id="3@x").as_bytes())
    (tmp_path / "notes.txt").write_text("no mail")
    found = read(tmp_path, "mbox")
    assert texts(found) == [["First", "Second"]]
    assert [(reject.file, reject.reason) for reject in found.rejects] == [("empty.eml", "the file is empty")]


def test_attachments_of_every_kind_are_kept_as_files(tmp_path: Path) -> None:
    message = mail("See attached")
    message.add_attachment(
        b"%PDF-1.7", maintype="application", subtype="pdf", filename="../../etc/invoice.pdf"
    )
    message.add_attachment(b"winmail", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="invite.ics")
    message.add_attachment(mail("the original", id="o@x"))
    (said,) = read(mbox(tmp_path / "in.mbox", message), "mbox").records[0].messages
    assert said.text == "See attached"
    assert [(kept.name, kept.media_type) for kept in said.attachments] == [
        ("invoice.pdf", "application/pdf"),
        ("winmail.dat", "application/ms-tnef"),
        ("invite.ics", "text/calendar"),
        ("attachment-4.eml", "message/rfc822"),
    ]
    assert said.attachments[0].content == b"%PDF-1.7"
    assert b"the original" in (said.attachments[3].content or b"")


def test_attachments_over_the_limits_are_noted_not_kept(tmp_path: Path) -> None:
    message = mail("Large")
    megabyte = b"x" * 1024 * 1024
    for size in (11, 9, 9, 9):
        message.add_attachment(
            megabyte * size, maintype="application", subtype="octet-stream", filename=f"{size}.bin"
        )
    (said,) = read(mbox(tmp_path / "in.mbox", message), "mbox").records[0].messages
    assert [(kept.content is not None, kept.note) for kept in said.attachments] == [
        (False, "larger than 10 MB, not kept"),
        (True, ""),
        (True, ""),
        (False, "the attachments of this message exceed 25 MB, not kept"),
    ]
    assert said.attachments[0].size == 11 * 1024 * 1024


def test_a_thousand_nested_parts_are_rejected_not_fatal(tmp_path: Path) -> None:
    depth = 3000
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    path = tmp_path / "in.eml"
    path.write_bytes(b"From: ada@example.org\n" + opening + b"Content-Type: text/plain\n\ndeep\n")
    found = read(path, "mbox")
    assert len(found.records) + len(found.rejects) == 1
