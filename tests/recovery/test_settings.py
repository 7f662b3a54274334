"""Settings come from the environment, and a production that lacks one does not start."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from recovery.settings import REQUIRED_IN_PRODUCTION

PRODUCTION = {
    "RECOVERY_MODE": "production",
    "SECRET_KEY": "k9Zq-2Yb8Wm4Xr7Tn1Lc5Vd3Hs6Gf0Jp" * 2,
    "DATABASE_URL": "postgres://recovery:secret@127.0.0.1:5432/recovery",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "ALLOWED_HOSTS": "recovery.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://recovery.example.com",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


def run(code: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs `code` after the settings were loaded in a new process, with nothing but `env` in its environment."""
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings as s; {code}"],
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "recovery.settings", "RECOVERY_VAR": str(folder)}
        | env,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_caller_is_whom_the_proxy_saw_in_production_only(tmp_path: Path) -> None:
    count = "print(s.ALLAUTH_TRUSTED_PROXY_COUNT)"
    assert run(count, tmp_path).stdout.strip() == "0"
    assert run(count, tmp_path, **PRODUCTION).stdout.strip() == "1"
    assert run(count, tmp_path, TRUSTED_PROXIES="2", **PRODUCTION).stdout.strip() == "2"


@pytest.mark.parametrize("mode", [{}, PRODUCTION], ids=["embedded", "production"])
def test_counters_of_wrong_passwords_are_not_pushed_out_by_guessing_at_many_names(
    mode: dict[str, str], tmp_path: Path
) -> None:
    kept = run("print(s.CACHES['default']['OPTIONS']['MAX_ENTRIES'])", tmp_path, **mode)
    assert int(kept.stdout) >= 50_000


@pytest.mark.parametrize("name", REQUIRED_IN_PRODUCTION)
@pytest.mark.parametrize("value", [None, " "], ids=["unset", "blank"])
def test_production_does_not_start_without(name: str, value: str | None, tmp_path: Path) -> None:
    env = {key: given for key, given in PRODUCTION.items() if key != name} | ({name: value} if value else {})
    result = run("s.DEBUG", tmp_path, **env)
    assert result.returncode != 0
    assert f"ImproperlyConfigured: RECOVERY_MODE=production needs these variables to be set: {name}." in result.stderr


def test_production_takes_everything_from_the_environment(tmp_path: Path) -> None:
    result = run(
        "d = s.DATABASES['default']; "
        "print(s.DEBUG, d['ENGINE'], d['CONN_MAX_AGE'], d['CONN_HEALTH_CHECKS'], s.SESSION_COOKIE_SECURE, "
        "s.SECURE_SSL_REDIRECT, s.CELERY_BROKER_URL, s.EMAIL_HOST)",
        tmp_path,
        **PRODUCTION,
    )
    assert result.stdout.split() == [
        "False",
        "django.db.backends.postgresql",
        "60",
        "True",
        "True",
        "True",
        "redis://127.0.0.1:6379/0",
        "127.0.0.1",
    ]
    assert list(tmp_path.iterdir()) == [], "production writes no key and no database of its own"


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    assert "RECOVERY_MODE is 'staging'" in run("s.DEBUG", tmp_path, RECOVERY_MODE="staging").stderr


def test_a_font_for_letters_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "one.ttf").touch()
    code = "print(s.RECOVERY['LETTER_FONTS'])"
    there, gone = (f"{tmp_path}/{name}.ttf" for name in ("one", "two"))
    assert run(code, tmp_path, LETTER_FONTS=f"{there}, ").stdout.strip() == str([there])
    assert f"LETTER_FONTS names {gone}, and there is no such file." in run(code, tmp_path, LETTER_FONTS=gone).stderr
    assert run(code, tmp_path, LETTER_FONTS="").stdout.strip() == "[]"


SIGNED = "whsec_" + "QmlsbGluZyBzeXN0ZW0gb2YgdGhlIHRlc3RzIQ=="


@pytest.mark.parametrize("url", ["https://billing.example.com/in", "http://127.0.0.1:9000/in", "http://[::1]:9000/"])
def test_a_billing_system_is_told_over_tls_or_on_this_machine(url: str, tmp_path: Path) -> None:
    code = "print(s.RECOVERY['PAYOUT_WEBHOOK_URL'])"
    assert run(code, tmp_path, PAYOUT_WEBHOOK_URL=url, PAYOUT_WEBHOOK_SECRET=SIGNED).stdout.strip() == url
    assert run(code, tmp_path, PAYOUT_WEBHOOK_URL="").stdout.strip() == "", "off when unset"


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("http://billing.example.com/in", SIGNED, "has to begin with https://"),
        ("ftp://127.0.0.1/in", SIGNED, "has to begin with https://"),
        ("billing.example.com", SIGNED, "has to begin with https://"),
        ("https://me:word@billing.example.com/", SIGNED, "holds a user or a password"),
        ("https://billing.example.com/in", "", "PAYOUT_WEBHOOK_SECRET has to be at least 24 bytes"),
        ("https://billing.example.com/in", "whsec_c2hvcnQ=", "PAYOUT_WEBHOOK_SECRET has to be at least 24 bytes"),
        ("https://billing.example.com/in", "not base64 at all, and long", "at least 24 bytes in base64"),
    ],
)
def test_payouts_that_could_be_read_or_forged_are_refused_at_the_start(
    url: str, secret: str, said: str, tmp_path: Path
) -> None:
    result = run("s.DEBUG", tmp_path, PAYOUT_WEBHOOK_URL=url, PAYOUT_WEBHOOK_SECRET=secret)
    assert result.returncode != 0
    assert said in result.stderr
    assert not secret or secret not in result.stderr


@pytest.mark.parametrize("secret", ["", SIGNED])
def test_a_room_in_chat_may_go_unsigned_but_not_unsealed(secret: str, tmp_path: Path) -> None:
    url = "https://chat.example.com/services/T0/B0/XX"
    code = "print(s.RECOVERY['CHAT_WEBHOOK_URL'])"
    assert run(code, tmp_path, CHAT_WEBHOOK_URL=url, CHAT_WEBHOOK_SECRET=secret).stdout.strip() == url
    for wrong in ({"CHAT_WEBHOOK_URL": url.replace("https", "http")}, {"CHAT_WEBHOOK_SECRET": "whsec_c2hvcnQ="}):
        result = run("s.DEBUG", tmp_path, **{"CHAT_WEBHOOK_URL": url, "CHAT_WEBHOOK_SECRET": secret} | wrong)
        assert result.returncode != 0
        assert "CHAT_WEBHOOK" in result.stderr


def test_the_embedded_mode_needs_nothing_and_keeps_its_key(tmp_path: Path) -> None:
    first, second = (run("print(s.SECRET_KEY)", tmp_path) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.strip()) > 50
    assert first.stdout == second.stdout
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_two_first_starts_at_once_agree_on_the_key(tmp_path: Path) -> None:
    code = "from django.conf import settings as s; print(s.SECRET_KEY)"
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "recovery.settings", "RECOVERY_VAR": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_no_password_of_the_embedded_mode_outlives_a_blank_debug(tmp_path: Path) -> None:
    assert run("print(s.DEBUG)", tmp_path).stdout.strip() == "False"
