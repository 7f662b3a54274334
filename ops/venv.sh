#!/bin/sh
# Makes .venv with a Python that Recovery supports and installs `runtime` or `dev` requirements into it.
# Leaves the stamp .venv/.runtime or .venv/.dev only when all went well, so that an interrupted run is taken up again.
set -eu
what=$1

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
if ! .venv/bin/python -c "$supported" 2>/dev/null || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=
    for candidate in python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$supported" 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Recovery needs Python 3.11, 3.12 or 3.13; none was found as python3, python3.13, python3.12 or python3.11." >&2
        exit 1
    fi
    rm -rf .venv
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        # Debian ships the venv module apart from Python.
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    fi
    if ! "$python" -m venv .venv; then
        echo "Could not make a virtual environment with $python. On Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

list=requirements.txt
[ "$what" = dev ] && list=requirements-dev.txt
echo "Installing $list into .venv (only when it changed) ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$list"
touch .venv/.runtime
[ "$what" = dev ] && touch .venv/.dev
exit 0
