"""A mail that is only HTML, as plain text: nothing in it is run, opened or asked for.

Read in one pass by a reader of our own: the library's takes the square of the time over tags that never close.
"""

from __future__ import annotations

import html
import re

from outreach.domain.mailbox.characters import clean

# More than this is not read: nobody writes so much by hand.
LONGEST = 400_000
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})([^<>]*)>")
# Whose content is nobody's words. It ends with their own end tag and nothing else.
HIDDEN = frozenset({"head", "noscript", "object", "script", "style", "svg", "template", "title"})
LINES = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
# What mail programs put around the mail that is answered.
QUOTES = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|divRplyFwdMsg|appendonsend")
OLD = "\x01"


def text_of_html(markup: str) -> tuple[str, str]:
    """What somebody who opens the mail would read: all of it, and what comes before the mail that is answered.

    Where the mail's program did not mark that, both are the same.
    """
    said = "".join(_Reader(markup[:LONGEST].replace(OLD, "")).said)
    return _tidy(said.replace(OLD, "")), _tidy(said.partition(OLD)[0])


class _Reader:
    """Walks over the tags once. ``said`` is what is left of them, with ``OLD`` where an older mail begins."""

    def __init__(self, markup: str) -> None:
        self.said: list[str] = []
        self.quoted = 0
        self.markup, self.folded = markup, markup.lower()
        at = 0
        while at < len(markup):
            begins = markup.find("<", at)
            self._words(markup[at : begins if begins >= 0 else len(markup)])
            at = self._tag(begins) if begins >= 0 else len(markup)

    def _tag(self, at: int) -> int:
        """What stands at ``<``; returns where to go on. What never ends hides the rest, as it does in a browser."""
        if self.markup.startswith("<!--", at):
            return self._after("-->", at)
        if self.markup.startswith(("<!", "<?"), at):
            return self._after(">", at)
        tag = TAG.match(self.markup, at)
        if tag is None:
            self._words("<")
            return at + 1
        closes, name = bool(tag[1]), tag[2].lower()
        if name in HIDDEN and not closes and not tag[3].endswith("/"):
            return self._after(f"</{name}", tag.end())
        if name == "blockquote":
            self.quoted = max(0, self.quoted + (-1 if closes else 1))
        if name in LINES:
            self.said.append(("\n\n" if name == "p" else "\n") + "> " * min(self.quoted, 3))
        elif name == "td" and not closes:
            self.said.append(" ")
        if name == "div" and not closes and QUOTES.search(tag[3][:400]):
            self.said.append(OLD)
        return tag.end()

    def _after(self, end: str, at: int) -> int:
        found = self.folded.find(end, at)
        if found < 0:
            return len(self.markup)
        return found + len(end) if end.endswith(">") else self._after(">", found)

    def _words(self, text: str) -> None:
        try:
            plain = html.unescape(text)
        except ValueError:  # a character by a number of thousands of digits
            plain = text
        if plain:
            self.said.append(re.sub(r"\s+", " ", plain.replace(OLD, "")))


def _tidy(text: str) -> str:
    """No blank at the ends of lines, and at most one empty line at a time."""
    lines = [line.strip() for line in clean(text.replace(OLD, "")).split("\n")]
    lines = ["" if line.strip("> ") == "" else line for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
