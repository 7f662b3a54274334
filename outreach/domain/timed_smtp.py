"""SMTP with an end: however slow the server is, one mail is accepted by then or not at all.

A timeout holds for one step, and begins anew with each byte that trickles in. A sender has a row for so long and no
longer (``delivery``): what it says after that would be said again by whoever has the row next.
"""

from __future__ import annotations

import io
import smtplib
import socket
from collections.abc import Callable
from functools import partial
from math import inf
from time import monotonic
from typing import Any

from django.core.mail.backends.smtp import EmailBackend as SMTPBackend


class EmailBackend(SMTPBackend):
    """Django's, which says and hears nothing more after ``until``, on the clock that only goes forward."""

    until = inf

    def left(self) -> float:
        """Seconds until then. Raises ``TimeoutError`` when it is over."""
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def connection_class(self) -> Any:  # a class for Django, which does nothing but call it
        return partial(_TimedSSL if self.use_ssl else _Timed, self.left)


class _Timed(smtplib.SMTP):
    timeout: float

    def __init__(self, left: Callable[[], float], *given: Any, **more: Any) -> None:
        self.left, self.has_it = left, False
        super().__init__(*given, **more)

    def send(self, s: Any) -> None:
        if self.sock is not None:
            try:
                self.sock.settimeout(self.seconds())
            except TimeoutError:
                self.close()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Reader(self.sock, self.seconds))
        return super().getreply()

    def data(self, msg: Any) -> tuple[int, bytes]:
        # From here on it is heard out: a mail that we gave up while the server took it would be sent again.
        self.has_it = True
        try:
            return super().data(msg)
        finally:
            self.has_it = False

    def seconds(self) -> float:
        """For how long one step may take."""
        return self.left() if self.has_it else min(self.left(), self.timeout)


class _TimedSSL(_Timed, smtplib.SMTP_SSL):
    pass


class _Reader(io.RawIOBase):
    """What the server says. Each time that we listen, it is for no longer than there is."""

    def __init__(self, sock: socket.socket, seconds: Callable[[], float]) -> None:
        self.sock, self.seconds = sock, seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(self.seconds())
        return self.sock.recv_into(buffer)
