#!/bin/sh
# Runs a command with settings as a real deployment would have them; nothing is connected to.
# The key is made for this one run: a key in a file would one day be used.
RECOVERY_MODE=production \
    SECRET_KEY="$(head -c 48 /dev/urandom | base64 | tr -d '\n')" \
    DATABASE_URL=postgres://recovery:unused@127.0.0.1:5432/recovery \
    REDIS_URL=redis://127.0.0.1:6379/0 \
    ALLOWED_HOSTS=recovery.example.com \
    CSRF_TRUSTED_ORIGINS=https://recovery.example.com \
    EMAIL_URL=smtp://127.0.0.1:25 \
    exec "$@"
