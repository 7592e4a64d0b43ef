#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an export takes against copying the file and reading the copy once.

    tests/bench/export-bench.py CLI [--rounds 5] [--minutes 10 60] [--folder DIR] [--json FILE]

Each round does both, one after the other, with the file in the page cache:

    copy     cp RECORDING COPY; sync COPY; read COPY
    export   sonobrush-cli edit RECORDING --ops OPS -o RESULT      (1 % painted in boxes of one second)

An export flushes what it wrote to the disk before it gives it its name, so `sync COPY` stands on the other side.  The
column "no sync" leaves it out of the copy alone, which is unfair to the export and says what the disk costs.  Processor
time does not depend on what else the machine does.  Hashing (--report) is not asked for.  The medians' ratio is what
counts: at most 1.5."""
import argparse
import array
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

RATE, BLOCK = 44100, 1 << 20


def make_recording(path, minutes):
    """Noise, mono, 16 bits."""
    rng = random.Random(1)
    minute = array.array("h", (rng.randrange(-8000, 8001) for _ in range(RATE * 6))) * 10
    if sys.byteorder == "big":
        minute.byteswap()
    n_bytes = 2 * RATE * 60 * minutes
    with open(path, "wb") as out:
        out.write(b"RIFF" + struct.pack("<I", 36 + n_bytes) + b"WAVEfmt " +
                  struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16) + b"data" + struct.pack("<I", n_bytes))
        for _ in range(minutes):
            minute.tofile(out)


def make_ops(path, minutes):
    """One second in a hundred, spread over the recording."""
    n = max(1, round(0.6 * minutes))
    ops = [{"kind": "box", "from_s": 50 + 100 * i, "to_s": 51 + 100 * i, "low_hz": 800, "high_hz": 4000,
            "gain_db": "-inf"} for i in range(n)]
    with open(path, "w") as out:
        json.dump({"version": 1, "ops": ops}, out)


def run(*command):
    """(seconds, processor seconds, peak bytes)"""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} gave {child.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def read_once(path):
    start, cpu = time.perf_counter(), time.process_time()
    block = bytearray(BLOCK)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(block):
            pass
    return time.perf_counter() - start, time.process_time() - cpu


def one_round(cli, folder):
    recording, copy, result = (os.path.join(folder, name) for name in ("hour.wav", "copy.wav", "result.wav"))
    for path in (copy, result):
        if os.path.exists(path):
            os.unlink(path)
    os.sync()
    copied, synced = run("cp", recording, copy), run("sync", copy)
    read = read_once(copy)
    os.sync()
    exported = run(cli, "edit", recording, "--ops", os.path.join(folder, "ops.json"), "-o", result)
    return {"cp": copied[0], "sync": synced[0], "read": read[0], "export": exported[0],
            "cp_cpu": copied[1] + synced[1], "read_cpu": read[1], "export_cpu": exported[1], "peak": exported[2]}


def measure(cli, minutes, rounds, root):
    with tempfile.TemporaryDirectory(dir=root) as folder:
        make_recording(os.path.join(folder, "hour.wav"), minutes)
        make_ops(os.path.join(folder, "ops.json"), minutes)
        one_round(cli, folder)  # into the page cache
        got = [one_round(cli, folder) for _ in range(rounds)]
    middle = {key: statistics.median(each[key] for each in got) for key in got[0]}

    def ratio(top, *bottom):
        return round(statistics.median(each[top] / sum(each[key] for key in bottom) for each in got), 3)

    return {"minutes": minutes, **{key: round(value, 4) for key, value in middle.items()},
            "ratio": ratio("export", "cp", "sync", "read"), "ratio_no_sync": ratio("export", "cp", "read"),
            "ratio_cpu": ratio("export_cpu", "cp_cpu", "read_cpu"), "peak_mb": round(middle["peak"] / 2**20, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=int, nargs="+", default=[10, 60])
    parser.add_argument("--folder", help="on the disk to be measured (default: the temporary folder)")
    parser.add_argument("--json")
    args = parser.parse_args()
    rows = [measure(os.path.abspath(args.cli), minutes, args.rounds, args.folder) for minutes in args.minutes]
    print("minutes     cp   sync   read  export   ratio  no sync  processor  peak MB")
    for row in rows:
        print(f"{row['minutes']:7d} {row['cp']:6.3f} {row['sync']:6.3f} {row['read']:6.3f} {row['export']:7.3f} "
              f"{row['ratio']:7.2f} {row['ratio_no_sync']:8.2f} {row['ratio_cpu']:10.2f} {row['peak_mb']:8.1f}")
    if args.json:
        with open(args.json, "w") as out:
            json.dump(rows, out, indent=2)


if __name__ == "__main__":
    main()
