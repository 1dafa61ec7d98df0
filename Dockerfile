# The tag is exact. Dependabot adds the digest and keeps both up to date.
FROM python:3.13.14-slim-trixie

# Git tells what changed; Node runs the programs that templates are synthesised with.
# Their versions are the distribution's, so that its security updates arrive with a rebuild.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git nodejs \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ONLY_BINARY=:all: PIP_ROOT_USER_ACTION=ignore

# An environment of its own, without pip. Python's modules come without bytecode, and each run starts from this image:
# compiled once is compiled for all.
COPY requirements/runtime.lock /tmp/
RUN python -m venv --without-pip /opt/saya \
 && python -m pip --python /opt/saya/bin/python install --quiet --require-hashes --requirement /tmp/runtime.lock \
 && python -m compileall -q "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
 && rm /tmp/runtime.lock

# What builds the wheel lies outside of that environment, and goes again.
COPY . /tmp/source
RUN python -m pip install --quiet --require-hashes --target /tmp/build --requirement /tmp/source/requirements/build.lock \
 && PYTHONPATH=/tmp/build \
    python -m pip --python /opt/saya/bin/python install --quiet --no-deps --no-build-isolation /tmp/source \
 && rm -r /tmp/build /tmp/source

# The user stays root: the files through which a step gives its outputs belong to the runner's user.
# https://docs.github.com/actions/reference/workflows-and-actions/dockerfile-support
ENTRYPOINT ["/opt/saya/bin/saya", "review"]
