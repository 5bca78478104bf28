# The grader in a container; docs/containers.md has the commands for Docker, rootless Docker and podman.
#   docker build -t grader .                       # for grading a folder
#   docker build -t grader-job --target job .      # for jobs of GitLab and GitHub
#   docker build -t grader-cluster --target cluster .    # for several machines (docs/scaling.md)
# A tag can come to mean another image. To build on exactly one, name it by its digest, as it is shown by
# `docker buildx imagetools inspect python:3.12-slim`: --build-arg BASE=python:3.12-slim@sha256:...
ARG BASE=python:3.12-slim

# What is installed is what the lock files name, byte for byte; a change of the sources does not install it again.
FROM ${BASE} AS packages
COPY requirements/image.lock /requirements/
RUN python -m venv --without-pip /opt/venv
RUN pip --python /opt/venv/bin/python install --no-cache-dir --no-compile --require-hashes \
    --requirement /requirements/image.lock

FROM ${BASE} AS tools
COPY requirements/tools.lock /requirements/
RUN python -m venv --without-pip /opt/tools
RUN pip --python /opt/tools/bin/python install --no-cache-dir --no-compile --require-hashes \
    --requirement /requirements/tools.lock

# What no grading needs: what builds this package, a debugger and completion for people at a keyboard, tests.
FROM packages AS trimmed
COPY requirements/trim.py /requirements/
RUN python /requirements/trim.py /opt/venv \
    && /opt/venv/bin/python -m compileall -q -j 0 -x '/(fontTools|pygments/lexers)/' /opt/venv

# What several machines need besides, in a folder of its own: pip leaves out what is installed.
FROM packages AS clustered
COPY requirements/cluster.lock requirements/trim.py /requirements/
RUN pip --python /opt/venv/bin/python install --no-cache-dir --no-compile --require-hashes --prefix /opt/cluster \
    --requirement /requirements/cluster.lock \
    && python /requirements/trim.py /opt/cluster && /opt/venv/bin/python -m compileall -q -j 0 /opt/cluster

FROM packages AS build
# The image runs on other processors than it is built on: compile for any x86-64 or arm64 (see solutions/jit.py).
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= NUMBA_CACHE_DIR=/opt/numba-cache
WORKDIR /opt/grader
COPY pyproject.toml course.toml README.md LICENSE ./
COPY grader grader
COPY solutions solutions
COPY student_template student_template
COPY reports reports
# Into a folder of its own, so that the large layer below it stays as it is. Older versions of Numba know a source by
# its time, of which a layer keeps whole seconds only: hence touch.
# The course's public half is read where it is; the copy of it that wheels carry would only weigh.
RUN pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --no-build-isolation --prefix /opt/own --editable . \
    && rm -r /opt/own/lib/python*/site-packages/grader \
    && find grader solutions -name '*.py' -exec touch --date=2026-01-01 {} + \
    && /opt/venv/bin/python -m compileall -q -j 0 grader solutions \
    && /opt/venv/bin/python -m solutions \
    && /opt/venv/bin/python -c 'from grader.exporters import html; html.prepare()'

# What the image holds, as CycloneDX: /opt/grader/sbom.cdx.json.
FROM trimmed AS sbom
COPY --from=tools /opt/tools /opt/tools
COPY --from=build /opt/own /opt/venv
COPY --from=build /opt/grader /opt/grader
RUN /opt/tools/bin/python -m cyclonedx_py environment --output-reproducible --output-file /sbom.cdx.json /opt/venv/bin/python

FROM ${BASE} AS grader
LABEL org.opencontainers.image.title="grader" \
      org.opencontainers.image.description="Grades deep-learning assignments written in NumPy, and says why something is wrong" \
      org.opencontainers.image.documentation="docs/containers.md" \
      org.opencontainers.image.licenses="MIT"
# HOME: for a user of any number, also with a read-only root. LANG: for names of files.
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= NUMBA_CACHE_DIR=/opt/numba-cache \
    PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOME=/tmp LANG=C.UTF-8
RUN useradd --uid 10001 --home-dir /tmp --no-create-home grader && mkdir -m 1777 /out
COPY --from=trimmed /opt/venv /opt/venv
COPY --from=build /opt/own /opt/venv
COPY --from=build /opt/numba-cache /opt/numba-cache
COPY --from=build /opt/grader /opt/grader
COPY --from=sbom /sbom.cdx.json /opt/grader/
USER grader
WORKDIR /out
# It grades and ends: there is nothing to ask for its health while it runs (no HEALTHCHECK); `doctor` tells beforehand.
STOPSIGNAL SIGINT
ENTRYPOINT ["grader"]
CMD ["--help"]

# For jobs of GitLab and GitHub, which bring their own commands: a shell in the place of the entry point, git and make.
# Their folders belong to whoever runs the runner: as root, the default here, every one of them can be written.
FROM grader AS job
USER root
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git make && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*'
WORKDIR /
ENTRYPOINT []
CMD ["bash"]

# For several machines: the same programs and marks, with Dask, for who starts a run, its scheduler and its workers.
FROM grader AS cluster
COPY --from=clustered /opt/cluster /opt/venv

# What `docker build .` makes.
FROM grader
