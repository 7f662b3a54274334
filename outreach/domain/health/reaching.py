"""Whether another system's web address answers, without asking anything of it."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from outreach.domain.health.paths import Closed, Found

# Seconds to reach the other side, and to wait for its answer.
TIMEOUTS = (3.05, 5.0)
ON_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def reach(url: str) -> Found:
    """Name, line, TLS and server are there: HEAD is answered, by whatever but a fault of theirs. Raises ``Closed`` and requests' own.

    What takes POST alone says 404, 405 or 501 to HEAD, which is as good an answer as any: it was our question that was odd.
    """
    with requests.Session() as session:
        # A proxy that the environment names leads away from this machine, not back to it.
        session.trust_env = urlsplit(url).hostname not in ON_THIS_MACHINE
        with session.head(
            url, headers={"User-Agent": "Recovery"}, timeout=TIMEOUTS, allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
        raise Closed(f"HTTP {status}")
    return {"status": status}
