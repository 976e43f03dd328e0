#!/bin/sh
# Before any Python of ours can run: uv into .local/bin, then the environment that uv.lock describes into .venv.
# One line and exit 1 where something is missing.
set -eu

UV_VERSION=0.13.9
UV_OLDEST_MINOR=9 # [tool.uv] required-version in pyproject.toml
HINT_PYTHON='Install Python 3.11 or newer with its venv module (Debian: apt-get install python3 python3-venv)'

fail() {
    echo "error: $1" >&2
    exit 1
}

cd "$(dirname "$0")/../../.."

command -v git >/dev/null 2>&1 || fail 'git is missing. Install it (Debian: apt-get install git)'

# A line every five seconds from now on, until the script ends.
tick() {
    echo "$1"
    trap 'kill "$ticker" 2>/dev/null || true' EXIT
    (
        elapsed=0
        # The last sleep outlives the loop: it must not keep the reader of our output waiting.
        while sleep 5 >/dev/null 2>&1; do
            elapsed=$((elapsed + 5))
            echo "  … $elapsed s" >&2
        done
    ) &
    ticker=$!
}

fits_python() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Newer numbered ones come after python3: what the user calls python3 is what they expect.
python=''
for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
    if fits_python "$name"; then
        python=$(command -v "$name")
        break
    fi
done
if [ -z "$python" ]; then
    found=$(python3 --version 2>/dev/null || echo none)
    fail "Python 3.11 or newer is missing (python3 here: $found). $HINT_PYTHON"
fi

fits_uv() {
    case $("$1" --version 2>/dev/null) in
    'uv 0.'*) minor=$("$1" --version | sed 's/^uv 0\.\([0-9]*\).*/\1/') && [ "$minor" -ge "$UV_OLDEST_MINOR" ] ;;
    'uv '[1-9]*) true ;;
    *) false ;;
    esac
}

uv=$(command -v uv || true)
if [ -z "$uv" ] || ! fits_uv "$uv"; then
    uv=$PWD/.local/uv/bin/uv
    if ! fits_uv "$uv"; then
        echo "uv $UV_VERSION is installed into .local/uv"
        "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
            fail "$python has no venv module. $HINT_PYTHON"
        rm -rf .local/uv
        "$python" -m venv .local/uv || fail "$python can't make an environment, see above. $HINT_PYTHON"
        .local/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
            fail "uv $UV_VERSION can't be installed, see above. Connect to the internet or install uv yourself"
    fi
fi

mkdir -p .local/bin
# A link to itself would follow from a shell that has .local/bin first on PATH.
if [ "$uv" != "$PWD/.local/bin/uv" ]; then
    ln -sf "$uv" .local/bin/uv
fi

# --no-python-downloads: the interpreter is the machine's, checked above. An environment that exists keeps its own.
if [ -x .venv/bin/python ] && fits_python .venv/bin/python; then
    python=$PWD/.venv/bin/python
fi
if [ ! -x .venv/bin/python ]; then
    tick 'the packages of uv.lock are installed into .venv'
fi
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME
UV_PROJECT_ENVIRONMENT=.venv "$uv" sync --quiet --frozen --no-python-downloads --python "$python" ||
    fail 'the environment in .venv is incomplete, see above. Connect to the internet, then try again'
