"""The parts of the path that this app knows how to try. Loaded when Django is ready, in the order of the page."""

from outreach.domain.probes import background, chat, dialers, mail, mailbox

__all__ = ["background", "chat", "dialers", "mail", "mailbox"]
