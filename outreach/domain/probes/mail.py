"""The mail server: reached, spoken to, signed in at; and whether it takes what we really send."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path as File

from django.core.mail import get_connection
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend

from accounts.enums import NoticeChannel
from accounts.models import Notice
from cases.models import Message
from outreach.domain.health.paths import Closed, Found, Path, register
from outreach.queries.health import is_being_refused

# Of each step: connecting, greeting, TLS, signing in, NOOP.
TIMEOUT = 5
SMTP_OK = 250


def _mail(now: datetime) -> Found:
    connection = get_connection()
    if isinstance(connection, SMTPBackend):
        _smtp(connection)
    elif isinstance(connection, FileBackend):
        _folder(connection)
    if is_being_refused(Message.objects.all(), now=now) or is_being_refused(
        Notice.objects.filter(channel=NoticeChannel.EMAIL), now=now
    ):
        raise Closed("NothingIsTaken")
    return None


def _smtp(connection: SMTPBackend) -> None:
    connection.timeout = TIMEOUT
    connection.open()
    try:
        line = connection.connection
        if line is None:
            raise Closed("NoConnection")
        code, _ = line.noop()
        if code != SMTP_OK:
            raise Closed(f"NOOP {code}")
    finally:
        connection.close()


def _folder(connection: FileBackend) -> None:
    """Mail goes into files: the folder takes them, or can be made."""
    folder = File(connection.file_path)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        raise Closed("FolderNotWritable")


register(
    Path(
        "mail",
        "Mail server",
        "Messages and surveys to customers, reminders and digests to colleagues.",
        "Mail waits and is tried again for almost three hours; then the case’s owner is told to reach the customer "
        "another way. Desks show every reminder.",
        _mail,
    )
)
