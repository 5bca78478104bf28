# Grade a class in a container:
#   docker build -t grader .
#   docker run --rm --network none --read-only --tmpfs /tmp \
#     -v "$PWD/submissions:/submissions:ro" -v "$PWD/out:/out" grader grade /submissions --out /out
# A tag can come to mean another image. To build on exactly one, name it by its digest, as it is shown by
# `docker buildx imagetools inspect python:3.12-slim`: --build-arg BASE=python:3.12-slim@sha256:...
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
# The image runs on other processors than it is built on: compile for any x86-64 or arm64 (see solutions/jit.py).
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= NUMBA_CACHE_DIR=/opt/numba-cache
WORKDIR /opt/grader
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
# What is installed is what the lock file names, byte for byte; a change of the sources does not install it again.
COPY requirements/image.lock requirements/tools.lock requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/image.lock
COPY pyproject.toml README.md LICENSE ./
COPY grader grader
COPY solutions solutions
COPY student_template student_template
COPY reports reports
# Older versions of Numba know a source by its time, of which a layer keeps whole seconds only: hence touch.
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && find grader solutions -name '*.py' -exec touch --date=2026-01-01 {} + \
    && python -m compileall -q grader solutions \
    && python -m solutions
# What the image holds, as CycloneDX: /opt/grader/sbom.cdx.json. The tool that writes it stays behind in this stage.
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --no-cache-dir --require-hashes --requirement requirements/tools.lock \
    && /opt/tools/bin/cyclonedx-py environment --output-reproducible --output-file sbom.cdx.json /opt/venv/bin/python

FROM ${BASE}
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= NUMBA_CACHE_DIR=/opt/numba-cache \
    PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/grader /opt/grader
COPY --from=build /opt/numba-cache /opt/numba-cache
RUN useradd --create-home --uid 10001 grader && mkdir /out && chown grader /out
USER grader
WORKDIR /out
ENTRYPOINT ["grader"]
CMD ["--help"]
