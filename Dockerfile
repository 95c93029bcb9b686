# One image; what a container does is its command: web (default), sender, worker, up (all three, after migrating),
# or "manage" and a command of manage.py:  docker run ... recoverline manage load_business business.yaml

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock /build/requirements.lock
RUN /venv/bin/pip install --no-deps --require-hashes -r /build/requirements.lock

FROM python:3.11-slim-bookworm
# The log leaves out the address that was asked for: links of the booking page carry their secret in it.
ENV PATH="/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    GUNICORN_CMD_ARGS="--worker-tmp-dir /dev/shm --access-logfile - --access-logformat '%(t)s %(m)s %(s)s %(B)sB %(M)sms'"
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# The key is only there so that the settings load; nothing made here depends on it.
RUN SECRET_KEY=none-while-building python manage.py collectstatic --noinput -v 0 \
    && install -d -o 10001 -g 10001 /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "recoverline.processes", "--host", "0.0.0.0"]
CMD ["web"]
