#!/bin/sh
# Make .venv, or bring it up to date. Run through `make`, which calls it when the pinned list has changed.
set -eu

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

# A name on the PATH proves nothing (a pyenv shim may have no Python behind it), so each is run.
python=
without_venv=
for candidate in python3 python3.13 python3.12 python3.11; do
    "$candidate" -c "$supported" 2>/dev/null || continue
    if "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
        python=$candidate
        break
    fi
    without_venv=${without_venv:-$candidate}
done

if [ -z "$python" ] && [ -n "$without_venv" ]; then
    echo "scorelab: $without_venv has no venv module; install it (Debian and Ubuntu: sudo apt install python3-venv) and run make again." >&2
    exit 1
elif [ -z "$python" ]; then
    echo "scorelab: needs Python 3.11, 3.12 or 3.13 on the PATH; install one (python.org, conda or your system's packages) and run make again." >&2
    exit 1
fi

# The mark stands while an install is under way: found at the start, it tells that the last one was cut short.
mark=.venv/.unfinished
if [ -e "$mark" ] || ! .venv/bin/python -c "$supported; import pip" 2>/dev/null; then
    echo "Making .venv with $("$python" --version). The first install takes some minutes."
    rm -rf .venv
    "$python" -m venv .venv
fi
touch "$mark"
.venv/bin/python -m pip install --disable-pip-version-check -r requirements.txt -e .
rm "$mark"

mkdir -p .venv/share/jupyter/lab/settings
cp tools/jupyterlab.json .venv/share/jupyter/lab/settings/overrides.json
echo "Compiling the numerical kernels."
.venv/bin/python -c "import scorelab as sl; sl.warm_up()"
