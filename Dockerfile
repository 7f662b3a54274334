# One image for web, worker, beat and migrations. Built in two stages, so that pip and its caches stay behind.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.13-slim
RUN groupadd --system --gid 10001 recovery \
    && useradd --system --uid 10001 --gid recovery --home-dir /var/lib/recovery --create-home --shell /usr/sbin/nologin recovery
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RECOVERY_MODE=production \
    RECOVERY_VAR=/var/lib/recovery
WORKDIR /app
# Owned by root: the program cannot change itself.
COPY . .
RUN sh ops/as_production.sh python manage.py collectstatic --noinput -v 0
USER recovery
VOLUME /var/lib/recovery
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "ops/probe.py", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "recovery.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--max-requests", "20000", "--max-requests-jitter", "2000", "--graceful-timeout", "30"]
