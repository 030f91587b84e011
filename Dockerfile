# syntax=docker/dockerfile:1
# The server alone: no client, no command, no build tools. It hands out the command's wheel, which `make wheel` builds.
#   make wheel && docker build -t duolog .
#   docker run -p 127.0.0.1:8330:8330 -v duolog-data:/data duolog

FROM python:3.13-slim AS libraries
COPY requirements/server.lock /tmp/server.lock
RUN python -m venv /opt/duolog \
    && /opt/duolog/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /tmp/server.lock \
    && rm -rf /opt/duolog/lib/python3*/site-packages/pip /opt/duolog/lib/python3*/site-packages/pip-*.dist-info /opt/duolog/bin/pip*

FROM python:3.13-slim
RUN groupadd --gid 10001 duolog \
    && useradd --uid 10001 --gid duolog --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin duolog \
    && install -d -o duolog -g duolog -m 0700 /data
COPY --from=libraries /opt/duolog /opt/duolog
WORKDIR /srv/duolog
COPY LICENSE alembic.ini ./
COPY duolog/__init__.py duolog/errors.py duolog/
COPY duolog/protocol duolog/protocol
COPY duolog/api duolog/api
COPY app app
COPY migrations migrations
COPY docs/spec docs/spec
COPY openapi/documents openapi/documents
COPY dist/duolog-*.whl dist/

ENV PATH=/opt/duolog/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DUOLOG_DATA=/data \
    DUOLOG_HOST=0.0.0.0 \
    DUOLOG_PORT=8330

USER duolog
VOLUME /data
EXPOSE 8330
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['DUOLOG_PORT']}/health\", timeout=4)"]
# One process; with PostgreSQL, migrate once and start as many as you like with the command `python -m app serve`.
CMD ["sh", "-c", "python -m app migrate && exec python -m app serve"]
