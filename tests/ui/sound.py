# SPDX-License-Identifier: GPL-3.0-or-later
"""What should have been heard, computed from the command line's output, and
whether a recording of the sound agrees with it."""
import subprocess

import numpy as np

from wav import read_wav

CROSSFADE_S = 0.010


def run_cli(cli, *arguments):
    done = subprocess.run([cli, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}"
    return done.stdout


def float_sources(cli, recording, ops, folder):
    """(rate, x, r): the recording and what the edits remove, float32[n][channels], as the program computes them."""
    nothing = f"{folder}/nothing.json"
    with open(nothing, "w", encoding="utf-8") as file:
        file.write('{"version": 1, "ops": []}')
    run_cli(cli, "edit", recording, "--ops", nothing, "--subtype", "float", "-o", f"{folder}/x.wav")
    run_cli(cli, "edit", recording, "--ops", ops, "--subtype", "float", "-o", f"{folder}/y.wav",
            "--removed", f"{folder}/r.wav")
    rate, x = read_wav(f"{folder}/x.wav")
    _, r = read_wav(f"{folder}/r.wav")
    return rate, x.astype(np.float32), r.astype(np.float32)


def two_ears(frames):
    """Mono goes to both ears."""
    return np.repeat(frames, 2, axis=1) if frames.shape[1] == 1 else frames


def find(heard, wanted, at, n=256):
    """Where wanted[at:at+n] stands in heard, bit for bit, or None."""
    piece = wanted[at:at + n]
    for start in np.flatnonzero((heard[:-n, 0] == piece[0, 0]) & (heard[1:1 - n, 0] == piece[1, 0])):
        if np.array_equal(heard[start:start + n], piece):
            return int(start)
    return None


def agreeing(heard, wanted, i, at):
    """How many frames from heard[i] on equal wanted[at:]."""
    n = min(len(heard) - i, len(wanted) - at)
    different = np.flatnonzero(np.any(heard[i:i + n] != wanted[at:at + n], axis=1))
    return int(different[0]) if len(different) else n


def walk(heard, wanted, i, position):
    """Follows wanted[position:] through heard[i:]: (frames that agree, where in heard it ends, late moments).
    A late moment is silence, after which the sound goes on where it was."""
    began, late = position, 0
    while i < len(heard):
        n = agreeing(heard, wanted, i, position)
        i, position = i + n, position + n
        sounding = np.flatnonzero(np.any(heard[i:] != 0, axis=1))
        if not len(sounding) or sounding[0] == 0:
            break
        resumed = i + int(sounding[0])
        if not agreeing(heard, wanted, resumed, position):
            break
        late, i = late + 1, resumed
    return position - began, i, late


def check_heard(heard, wanted, rate, from_s, at_least_s, what):
    """The sound played from from_s on equals `wanted` bit for bit for at least so long; around that
    there is nothing but a crossfade and silence.  A busy machine may be late, but not often.
    Returns the seconds that agree and the late moments."""
    heard, wanted = two_ears(heard), two_ears(wanted)
    at = int((from_s + 0.25) * rate)
    assert np.any(wanted[at:at + 256]), f"{what}: nothing sounds at {at / rate:.2f} s, a poor place to look"
    start = find(heard, wanted, at)
    assert start is not None, f"{what}: what was played is not what {at / rate:.2f} s of the result holds"
    after, end, late_after = walk(heard, wanted, start, at)
    before, reversed_end, late_before = walk(heard[:start][::-1], wanted[:at][::-1], 0, 0)
    low, late = start - reversed_end, late_before + late_after
    seconds, began_s = (before + after) / rate, (at - before) / rate
    assert seconds >= at_least_s, f"{what}: only {seconds:.3f} s agree, {at_least_s} s were asked for"
    assert abs(began_s - from_s) < 0.05, f"{what}: it began at {began_s:.3f} s, not at {from_s:.3f} s"
    assert late <= 3, f"{what}: the sound was late {late} times"
    fade = int(CROSSFADE_S * rate) + 2
    rest = np.concatenate([heard[:max(0, low - fade)].ravel(), heard[end + fade:].ravel()])
    assert not np.any(rest), f"{what}: {np.count_nonzero(rest)} samples sounded outside the stretch that agrees"
    return seconds, late


def band_db(frames, rate, from_s, to_s, low_hz, high_hz):
    """Power of a band over a span, in dB of full scale squared."""
    piece = np.asarray(frames, float)[int(from_s * rate):int(to_s * rate)].mean(axis=1)
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) ** 2
    hz = np.fft.rfftfreq(len(piece), 1 / rate)
    return 10 * np.log10(power[(hz >= low_hz) & (hz <= high_hz)].sum() / len(piece) ** 2 + 1e-30)


def check_exported(exported, x, r, bits):
    """Integers: the source's own samples where nothing was removed, elsewhere the result to within
    rounding (half a step) and dither (one step).  Floats (bits 0): the result bit for bit."""
    y = (x - r).astype(np.float32)
    if bits == 0:
        assert np.array_equal(exported.astype(np.float32), y), "the exported floats are not the result"
        return
    steps = float(1 << (bits - 1))
    untouched = r == 0
    assert np.array_equal(exported[untouched], np.round(x[untouched].astype(np.float64) * steps).astype(np.int64)), \
        "samples from which nothing was removed have changed"
    error = np.abs(exported - np.clip(y.astype(np.float64) * steps, -steps, steps - 1))
    assert error.max() <= 1.5 + 1e-6, f"an exported sample is {error.max():.2f} steps from the result"
