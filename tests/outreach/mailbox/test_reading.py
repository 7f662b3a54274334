"""What strangers send is read: every charset, what is new in a reply, and whatever was made to break or to hold us up."""

from __future__ import annotations

import base64
import os
import random
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.mailbox import quoting
from outreach.domain.mailbox.characters import header_text, text_of
from outreach.domain.mailbox.markup import text_of_html
from outreach.domain.mailbox.reading import MOST_BYTES, Mail, UnreadableError, envelope, read
from tests.outreach.mailbox.letters import letter

# Of mails that were made to take long, none may; a machine that is busy is given its time.
LONGEST_SECONDS = 15.0


def multipart(*parts: tuple[str, str], kind: str = "mixed", **headers: str) -> bytes:
    body = "".join(f"--b\r\n{head}\r\n\r\n{text}\r\n" for head, text in parts) + "--b--"
    return letter(body, **{"Content_Type": f"multipart/{kind}; boundary=b"} | headers)


# Charsets ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "said"),
    [
        ("utf-8", "Grüße, 山田 – “ja”"),
        ("iso-8859-1", "Grüße"),
        ("windows-1252", "“Grüße” – €5"),
        ("windows-1251", "Посылка не пришла"),
        ("koi8-r", "Посылка не пришла"),
        ("iso-2022-jp", "荷物が届きません"),
        ("shift_jis", "荷物が届きません"),
        ("euc-kr", "소포가 오지 않았습니다"),
        ("gb2312", "包裹没有到"),
        ("big5", "包裹沒有到"),
        ("iso-8859-8-i", "שלום"),
        ("windows-1256", "لم يصل الطرد"),
        ("utf-16", "Grüße"),
        ("utf-7", "Grüße"),
    ],
)
def test_what_is_written_in_any_charset_is_read(charset: str, said: str) -> None:
    python = {"iso-8859-8-i": "iso-8859-8"}.get(charset, charset)
    coded = base64.b64encode(said.encode(python)).decode()
    raw = letter(coded, Content_Type=f'text/plain; charset="{charset}"', Content_Transfer_Encoding="base64")
    assert read(raw).text == said


@pytest.mark.parametrize(
    "charset", ["nonsense", "punycode", "idna", "zlib", "base64", "rot13", "unicode-escape", "", "x" * 99]
)
def test_a_charset_that_is_none_is_guessed(charset: str) -> None:
    assert text_of("Grüße".encode(), charset) == "Grüße"
    assert text_of("Grüße".encode("cp1252"), charset) == "Grüße"


def test_a_charset_that_is_not_the_one_named_is_no_reason_to_lose_words() -> None:
    assert text_of("Grüße".encode(), "ascii") == "Grüße"
    assert text_of(b"caf\xe9", "utf-8") == "café"


def test_what_cannot_be_stored_or_shown_is_left_out() -> None:
    mail = read(letter("a\x00b\x1bc\u202ed", subject="x\x00y"))
    assert (mail.text, mail.subject) == ("abcd", "xy")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?R3LDvMOfZQ==?= und mehr", "Grüße und mehr"),
        ("=?ISO-2022-JP?B?GyRCMllKKhsoQg==?=", "荷物"),
        ("=?utf-8?b?not base64!?=", None),
        ("=?nonsense?q?abc?=", "abc"),
        ("two\r\n lines", "two lines"),
        ("Bcc: x\r\nBcc: eve@example.com", "Bcc: x Bcc: eve@example.com"),
    ],
)
def test_a_header_is_one_line_of_text(raw: str, said: str | None) -> None:
    text = header_text(raw)
    assert "\n" not in text
    if said is not None:
        assert text == said


# What it says ----------------------------------------------------------------------------------------------------------------


def test_plain_text_goes_before_html_which_says_the_same() -> None:
    mail = read(
        multipart(("Content-Type: text/plain", "Plain"), ("Content-Type: text/html", "<p>Rich</p>"), kind="alternative")
    )
    assert (mail.text, mail.attachments) == ("Plain", 0)


