# One image, two commands: the console (below), and the engine: python -m engine worker
FROM python:3.12-slim

# Nothing but /app/var is written to, temporary files too: it runs with --read-only.
# It answers to the network, so the console does not start until DM_SIGN_IN says who signs people in (docs/security.md)
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DM_PROFILE=live DM_HOST=0.0.0.0 PORT=8080 TMPDIR=/app/var
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt \
    && useradd --create-home --uid 10001 draftmaker \
    && mkdir var && chown draftmaker var

RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/*  # the letters of pick lists

COPY .streamlit .streamlit
COPY engine engine
COPY console console
COPY pages pages

USER draftmaker
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "engine.health"]
CMD ["python", "-m", "console"]
