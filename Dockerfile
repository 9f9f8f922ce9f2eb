# One image for the worker and for the migration; docker-compose.yml says which.
ARG PYTHON_VERSION=3.12
FROM python:${PYTHON_VERSION}-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RIENTRO_DATA_DIR=/data
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
 && useradd --system --uid 10001 rientro \
 && install --directory --owner rientro /data
COPY . .
# The sandbox loads the workflows anew for each case: without this they would be compiled for each.
RUN python -m compileall -q workflows
USER rientro
VOLUME /data
# exec form: the worker itself gets SIGTERM and ends what it began.
CMD ["python", "worker.py"]
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s \
  CMD ["python", "-c", "import asyncio, engine, settings; asyncio.run(engine.connect(settings.load_settings()))"]