def test_html_alone_is_read_as_text_and_nothing_in_it_runs() -> None:
    mail = read(
        letter(
            "<html><head><title>t</title><style>p{}</style></head><body><p>Hello&nbsp;&amp; good day</p><p>The parcel"
            "<br>never came</p><script>alert('x')</script><img src=http://evil.example/x.png>"
            "<div class=gmail_quote>On Tuesday we wrote: <blockquote>We are on it</blockquote></div></body></html>",
            Content_Type="text/html",
        )
    )
    assert mail.fresh == "Hello & good day\n\nThe parcel\nnever came"
    assert "> We are on it" in mail.text
    assert "alert" not in mail.text
    assert "evil" not in mail.text


def test_what_html_hides_with_the_text_of_tags_stays_text() -> None:
    whole, _ = text_of_html("&lt;script&gt;alert(1)&lt;/script&gt; 1 < 2")
    assert whole == "<script>alert(1)</script> 1 < 2"


def test_attachments_are_counted_and_never_opened() -> None:
    bomb = base64.b64encode(b"PK\x03\x04" + bytes(1000)).decode()
    mail = read(
        multipart(
            ("Content-Type: text/plain", "See the pictures."),
            ("Content-Type: application/zip\r\nContent-Transfer-Encoding: base64", bomb),
            ("Content-Type: text/plain\r\nContent-Disposition: attachment; filename=notes.txt", "not to be read"),
            ("Content-Type: image/png; name=x.png\r\nContent-Disposition: inline", "x"),
            ("Content-Type: message/rfc822", "Subject: inner\r\n\r\nnot to be read either"),
        )
    )
    assert (mail.text, mail.attachments) == ("See the pictures.", 4)


def test_flowed_lines_are_joined() -> None:
    mail = read(letter("This goes \non and on.\n\n-- \nDana", Content_Type="text/plain; format=flowed"))
    assert mail.text == "This goes on and on.\n\n-- \nDana"


REPLIES = {
    "english": (
        "It is blue.\n\nOn Tue, 10 Mar 2026 at 15:00, The shop <a@b.example> wrote:\n> Which color?\n",
        "It is blue.",
    ),
    "two lines": (
        "It is blue.\n\nOn Tue, 10 Mar 2026 at 15:00, The shop\n<a@b.example> wrote:\n\n> Which?\n",
        "It is blue.",
    ),
    "german": ("Blau.\n\nAm 10.03.26 um 15:00 schrieb Laden:\n> Welche?\n", "Blau."),
    "french": ("Bleu.\n\nLe 10 mars 2026 à 15:00, Boutique a écrit :\n> Laquelle ?\n", "Bleu."),
    "spanish": ("Azul.\n\nEl 10 mar 2026, Tienda escribió:\n> ¿Cuál?\n", "Azul."),
    "outlook": ("Blue.\n\nFrom: The shop <a@b.example>\nSent: Tuesday\nTo: Dana\nSubject: x\n\nWhich color?", "Blue."),
    "german outlook": ("Blau.\n\nVon: Laden\nGesendet: Dienstag\nAn: Dana\n\nWelche?", "Blau."),
    "original": ("Blue.\n-----Original Message-----\nWhich color?", "Blue."),
    "signature": ("Blue.\n\n-- \nDana Okafor\n+1 303 555 0142", "Blue."),
    "between the lines": (
        "On Tuesday, the shop wrote:\n> Which color?\nBlue.\n> And which size?\nLarge.",
        "On Tuesday, the shop wrote:\n> Which color?\nBlue.\n> And which size?\nLarge.",
    ),
    "nothing new": (
        "On Tue, 10 Mar 2026, The shop wrote:\n> Which color?",
        "On Tue, 10 Mar 2026, The shop wrote:\n> Which color?",
    ),
    "no quote": ("On the day the parcel came I wrote:\nnothing", "On the day the parcel came I wrote:\nnothing"),
    "only a signature": ("-- \nDana", "-- \nDana"),
    "from in a sentence": (
        "From: where I stand it is broken.\nPlease help.",
        "From: where I stand it is broken.\nPlease help.",
    ),
}


@pytest.mark.parametrize(("said", "fresh"), REPLIES.values(), ids=REPLIES)
def test_what_is_new_in_a_reply(said: str, fresh: str) -> None:
    assert quoting.fresh(said) == fresh


def test_a_form_that_writes_as_nobody_is_whom_it_says_to_answer() -> None:
    assert read(letter(sender="no-reply@shop.example", Reply_To="Dana <dana@example.com>")).sender == "dana@example.com"
    assert read(letter(Reply_To="eve@example.com")).sender == "dana@example.com"


