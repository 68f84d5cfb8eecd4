# qexport with all it needs, for a folder that is mounted at /work:
#   docker build -t qexport . && docker run --rm -v "$PWD:/work" qexport build
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git python3 python3-venv libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN python3 -m venv /opt/qexport \
    && /opt/qexport/bin/pip install --no-cache-dir --require-hashes -r /src/requirements.lock \
    && /opt/qexport/bin/pip install --no-cache-dir --no-deps /src \
    && rm -rf /src \
    && useradd --create-home reader
USER reader
WORKDIR /work
ENTRYPOINT ["/opt/qexport/bin/qexport"]
