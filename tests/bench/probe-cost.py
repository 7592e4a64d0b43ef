#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe (a process that opens each file first, since some hang the decoder) adds to opening: at most 30 ms.

    probe-cost.py CLI PROBE FILE…

The same command with and without it, in turn, 21 times; medians.  Time and the processor time of both processes.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

LIMIT_MS = 30
TIMES = 21


def opened(cli, probe, path):
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run([cli, "info", path], env=dict(os.environ, SONOBRUSH_PROBE=probe), stdout=subprocess.DEVNULL, check=True)
    took = time.perf_counter() - begin
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * took, 1e3 * (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)


def main():
    cli, probe, *files = sys.argv[1:]
    worst = 0.0
    for path in files:
        runs = [(opened(cli, probe, path), opened(cli, "", path)) for _ in range(TIMES)]
        more_ms = statistics.median(a[0] - b[0] for a, b in runs)
        more_cpu_ms = statistics.median(a[1] - b[1] for a, b in runs)
        print(f"# {os.path.basename(path)}: {statistics.median(b[0] for _, b in runs):.1f} ms without, {more_ms:.1f} ms "
              f"more with the probe, {more_cpu_ms:.1f} ms of processor time more")
        worst = max(worst, more_ms)
    print("1..1")
    print(f"{'ok' if worst <= LIMIT_MS else 'not ok'} 1 the probe adds at most {LIMIT_MS} ms: {worst:.1f}")
    return worst > LIMIT_MS


sys.exit(main())