# What was made to break ------------------------------------------------------------------------------------------------------

HEAD = b"From: a@b.example\r\n"
HOSTILE = {
    "nothing": b"",
    "no headers": b"\r\n\r\nhello",
    "noise": random.Random(7).randbytes(200_000),
    "nested": HEAD
    + b"Content-Type: multipart/mixed; boundary=x0\n\n"
    + b"".join(b"--x%d\nContent-Type: multipart/mixed; boundary=x%d\n\n" % (n, n + 1) for n in range(1500)),
    "many parts": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 250_000,
    "a header without end": b"From: " + b"a" * MOST_BYTES,
    "many headers": b"X: a\n" * 100_000 + HEAD + b"\nx",
    "many encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n" + HEAD + b"\nx",
    "many references": HEAD + b"References: " + b"<a@b> " * 200_000 + b"\n\nx",
    "comments in comments": HEAD + b"To: " + b"(" * 500_000 + b"\n\nx",
    "a sender in comments": b"From: " + b"(" * 3000 + b"\n\nx",
    "many parameters": HEAD + b"Content-Type: text/plain; " + b"a*0*=utf-8''x;" * 50_000 + b"\n\nx",
    "folded parameters": HEAD + b"Content-Type: text/plain;" + b"\n a=b;" * 50_000 + b"\n\nx",
    "tags that never close": HEAD + b"Content-Type: text/html\n\n" + b"<a " * 130_000,
    "comments that never close": HEAD + b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
    "declarations": HEAD + b"Content-Type: text/html\n\n" + b"<!" * 200_000,
    "scripts that never close": HEAD + b"Content-Type: text/html\n\n" + b"<script></s" * 40_000,
    "deep tags": HEAD + b"Content-Type: text/html\n\n" + b"<div><blockquote>" * 30_000 + b"x",
    "a character of many digits": HEAD + b"Content-Type: text/html\n\n&#" + b"9" * 100_000 + b";x",
    "quotes of quotes": HEAD + b"\n" + b"On Tuesday the 3rd, Dana wrote:\n" * 60_000,
    "base64 that is none": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"!\n=A" * 100_000,
    "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 666 a\n" + b"M" * 60 + b"\n",
    "a boundary of nothing": HEAD + b"Content-Type: multipart/mixed; boundary=\n\n--\n\nx\n----",
    "a report of nothing": HEAD
    + b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\n--b--",
    "a date beyond time": HEAD + b"Date: Mon, 99 Foo 99999 99:99:99 +9999\n\nx",
    "surrogates": HEAD + b"Subject: \xed\xa0\x80\xff\n\n\xed\xa0\x80",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_reading_what_was_made_to_break_it_ends_in_text_or_in_a_refusal(raw: bytes) -> None:
    began = time.monotonic()
    try:
        mail: Mail | None = read(raw)
    except UnreadableError as problem:
        assert problem.code in ("malformed", "too_many_parts")
        mail = None
    said = envelope(raw)
    assert time.monotonic() - began < LONGEST_SECONDS
    for text in (said.subject, said.name, said.message_id, *([mail.text, mail.fresh, mail.subject] if mail else [])):
        text.encode()  # no half surrogate
        assert "\x00" not in text
        assert "\n" not in said.subject


@given(
    st.binary(max_size=400),
    st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=b", "multipart/report"]),
)
def test_no_bytes_at_all_raise_anything_else(noise: bytes, kind: str) -> None:
    raw = b"From: a@b.example\r\nContent-Type: " + kind.encode() + b"\r\n" + noise
    envelope(raw)
    with suppress(UnreadableError):
        read(raw).text.encode()


@given(st.text(max_size=200))
def test_no_html_at_all_raises(markup: str) -> None:
    whole, before = text_of_html(markup)
    assert "\x01" not in whole + before


def test_half_a_mail_is_read_as_far_as_it_goes() -> None:
    raw = multipart(("Content-Type: text/plain", "The beginning"), ("Content-Type: application/pdf", "x" * 5000))
    for cut in (len(raw) // 2, len(raw) - 30):
        assert read(raw[:cut]).text == "The beginning"


def test_random_bytes_of_any_length_are_read() -> None:
    for size in (1, 10, 100, 1000):
        envelope(os.urandom(size))
