#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `sonobrush-cli bench --json`, measures the peers that are installed in the
same run, prints a table and writes docs/benchmarks.md.

    tests/bench/bench.py CLI [--json FILE] [--no-write]

One thread each.  Peers take a minute of noise at 48 kHz, n_fft 2048, hop 512, and
are asked for the same: a spectrogram in decibels.  Ours is the full column of
`sonobrush-cli bench`: window, transform, power, logarithm, 8-bit code."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is loaded

ROUNDS = 7
N_FFT, HOP, RATE, SECONDS = 2048, 512, 48000, 60


def median_us(work, n_cols):
    """Microseconds a column, median of ROUNDS after one round to warm up."""
    work()
    took = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        took.append((time.process_time() - start) * 1e6 / n_cols)
    return statistics.median(took)


def peers():
    """[(name, version, µs a column or None)]"""
    try:
        import numpy as np
    except ImportError:
        return [("librosa", None, None), ("scipy", None, None)]
    x = np.random.default_rng(1).standard_normal(RATE * SECONDS).astype(np.float32) * 0.1
    n_cols = 1 + len(x) // HOP
    found = []
    try:
        import librosa

        def with_librosa():
            librosa.amplitude_to_db(np.abs(librosa.stft(x, n_fft=N_FFT, hop_length=HOP)), top_db=None)

        found.append(("librosa", librosa.__version__, median_us(with_librosa, n_cols)))
    except ImportError:
        found.append(("librosa", None, None))
    try:
        import scipy
        import scipy.signal

        def with_scipy():
            _, _, z = scipy.signal.stft(x, nperseg=N_FFT, noverlap=N_FFT - HOP)
            20 * np.log10(np.abs(z) + np.float32(1e-10))

        found.append(("scipy", scipy.__version__, median_us(with_scipy, n_cols)))
    except ImportError:
        found.append(("scipy", None, None))
    return found


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            for line in f:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown processor"


def table(ours, others):
    row = {r["n_fft"]: r for r in ours["columns"]}
    lines = [
        "## A column of the picture",
        "",
        f"Bare FFTW is the execution of the same plan and nothing else ({ours['fftw']}, {ours['planner']}); ours is "
        "window, transform, power, logarithm and 8-bit code. One thread, its processor time, medians of "
        f"{ours['rounds']} alternating rounds.",
        "",
        "| n_fft | bare FFTW (µs) | ours (µs) | ours ÷ bare |",
        "|---:|---:|---:|---:|",
    ]
    lines += [f"| {n} | {r['fftw_us']:.2f} | {r['codes_us']:.2f} | {r['ratio']:.2f} |" for n, r in sorted(row.items())]
    lines += [
        "",
        "## The same from others",
        "",
        f"A minute of noise at {RATE // 1000} kHz, n_fft {N_FFT}, hop {HOP}, to decibels. One thread, medians of "
        f"{ROUNDS} rounds, in the same run.",
        "",
        "| | µs a column | against ours |",
        "|---|---:|---:|",
        f"| Sonobrush | {row[N_FFT]['codes_us']:.2f} | 1 |",
    ]
    for name, version, us in others:
        if us is None:
            lines.append(f"| {name} | not installed here | |")
        else:
            lines.append(f"| {name} {version} | {us:.1f} | {us / row[N_FFT]['codes_us']:.1f} × |")
    lines += [
        "",
        "## Cleaning and drawing",
        "",
        "| | |",
        "|---|---:|",
        f"| resynthesis of a painted column, n_fft 2048, mono | {ours['resynthesis_us_per_column']:.1f} µs |",
        f"| composing 1600×900 pixels, whole recording | {ours['compose_1600x900_whole_ms']:.2f} ms |",
        f"| composing 1600×900 pixels, zoomed in | {ours['compose_1600x900_enlarged_ms']:.2f} ms |",
        "",
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("cli", help="the program sonobrush-cli")
    parser.add_argument("--json", metavar="FILE", help="keep all figures as JSON too")
    parser.add_argument("--no-write", action="store_true", help="leave docs/benchmarks.md as it is")
    args = parser.parse_args()

    run = subprocess.run([args.cli, "bench", "--json"], stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit("bench.py: “sonobrush-cli bench --json” did not work; see its message above.")
    ours = json.loads(run.stdout)
    others = peers()
    text = table(ours, others)
    print(text)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"ours": ours, "peers": [dict(zip(("name", "version", "us"), p)) for p in others]}, f, indent=1)
    if not args.no_write:
        docs = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")
        os.makedirs(docs, exist_ok=True)
        with open(os.path.join(docs, "benchmarks.md"), "w", encoding="utf-8") as f:
            f.write("# Benchmarks\n\n")
            f.write("Made by `make bench`; your machine will give other figures, the ratios should be close.\n")
            f.write(f"Here: {processor()}, {os.cpu_count()} processors, {time.strftime('%Y-%m-%d')}.\n\n")
            f.write(text)


if __name__ == "__main__":
    main()
