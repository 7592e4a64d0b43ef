# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of sonobrush-cli share: running it, WAV files, an STFT in plain NumPy to compare with, and
skipping: a test whose needs are missing is skipped (exit status 77), but fails where CI is set."""
import os
import struct
import subprocess
import sys
import tempfile
import unittest

CLI = os.environ.get("SB_CLI", "sonobrush-cli")
DATA = os.environ.get("SB_SHARED_DATA", "")
SOURCE_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

try:
    import numpy as np
except ImportError:
    np = None


def need(condition, what):
    """Called at the top of a test file: without it there is nothing to test."""
    if condition:
        return
    if os.environ.get("CI"):
        sys.exit("%s is missing, and CI is set" % what)
    print("skipped: %s is missing" % what)
    sys.exit(77)


def need_in_test(condition, what):
    """The same within a test: the others of its file go on."""
    if not condition and not os.environ.get("CI"):
        raise unittest.SkipTest("%s is missing" % what)
    if not condition:
        raise AssertionError("%s is missing, and CI is set" % what)


def need_numpy():
    need(np is not None, "numpy")


def need_data():
    need(os.path.isdir(os.path.join(DATA, "real")), "the folder of shared recordings (SB_SHARED_DATA)")


def slurp(path):
    with open(path, "rb") as f:
        return f.read()


def run(*args, **kw):
    """(status, stdout, stderr); arguments may be str or bytes."""
    done = subprocess.run([CLI, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=300, **kw)
    # what is said is UTF-8, whatever a file is called
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class CliTest(unittest.TestCase):
    """A scratch folder each; calls that must succeed, calls that must be refused."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="sb-cli-")
        self.dir = self.scratch.name

    def tearDown(self):
        self.scratch.cleanup()

    def path(self, name):
        return os.path.join(self.dir, name)

    def do(self, *args):
        status, out, err = run(*args)
        self.assertEqual((status, err), (0, ""), "sonobrush-cli %s" % " ".join(map(str, args)))
        return out

    def snapshot(self):
        """Every name and content below the scratch folder."""
        found = {}
        for folder, folders, files in os.walk(os.fsencode(self.dir)):
            for name in folders + files:
                path = os.path.join(folder, name)
                regular = os.path.isfile(path) and not os.path.islink(path) and os.access(path, os.R_OK)
                found[path] = slurp(path) if regular else None
        return found

    def refused(self, *args, status=1, says=None, **kw):
        """One line of stderr, that status, nothing on stdout, nothing written."""
        before = self.snapshot()
        got, out, err = run(*args, **kw)
        shown = "sonobrush-cli %s: %r" % (" ".join(map(str, args)), err)
        self.assertEqual(got, status, shown)
        self.assertEqual(out, "", shown)
        self.assertTrue(err.startswith("sonobrush-cli") and err.endswith("\n") and err.count("\n") == 1, shown)
        self.assertEqual(self.snapshot(), before, shown)
        if says:
            self.assertIn(says, err)
        return err


def main():
    unittest.main(verbosity=1)


# ---- WAV ----

def write_wav(path, x, rate, kind="float"):
    """x: (frames,) or (frames, channels), ±1."""
    x = np.asarray(x, float)
    x = x[:, None] if x.ndim == 1 else x
    if kind == "float":
        tag, bits, data = 3, 32, x.astype("<f4").tobytes()
    elif kind == "double":
        tag, bits, data = 3, 64, x.astype("<f8").tobytes()
    elif kind == "pcm_16":
        tag, bits, data = 1, 16, np.round(x * 32768).clip(-32768, 32767).astype("<i2").tobytes()
    else:
        raise ValueError(kind)
    ch = x.shape[1]
    fmt = struct.pack("<HHIIHH", tag, ch, rate, rate * ch * bits // 8, ch * bits // 8, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", len(body)) + body)


def read_wav(path):
    """(rate, float64 (frames, channels)) of PCM 16 or float WAV, plain or extensible."""
    raw = slurp(path)
    assert raw[:4] == b"RIFF" and raw[8:12] == b"WAVE", path
    at, fmt, data = 12, None, None
    while at + 8 <= len(raw):
        name, size = raw[at:at + 4], struct.unpack("<I", raw[at + 4:at + 8])[0]
        if name == b"fmt ":
            fmt = raw[at + 8:at + 8 + size]
        if name == b"data":
            data = raw[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    tag, ch, rate, _, _, bits = struct.unpack("<HHIIHH", fmt[:16])
    tag = struct.unpack("<H", fmt[24:26])[0] if tag == 0xfffe else tag
    kind = {(1, 16): "<i2", (3, 32): "<f4", (3, 64): "<f8"}[tag, bits]
    x = np.frombuffer(data, kind).astype(float).reshape(-1, ch)
    return rate, x / 32768 if kind == "<i2" else x


# ---- the transform in plain NumPy, double precision ----

def window(name, n):
    """Periodic, as scipy.signal.get_window."""
    coefficients = {"hann": [0.5, 0.5], "hamming": [0.54, 0.46], "blackman": [0.42, 0.5, 0.08],
                    "blackmanharris": [0.35875, 0.48829, 0.14128, 0.01168], "rect": [1.0]}[name]
    t = 2 * np.pi * np.arange(n) / n
    return sum((-1) ** i * a * np.cos(i * t) for i, a in enumerate(coefficients))


def stft(x, n_fft, hop, name="hann"):
    """x: (frames,) → (n_bins, n_cols)"""
    g = window(name, n_fft)
    padded = np.pad(x, n_fft // 2)
    n_cols = 1 + (len(padded) - n_fft) // hop
    return np.stack([np.fft.rfft(g * padded[k * hop:k * hop + n_fft]) for k in range(n_cols)], axis=1)


def norm(n_cols, n_fft, hop, name, length):
    g2, total = window(name, n_fft) ** 2, np.zeros(n_cols * hop + 2 * n_fft + length)
    for k in range(n_cols):
        total[k * hop:k * hop + n_fft] += g2
    return total[n_fft // 2:n_fft // 2 + length]


def istft(X, n_fft, hop, name="hann", length=None):
    """librosa.istft(X, center=True, length=length)"""
    n_cols = X.shape[1]
    if length is None:
        length = (n_cols - 1) * hop + n_fft - 2 * (n_fft // 2)
    g, total = window(name, n_fft), np.zeros(n_cols * hop + 2 * n_fft + length)
    for k in range(n_cols):
        total[k * hop:k * hop + n_fft] += g * np.fft.irfft(X[:, k], n_fft)
    total = total[n_fft // 2:n_fft // 2 + length]
    divisor = norm(n_cols, n_fft, hop, name, length)
    return np.where(divisor > 1.2e-38, total / np.where(divisor > 1.2e-38, divisor, 1), total)


def si_sdr(clean, estimate):
    """dB, all channels as one vector, no mean removed."""
    s, y = clean.ravel(), estimate.ravel()
    target = (s @ y) / (s @ s) * s
    return 10 * np.log10((target @ target) / ((y - target) @ (y - target)))
