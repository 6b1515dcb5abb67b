# Build: docker build -t masar .    Run: docker compose up
FROM python:3.13-slim AS build
WORKDIR /srv
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home masar
COPY --from=build /venv /venv
WORKDIR /srv
COPY app app
COPY migrations migrations
COPY frameworks frameworks
COPY alembic.ini pyproject.toml LICENSE ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MASAR_ENVIRONMENT=production
USER masar
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# Migrating and loading again changes nothing, so every start may do both.
CMD ["sh", "-c", "python -m app migrate && python -m app load && exec python -m app serve --host 0.0.0.0 --workers ${MASAR_WORKERS:-2}"]
