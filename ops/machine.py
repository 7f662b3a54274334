"""What tests and checks need of the machine beside Python packages: a Redis server, a Chromium, two telephones."""

import os
import shutil
import subprocess


def chromium() -> str | None:
    """Where Chromium is. Debian's own is used: Playwright's would have to be downloaded."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def redis() -> str | None:
    return shutil.which("redis-server")


def baresip() -> str | None:
    """Where the softphone is that tests ring with."""
    return shutil.which("baresip")


def sipp() -> str | None:
    """Where the telephone is that tests ring."""
    return shutil.which("sipp")


def install_missing() -> None:
    """Installs them from Debian's packages where we may (root, apt). What fails is said; tests then skip and say so."""
    wanted = {"redis-server": redis(), "chromium": chromium(), "baresip-core": baresip(), "sip-tester": sipp()}
    missing = [package for package, found in wanted.items() if not found]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {' and '.join(missing)} ...", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"Could not: {' '.join(command)}\n{done.stderr[-600:]}", flush=True)
            return
