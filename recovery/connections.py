"""What the environment says of other systems: where they are and how they are spoken with, checked before we start.

Read by ``recovery.settings`` alone. Each raises ``ImproperlyConfigured`` and says which variable is wrong; no secret
is repeated in it.
"""

from base64 import b64decode
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# IMMEDIATE with WAL is what lets several processes write to SQLite without "database is locked"; either alone does not.
# Nothing here runs ANALYZE: hot queries are written to take the right index without statistics. With sampled ones
# (analysis_limit) the list of 20,000 cases took twice as long, with full ones the next coupon was sought in the whole table.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-20000;"
    ),
}


def database(folder: Path) -> dict[str, Any]:
    """The one database, in Django's form: DATABASE_URL, else a file in ``folder``, which is made."""
    if env.str("DATABASE_URL", ""):
        config: dict[str, Any] = env.db_url("DATABASE_URL")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "recovery.sqlite3")}
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Django's own, with its writers in a queue.
        return config | {"ENGINE": "recovery.sqlite", "OPTIONS": SQLITE_OPTIONS}
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def files(name: str) -> list[str]:
    """The files that a variable names, set apart by commas; each has to be there."""
    named = [path.strip() for path in env.list(name, default=[]) if path.strip()]
    for path in named:
        if not Path(path).is_file():
            raise ImproperlyConfigured(f"{name} names {path}, and there is no such file.")
    return named


def webhook(name: str, *, signed: bool) -> dict[str, str]:
    """Where another system is told of things, and the secret that it is signed with; both blank when there is none.

    What is told there is nobody else's business, so it goes over TLS, or not off this machine. ``signed`` is what must be.
    """
    url, secret = env.str(f"{name}_URL", "").strip(), env.str(f"{name}_SECRET", "").strip()
    if not url:
        return {f"{name}_URL": "", f"{name}_SECRET": ""}
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ImproperlyConfigured(f"{name}_URL holds a user or a password: requests are signed instead.")
    at_home = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or (parts.scheme != "https" and not at_home):
        raise ImproperlyConfigured(f"{name}_URL has to begin with https:// unless it is on this machine.")
    try:
        long_enough = len(b64decode(secret.removeprefix("whsec_"), validate=True)) >= 24
    except ValueError:
        long_enough = False
    if not long_enough and (signed or secret):
        raise ImproperlyConfigured(f"{name}_SECRET has to be at least 24 bytes in base64, after `whsec_` or bare.")
    return {f"{name}_URL": url, f"{name}_SECRET": secret}


def mailbox() -> dict[str, Any] | None:
    """The mailbox that is read for mail from customers, as `imaps://user:password@host/folder`; None where there is none.

    Its password goes over TLS, or not off this machine. Reserved characters in user and password are percent-encoded.
    """
    url = env.str("MAILBOX_URL", "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("MAILBOX_URL is not an address such as imaps://user:password@host/INBOX.") from None
    at_home = parts.scheme == "imap" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or (parts.scheme != "imaps" and not at_home):
        raise ImproperlyConfigured("MAILBOX_URL has to begin with imaps:// unless it is on this machine.")
    if not parts.username or parts.password is None:
        raise ImproperlyConfigured("MAILBOX_URL has to hold a user and a password: imaps://user:password@host/INBOX.")
    return {
        "tls": parts.scheme == "imaps",
        "host": parts.hostname,
        "port": port or (993 if parts.scheme == "imaps" else 143),
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


def mailbox_units() -> dict[str, str]:
    """Whose customers write to which address: `care@shop.example=shop`, by commas; a code alone is for all others."""
    named: dict[str, str] = {}
    for each in env.list("MAILBOX_UNIT", default=[]):
        address, _, code = each.strip().rpartition("=")
        if code.strip():
            named[address.strip()] = code.strip()
    return named


def softphone_networks(*, at_home: bool) -> list[str]:
    """Networks in which reps' softphones are; nobody can have us speak with any other address. At home: this machine."""
    named = env.list("SOFTPHONE_NETWORKS", default=["127.0.0.0/8", "::1/128"] if at_home else [])
    for network in named:
        try:
            ip_network(network.strip())
        except ValueError:
            raise ImproperlyConfigured(
                f"SOFTPHONE_NETWORKS names {network}, which is no network such as 10.1.0.0/16."
            ) from None
    return [network.strip() for network in named]


def asterisk() -> dict[str, Any] | None:
    """The Asterisk that rings customers for reps, from `ami://user:secret@host:5038`; None when there is none."""
    url = env.str("AMI_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "ami" or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured("AMI_URL has to be like ami://user:secret@host:5038.")
    return {
        "host": parts.hostname,
        "port": parts.port or 5038,
        "user": unquote(parts.username),
        "secret": unquote(parts.password),
        "context": env.str("AMI_CONTEXT", "") or "recovery-out",
        "caller_id": env.str("AMI_CALLER_ID", ""),
    }


def twilio() -> dict[str, str] | None:
    """The account at Twilio that rings customers for reps; None when there is none."""
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")
    given = {name: env.str(name, "").strip() for name in names}
    if not any(given.values()):
        return None
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"Twilio needs these variables to be set too: {', '.join(missing)}.")
    api = (env.str("TWILIO_API", "") or "https://api.twilio.com").rstrip("/")
    if urlsplit(api).scheme != "https":
        raise ImproperlyConfigured("TWILIO_API has to begin with https://: what is sent there opens the account.")
    return {
        "sid": given["TWILIO_ACCOUNT_SID"],
        "token": given["TWILIO_AUTH_TOKEN"],
        "number": given["TWILIO_NUMBER"],
        "api": api,
    }
