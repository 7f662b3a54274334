"""Bytes that strangers sent, as text that every database can hold and every screen can show."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

# Names that mails use and Python does not, and those for which a larger set of the same family reads more.
ALIASES = {
    "ansi": "cp1252",
    "cp-850": "cp850",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
}
# Codecs that are no character sets, or take long over what was made to take long.
NOT_THESE = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
LONGEST_HEADER = 2000
# Control characters other than tab and line feed; half surrogates; overrides of the direction of writing.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202d\u202e\ufeff\ufffe\uffff]")


def text_of(data: bytes, charset: str = "") -> str:
    """Bytes as text: by the character set they name if they are in it, else as UTF-8, else as Windows has it. Always text."""
    for name in (charset, "utf-8"):
        known = _known(name)
        if known:
            try:
                return clean(data.decode(known))
            except (UnicodeError, ValueError):
                continue
    known = _known(charset)
    return clean(data.decode(known if known and known != "utf-8" else "cp1252", "replace"))


def _known(name: str) -> str:
    """The codec of a character set; blank when there is none by this name."""
    wanted = name.strip().strip("\"'").casefold()
    if not wanted or len(wanted) > 40 or not wanted.isascii():
        return ""
    try:
        found = codecs.lookup(ALIASES.get(wanted, wanted))
    except (LookupError, ValueError):
        return ""
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("_", "-") not in NOT_THESE else ""


def clean(text: str) -> str:
    """Text without characters that cannot be stored, shown or seen; lines end in a line feed."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def header_text(raw: str) -> str:
    """A header's value as people read it, on one line, however it was encoded or broken. At most 2,000 characters are read."""
    cut = raw[:LONGEST_HEADER]
    plain = text_of(cut.encode("utf-8", "surrogateescape")) if not cut.isascii() else clean(cut)
    try:
        chunks = decode_header(plain)
    except (HeaderParseError, ValueError):
        return " ".join(plain.split())
    said = "".join(chunk if isinstance(chunk, str) else _chunk(chunk, charset) for chunk, charset in chunks)
    return " ".join(clean(said).split())


def _chunk(chunk: bytes, charset: str | None) -> str:
    """Part of a header. What stands beside an encoded word comes as Latin-1 with escapes for the rest."""
    if charset is None:
        return chunk.decode("raw-unicode-escape", "replace")
    return text_of(chunk, charset)
