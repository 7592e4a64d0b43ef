#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make bench: measures the build in the folder given, prints JSON's table and
# writes docs/benchmarks.md.  Debian's Python is tried first: the peers are there.
set -eu
build=${1:-build}
here=$(dirname "$0")
python=python3
if [ -x /usr/bin/python3 ]; then
  python=/usr/bin/python3
fi
exec "$python" "$here/bench.py" "$build/app/sonobrush-cli" --json "$build/bench.json" \
  --pictures "$build/tests/bench/picture-bench" --window "$build/app/sonobrush"
