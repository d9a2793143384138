#!/bin/sh
# Python with the project's tools: that of .venv where there is one, else that of the active
# environment, as with conda and on Windows.
if [ -x .venv/bin/python ]; then
    PATH=$PWD/.venv/bin:$PATH
fi
exec python "$@"
