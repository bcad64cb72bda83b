# One image, two commands: the console (below), and the engine: python -m engine worker
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DM_PROFILE=live PORT=8080
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt \
    && useradd --create-home --uid 10001 draftmaker \
    && mkdir var && chown draftmaker var

COPY .streamlit .streamlit
COPY engine engine
COPY console console
COPY pages pages

USER draftmaker
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=5)"]
CMD ["python", "-m", "console"]
