# Two targets: `slim` (default) runs the bundled encoder without torch; `full` runs any sentence-transformers model too.
#   docker build -t kildesvar .
#   docker run --read-only -p 8000:8000 -v kildesvar-data:/data kildesvar
#   docker run --read-only -v "$PWD/documents:/corpus:ro" -v kildesvar-index:/index kildesvar python -m indexing --corpus /corpus --index /index

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/kildesvar
ENV PATH=/opt/kildesvar/bin:$PATH
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY indexing indexing
COPY service service
COPY eval eval
RUN pip install .
COPY corpus /corpus
RUN cd / && python -m indexing --corpus /corpus --index /index

FROM build AS build-full
# A CPU build of torch: pass the --index-url that PyTorch's start page gives for "CPU" as TORCH_FLAGS.
ARG TORCH_FLAGS=""
RUN pip install ${TORCH_FLAGS} 'torch==2.13.0' && pip install '.[models]'

FROM python:3.12-slim AS runtime
RUN useradd --system --uid 10001 --no-create-home kildesvar && mkdir /data && chown kildesvar /data
ENV PATH=/opt/kildesvar/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    ORT_DISABLE_TELEMETRY=1 \
    KILDESVAR_HOST=0.0.0.0 \
    KILDESVAR_INDEX=/index \
    KILDESVAR_FEEDBACK_FILE=/data/feedback.jsonl
COPY --from=build --chown=kildesvar /index /index
VOLUME /data
WORKDIR /
USER kildesvar
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["python", "-m", "service", "serve"]

FROM runtime AS full
COPY --from=build-full /opt/kildesvar /opt/kildesvar

FROM runtime AS slim
COPY --from=build /opt/kildesvar /opt/kildesvar
