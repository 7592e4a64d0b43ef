#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo recording does what the start page promises: painting over the
alarm leaves the voices.

    test-demo.py PROJECT_ROOT SONOBRUSH_CLI
"""
import json
import os
import subprocess
import sys
import tempfile

from tap import Tap

try:
    import numpy as np

    from wav import read_wav, si_sdr_db
except ImportError:
    np = None

MEGABYTES_2 = 2_000_000


def edit(cli, recording, ops, target):
    """The recording after the operations file, decoded by the command line."""
    done = subprocess.run([cli, "edit", recording, "--ops", ops, "-o", target], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return read_wav(target)


def shape(demo, folder, cli, nothing):
    for name in ("garden-interview.flac", "garden-interview-clean.flac"):
        path = os.path.join(demo, name)
        assert os.path.getsize(path) < MEGABYTES_2, f"{path} is {os.path.getsize(path)} bytes"
        rate, frames = edit(cli, path, nothing, os.path.join(folder, "shape.wav"))
        assert rate == 48000 and frames.shape == (576000, 2), (rate, frames.shape)
        assert frames.dtype == np.int64 and np.abs(frames).max() > 1 << 20, "not 24-bit"
        assert np.any(frames & 0xFF), "only 16 bits of 24 are used"


def improvement(demo, folder, cli, nothing):
    _, clean = edit(cli, os.path.join(demo, "garden-interview-clean.flac"), nothing, os.path.join(folder, "clean.wav"))
    _, before = edit(cli, os.path.join(demo, "garden-interview.flac"), nothing, os.path.join(folder, "before.wav"))
    _, after = edit(cli, os.path.join(demo, "garden-interview.flac"), os.path.join(demo, "alarm-ops.json"),
                    os.path.join(folder, "after.wav"))
    was, became = si_sdr_db(before, clean), si_sdr_db(after, clean)
    print(f"# SI-SDR {was:.1f} dB, after the edits {became:.1f} dB")
    assert was < 8, f"the alarm should be in the way, yet SI-SDR is {was:.1f} dB"
    assert became - was > 10, f"{was:.1f} dB became {became:.1f} dB"


def untouched(demo, folder, cli, nothing):
    """Before the alarm rings, not a bit differs."""
    with open(os.path.join(demo, "alarm-ops.json"), encoding="utf-8") as file:
        first_s = min(op["from_s"] for op in json.load(file)["ops"])
    n = int((first_s - 0.2) * 48000)
    _, before = edit(cli, os.path.join(demo, "garden-interview.flac"), nothing, os.path.join(folder, "before.wav"))
    _, after = edit(cli, os.path.join(demo, "garden-interview.flac"), os.path.join(demo, "alarm-ops.json"),
                    os.path.join(folder, "after.wav"))
    assert n > 48000 and np.array_equal(before[:n], after[:n])
    assert not np.array_equal(before, after)


def main():
    root, cli = sys.argv[1:3]
    demo = os.path.join(root, "data", "demo")
    cases = Tap()
    if np is None:
        cases.skip("/demo", "NumPy is not installed")
        return cases.finish()
    with tempfile.TemporaryDirectory() as folder:
        nothing = os.path.join(folder, "nothing.json")
        with open(nothing, "w", encoding="utf-8") as file:
            file.write('{"version": 1, "ops": []}')
        cases.run("/demo/shape", shape, demo, folder, cli, nothing)
        cases.run("/demo/boxes-over-the-alarm", improvement, demo, folder, cli, nothing)
        cases.run("/demo/untouched-before-the-alarm", untouched, demo, folder, cli, nothing)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
