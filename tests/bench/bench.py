#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `sonobrush-cli bench --json`, measures the peers that are installed in the
same run, prints a table and writes docs/benchmarks.md.

    tests/bench/bench.py CLI [--json FILE] [--pictures PROGRAM] [--window PROGRAM] [--no-write]

Columns: one thread each.  Peers take a minute of noise at 48 kHz, n_fft 2048, hop 512, and
are asked for the same: a spectrogram in decibels.  Ours is the full column of
`sonobrush-cli bench`: window, transform, power, logarithm, 8-bit code."""
import argparse
import array
import json
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
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


# ---- pictures of whole recordings ----

HOUR = 3600 * 44100


def write_wav(path, n_frames, noise):
    """16-bit mono at 44.1 kHz: real noise, or a sparse file of silence."""
    size = 2 * n_frames
    with open(path, "wb") as f:
        if size < 1 << 32:
            f.write(struct.pack("<4sI4s", b"RIFF", size + 36, b"WAVE"))
        else:
            f.write(struct.pack("<4sI4s4sIQQQI", b"RF64", 0xFFFFFFFF, b"WAVE", b"ds64", 28, size + 72, size, n_frames, 0))
        f.write(struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 44100, 88200, 2, 16))
        f.write(struct.pack("<4sI", b"data", min(size, 0xFFFFFFFF)))
        if not noise:
            f.truncate(f.tell() + size)
            return
        rng = random.Random(1)
        blocks = [array.array("h", (int(rng.gauss(0, 1500)) for _ in range(44100))).tobytes() for _ in range(8)]
        for _ in range(n_frames // 44100):
            f.write(blocks[rng.randrange(8)])
        f.write(b"\0" * (2 * (n_frames % 44100)))


def pictures(program, folder):
    """[(what, figures)] for recordings of several lengths and kinds."""
    found = []
    cases = [("10 s of noise", 10 * 44100, True), ("1 h of noise", HOUR, True),
             ("24 h, a sparse file of silence", 24 * HOUR, False)]
    for name, n_frames, noise in cases:
        path = os.path.join(folder, "a.wav")
        write_wav(path, n_frames, noise)
        cache = os.path.join(folder, "cache")
        runs = [name] if n_frames < HOUR else [name, name + ", opened again"]
        for run in runs:
            with open(path, "rb") as f:  # into the page cache
                while f.read(1 << 24):
                    pass
            out = subprocess.run([program, path, cache], stdout=subprocess.PIPE, check=True)
            found.append((run, json.loads(out.stdout)))
        shutil.rmtree(cache, ignore_errors=True)
        if n_frames == HOUR:
            found.append(("1 h of noise, on one thread", json.loads(subprocess.run([program, path, "-", "1"],
                                                                                  stdout=subprocess.PIPE, check=True).stdout)))
        if n_frames == HOUR and shutil.which("sox"):
            for kind in ("flac", "ogg", "mp3", "opus"):
                packed = os.path.join(folder, "a." + kind)
                if subprocess.run(["sox", path, packed], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                    out = subprocess.run([program, packed], stdout=subprocess.PIPE, check=True)
                    found.append(("1 h as " + kind.upper(), json.loads(out.stdout)))
                else:
                    print(f"bench: this sox cannot write {kind.upper()}; left out", file=sys.stderr)
        if n_frames == HOUR:
            found += [(f"1 h, a picture by {who}", took) for who, took in picture_peers(path, folder)]
    return found


def in_window(program, folder, keep):
    """[(what, figures)] of the real window, and frame times by window size; None where there is no X server to be had."""
    import window_bench
    if not window_bench.can_run():
        print("bench: no Xvfb, xdotool, xwd or dbus-daemon here; the window is left out", file=sys.stderr)
        return None
    path = os.path.join(folder, "window.wav")
    found = []
    for name, n_frames, noise in (("10 s of noise", 10 * 44100, True), ("1 h of noise", HOUR, True),
                                  ("24 h of noise", 24 * HOUR, True)):
        write_wav(path, n_frames, noise)
        first, again = window_bench.start_times(program, path, 3 if n_frames > HOUR else 5)
        found += [(name, first), (name + ", opened again", again)]
        if n_frames == HOUR:
            found += [(f"1 h seen from outside: {who}", row) for who, row in window_bench.windows(program, path, keep)]
    os.remove(path)
    return found, window_bench.frame_times(program)


def window_table(found, frames):
    lines = [
        "## The real window",
        "",
        "On a private X server of 1600×900, drawn by Cairo. From the beginning of the process to the first frame, to the "
        "first whole picture, to the exact one; the file in the page cache; medians. Opened again: the pictures were kept. "
        "“Seen from outside” is the last change of the screen before it stands still for four seconds, to 0.1 s, one run; "
        "the others were told to show a spectrogram.",
        "",
        "| | first frame (ms) | whole (ms) | exact (ms) | memory (MB) |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, row in found:
        if row is None:
            lines.append(f"| {name} | not measured here | | | |")
        else:
            cells = [f"{row[key]:.0f}" if key in row else "" for key in ("frame_ms", "first_ms", "exact_ms", "rss_mb")]
            lines.append("| " + " | ".join([name] + cells) + " |")
    lines += [
        "",
        "A minute of scripted use while twenty minutes are analysed (`meson test -C build --benchmark window-watchdog`): "
        "processor time of the UI thread for a whole frame, GTK's share included, median / 99th percentile in ms; and the "
        "longest callback of ours.",
        "",
        "| | pan | zoom | paint | longest callback |",
        "|---|---:|---:|---:|---:|",
    ]
    for size, row in frames.items():
        lines.append(f"| {size} | " + " | ".join(f"{row[k][0]:.1f} / {row[k][1]:.1f}" for k in ("pan", "zoom", "paint")) +
                     f" | {row['callback']:.1f} |")
    return "\n".join(lines + [""])


PEER_S = 120


def picture_peers(path, folder):
    """Seconds that others take for a picture of the whole hour, from the file to a PNG."""
    png = os.path.join(folder, "peer.png")
    commands = {
        "sox spectrogram": ["sox", path, "-n", "spectrogram", "-x", "1600", "-y", "513", "-o", png],
        "ffmpeg showspectrumpic": ["ffmpeg", "-v", "error", "-y", "-i", path, "-lavfi", "showspectrumpic=s=1600x900", png],
    }
    for who, command in commands.items():
        if not shutil.which(command[0]):
            yield who, None
            continue
        start = time.monotonic()
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                                  timeout=PEER_S).returncode == 0
        except subprocess.TimeoutExpired:
            print(f"bench: {who} takes longer than {PEER_S} s for an hour; left out", file=sys.stderr)
            done = False
        yield who, {"exact_ms": (time.monotonic() - start) * 1000} if done else None


def picture_table(found):
    lines = [
        "## Pictures of whole recordings",
        "",
        "What the window does, without the window: opened with three spectrograms and waveforms, composed at 1600×900 until "
        "the first whole picture is there, and until it is exact. Wall clock on all processors; CPU is the time of all "
        "threads until then.",
        "",
        "| | first (ms) | exact (ms) | CPU (ms) | memory (MB) |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, row in found:
        if row is None:
            lines.append(f"| {name} | not installed here | | | |")
        elif "first_ms" not in row:
            lines.append(f"| {name} | | {row['exact_ms']:.0f} | | |")
        else:
            lines.append(f"| {name} | {row['first_ms']:.0f} | {row['exact_ms']:.0f} | {row['cpu_ms']:.0f} "
                         f"| {row['rss_mb']:.0f} |")
    lines += [
        "",
        "## Composing a frame",
        "",
        "The UI thread's own time a frame, median and 99th percentile: scrolling by 24 pixels, zooming between the whole and "
        "half a second, painting a stroke. The analysis of the rest goes on meanwhile.",
        "",
        "| | pan | zoom | paint | pan 2560×1440 | zoom 2560×1440 | paint 2560×1440 |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in found:
        if row and "first_ms" in row:
            cells = [f"{row[k + '_median_ms']:.1f} / {row[k + '_p99_ms']:.1f}"
                     for k in ("pan", "zoom", "paint", "pan_2560", "zoom_2560", "paint_2560")]
            lines.append("| " + " | ".join([name] + cells) + " |")
    return "\n".join(lines + [""])


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


def by_hand(path):
    """What stands under the last heading was measured by other commands and is kept."""
    try:
        with open(path, encoding="utf-8") as f:
            _, heading, rest = f.read().partition("\n## Measured by other commands\n")
            return heading + rest
    except OSError:
        return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("cli", help="the program sonobrush-cli")
    parser.add_argument("--json", metavar="FILE", help="keep all figures as JSON too")
    parser.add_argument("--pictures", metavar="PROGRAM", help="picture-bench, to measure whole recordings (7.6 GB sparse)")
    parser.add_argument("--window", metavar="PROGRAM", help="sonobrush, to measure the real window (7.6 GB)")
    parser.add_argument("--keep", metavar="FOLDER", help="keep dumps of the screens of the window's peers there")
    parser.add_argument("--no-write", action="store_true", help="leave docs/benchmarks.md as it is")
    args = parser.parse_args()

    run = subprocess.run([args.cli, "bench", "--json"], stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit("bench.py: “sonobrush-cli bench --json” did not work; see its message above.")
    ours = json.loads(run.stdout)
    others = peers()
    text = table(ours, others)
    whole = []
    if args.pictures:
        with tempfile.TemporaryDirectory() as folder:
            whole = pictures(args.pictures, folder)
        text += "\n" + picture_table(whole)
    shown = None
    if args.window:
        with tempfile.TemporaryDirectory() as folder:
            shown = in_window(args.window, folder, args.keep)
        if shown:
            text += "\n" + window_table(*shown)
    print(text)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"ours": ours, "peers": [dict(zip(("name", "version", "us"), p)) for p in others],
                       "pictures": [{"what": what, **(row or {})} for what, row in whole],
                       "window": [{"what": what, **(row or {})} for what, row in shown[0]] if shown else [],
                       "frames": shown[1] if shown else {}}, f, indent=1)
    if not args.no_write:
        docs = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")
        os.makedirs(docs, exist_ok=True)
        path = os.path.join(docs, "benchmarks.md")
        rest = by_hand(path)
        with open(path, "w", encoding="utf-8") as f:
            f.write("# Benchmarks\n\n")
            f.write("Made by `make bench`; your machine will give other figures, the ratios should be close.\n")
            f.write(f"Here: {processor()}, {os.cpu_count()} processors, {time.strftime('%Y-%m-%d')}.\n\n")
            f.write(text + rest)


if __name__ == "__main__":
    main()
