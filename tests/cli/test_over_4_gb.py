# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings and results over the 4 GB that a WAV's header can count: written in full, and every byte looked at.

15 GB of disk and some minutes: only with SB_LONG_TESTS=1, `meson test --benchmark over-4-gb`."""
import json
import os
import struct

from sbtest import CliTest, main, need, need_numpy, np

need(os.environ.get("SB_LONG_TESTS"), "SB_LONG_TESTS")
need_numpy()

RATE, CHANNELS = 48000, 8
FRAME = 2 * CHANNELS
WIDE = (1 << 32) // FRAME + 3 * RATE  # frames of 16 bits: 3 s beyond 4 GB
STEP = 1 << 26
REACH = 4096  # frames that the outermost painted columns reach beyond the box, and more
rng = np.random.default_rng(4)


def header(n_frames, wide):
    """RIFF or RF64 with a chunk that nobody knows; the sound begins at its end."""
    size = n_frames * FRAME
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, CHANNELS, RATE, RATE * FRAME, FRAME, 16)
    note = b"note" + struct.pack("<I", 12) + b"only for me!"
    if not wide:
        return (b"RIFF" + struct.pack("<I", 4 + len(fmt) + len(note) + 8 + size) + b"WAVE" + fmt + note
                + b"data" + struct.pack("<I", size))
    whole = 4 + 36 + len(fmt) + len(note) + 8 + size
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, whole, size, n_frames, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + fmt + note + b"data\xff\xff\xff\xff"


def make(path, n_frames, wide):
    """Silence that takes no room on the disk, with noise in the first second and in the last three."""
    head = header(n_frames, wide)
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(len(head) + n_frames * FRAME)
        for first, n in ((0, RATE), (n_frames - 3 * RATE, 3 * RATE)):
            file.seek(len(head) + first * FRAME)
            file.write(rng.integers(-9000, 9000, (n, CHANNELS)).astype("<i2").tobytes())
    return len(head)


def differing(a, b, start=0):
    """First and last byte that differ, from `start` on; None: none does."""
    first = last = None
    with open(a, "rb") as one, open(b, "rb") as other:
        one.seek(start)
        other.seek(start)
        at = start
        while True:
            x, y = one.read(STEP), other.read(STEP)
            if not x or not y:
                return first if first is None else (first, last)
            if x != y:
                n = min(len(x), len(y))
                where = np.flatnonzero(np.frombuffer(x, "u1", n) != np.frombuffer(y, "u1", n)) + at
                first, last = where[0] if first is None else first, where[-1]
            at += len(x)


class OverFourGB(CliTest):
    def edit(self, source, out, from_s, to_s, *options):
        ops = self.path("ops.json")
        with open(ops, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "ops": [{"kind": "box", "from_s": from_s, "to_s": to_s, "low_hz": 2000, "high_hz": 9000,
                                              "gain_db": "-inf"}]}, file)
        return self.do("edit", source, "--ops", ops, "-o", out, *options)

    def test_in_place(self):
        """RF64 to RF64: only samples of the box differ, behind the 4 GB as well."""
        source, out = self.path("in.wav"), self.path("out.wav")
        head = make(source, WIDE, True)
        from_s = (WIDE - 2 * RATE) / RATE
        self.edit(source, out, from_s, from_s + 0.5)
        self.assertEqual(os.path.getsize(source), os.path.getsize(out))
        first, last = differing(source, out)
        frames = (first - head) // FRAME, (last - head) // FRAME
        self.assertGreater(first, 1 << 32)
        self.assertGreaterEqual(frames[0], WIDE - 2 * RATE - REACH)
        self.assertLess(frames[1], WIDE - 2 * RATE + RATE // 2 + REACH)

    def test_grows(self):
        """A WAV of 1.2 GB becomes one of 4.7 GB: RF64 by itself, with every sample of it."""
        n_frames = 3 * (1 << 32) // 10 // FRAME
        source, out, back = self.path("in.wav"), self.path("out.wav"), self.path("back.wav")
        head = make(source, n_frames, False)
        self.edit(source, out, 0.2, 0.4, "--subtype", "double", "--no-metadata")
        with open(out, "rb") as file:
            self.assertEqual(file.read(4), b"RF64")
        self.assertGreater(os.path.getsize(out), 4 * n_frames * FRAME)
        with open(out, "rb") as file:  # the end, as it was recorded
            file.seek(-RATE * FRAME * 4, os.SEEK_END)
            tail = np.frombuffer(file.read(), "<f8")
        with open(source, "rb") as file:
            file.seek(-RATE * FRAME, os.SEEK_END)
            self.assertTrue(np.array_equal(tail, np.frombuffer(file.read(), "<i2") / 32768))
        # and read again as it was written: all of it comes back, but for the box
        self.edit(out, back, 0.2, 0.4, "--subtype", "pcm_16", "--no-metadata")
        with open(back, "rb") as file:
            behind = file.read(4096).index(b"data") + 8
        self.assertEqual(os.path.getsize(back) - behind, n_frames * FRAME)
        at = differing_sound(source, head, back, behind)
        self.assertLess(at, 0.4 * RATE + REACH)


def differing_sound(a, a_head, b, b_head):
    """The last frame of 16 bits that differs; −1: none does."""
    last, at = -1, 0
    with open(a, "rb") as one, open(b, "rb") as other:
        one.seek(a_head)
        other.seek(b_head)
        while True:
            x, y = one.read(STEP), other.read(STEP)
            if not x:
                return last
            if x != y:
                last = (at + int(np.flatnonzero(np.frombuffer(x, "u1") != np.frombuffer(y, "u1"))[-1])) // FRAME
            at += len(x)


main()
