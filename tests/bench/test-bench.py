#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`sonobrush-cli bench --json` gives every figure that the table needs.  The limit
on speed is loose here (3 ×), since the machine may be busy, and absent in slow
builds (sanitizers); `make bench` shows the real figure."""
import json
import os
import subprocess

run = subprocess.run([os.environ["SB_CLI"], "bench", "--json"], stdout=subprocess.PIPE, check=False)
print("1..1")
problems = []
if run.returncode != 0:
    problems.append(f"exit status {run.returncode}")
else:
    figures = json.loads(run.stdout)
    if [row["n_fft"] for row in figures["columns"]] != [512, 1024, 2048, 4096, 8192]:
        problems.append("sizes are missing")
    for row in figures["columns"]:
        if not 0 < row["fftw_us"] < row["codes_us"]:
            problems.append(f"n_fft {row['n_fft']}: bare {row['fftw_us']} µs, ours {row['codes_us']} µs")
        if row["ratio"] > 3 and not os.environ.get("SB_SLOW_BUILD"):
            problems.append(f"n_fft {row['n_fft']}: {row['ratio']:.2f} times bare FFTW")
    for name in ("resynthesis_us_per_column", "compose_1600x900_whole_ms", "compose_1600x900_enlarged_ms"):
        if not figures[name] > 0:
            problems.append(f"{name} is {figures[name]}")
print("not ok 1 - bench figures" if problems else "ok 1 - bench figures")
for problem in problems:
    print("#", problem)
