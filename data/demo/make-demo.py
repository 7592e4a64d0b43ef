#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the demo recording, its clean stem and the edits that clean it.

    data/demo/make-demo.py [FOLDER]

Two voices (espeak-ng) talk in a garden room; from the second sentence on a
travel alarm rings over them and nobody turns it off.  Everything is
synthesised here from one seed, so the same tools give the same bytes.

    garden-interview.flac        what the program opens: voices + room + alarm
    garden-interview-clean.flac  the same without the alarm, for the tests
    alarm-ops.json               four boxes a ringing, as a person would paint

Needs espeak-ng, sox, numpy and scipy.  Run by hand; the results are kept in
the repository, because a user's machine has none of these.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy import signal
from scipy.io import wavfile

RATE = 48000
LENGTH_S = 12.0
SEED = 20090
FULL_SCALE_24 = 1 << 23

# (start in seconds, voice, words a minute, pitch, place: -1 left … 1 right, text)
LINES = (
    (0.40, "en-gb-x-rp+f2", 160, 52, -0.45, "So, what did you plant first in this garden?"),
    (3.40, "en-us", 150, 34, 0.35, "The old pear tree was here before us. We planted roses around it,"),
    (8.55, "en-us", 150, 34, 0.35, "and in the second summer, the bees came back."),
)

# The alarm: four beeps and a rest, every second; it rings twice.
RINGINGS = ((2.6, 6), (9.3, 2))  # start in seconds, number of seconds
BEEPS, BEEP_S, BEEP_EVERY_S = 4, 0.075, 0.140
TONE_HZ = 4096.0
PARTIALS = ((1, 0.0), (2, -11.0), (3, -17.0), (4, -25.0), (5, -32.0))  # number, dB
ALARM_PEAK = 0.062
ALARM_PLACE = 0.15

# What a person would paint: one box a partial and ringing, edges in hertz around the partial.
BOX_HALF_HZ = (110.0, 90.0, 80.0, 70.0, 70.0)
BOX_BEFORE_S, BOX_AFTER_S = 0.02, 0.12


def speak(voice, speed, pitch, text):
    """float[n] at RATE: one sentence by the speech synthesiser."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "line.wav")
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-g", "1", "-w", path, text],
                       check=True)
        rate, frames = wavfile.read(path)
    speech = signal.resample_poly(frames / 32768.0, RATE, rate)
    # The synthesiser is dull and boxy: less at 300 Hz, a little air.
    low = signal.sosfilt(signal.butter(2, (220, 520), "bandpass", fs=RATE, output="sos"), speech)
    high = signal.sosfilt(signal.butter(2, 3500, "highpass", fs=RATE, output="sos"), speech)
    speech = speech - 0.3 * low + 0.5 * high
    heard = np.flatnonzero(np.abs(speech) > 0.004 * np.abs(speech).max())
    return speech[:heard[-1]]


def beep():
    """float[n]: one beep of a piezo disc, 4 ms up, 12 ms down."""
    n = int(BEEP_S * RATE)
    t = np.arange(n) / RATE
    tone = sum(10 ** (db / 20) * np.sin(2 * np.pi * TONE_HZ * k * t + 0.7 * k) for k, db in PARTIALS
               if TONE_HZ * k < RATE / 2)
    rise, fall = int(0.004 * RATE), int(0.012 * RATE)
    shape = np.ones(n)
    shape[:rise] = 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    shape[-fall:] = 0.5 + 0.5 * np.cos(np.pi * np.arange(fall) / fall)
    return tone * shape


def alarm():
    track = np.zeros(int(LENGTH_S * RATE))
    one = beep()
    for start_s, seconds in RINGINGS:
        for second in range(seconds):
            for i in range(BEEPS):
                at = int((start_s + second + i * BEEP_EVERY_S) * RATE)
                track[at:at + len(one)] += one[:max(0, len(track) - at)]
    return ALARM_PEAK * track / np.abs(track).max()


def room(dry, place, rng, wet_db):
    """float[n][2]: a small furnished room, T60 about 0.22 s, one response an ear."""
    n = int(0.25 * RATE)
    t = np.arange(n) / RATE
    ears = []
    for side in (-1.0, 1.0):
        response = np.zeros(n)
        response[int(RATE * 0.00025 * (1 + side * -place))] = np.sqrt(0.5 * (1 + 0.6 * side * place))
        for _ in range(7):  # walls, table, ceiling
            response[int(RATE * rng.uniform(0.003, 0.028))] += rng.uniform(-0.16, 0.16)
        tail = rng.standard_normal(n) * 10 ** (-3 * t / 0.22) * (t > 0.012)
        tail = signal.sosfilt(signal.butter(1, 3200, "lowpass", fs=RATE, output="sos"), tail)
        response += tail * 10 ** (wet_db / 20) / np.sqrt(np.sum(tail ** 2))
        ears.append(signal.fftconvolve(dry, response)[:len(dry)])
    return np.stack(ears, axis=1)


def room_noise(n, rng):
    """float[n][2]: air and a far street, quiet and without highs (so that FLAC stays small)."""
    common = rng.standard_normal(n)
    noise = np.stack([0.7 * common + 0.5 * rng.standard_normal(n) for _ in range(2)], axis=1)
    hiss = signal.sosfilt(signal.butter(2, 1100, "lowpass", fs=RATE, output="sos"), noise, axis=0)
    rumble = signal.sosfilt(signal.butter(2, 110, "lowpass", fs=RATE, output="sos"), noise, axis=0)
    noise = hiss * 10 ** (-77 / 20) / hiss.std() + rumble * 10 ** (-63 / 20) / rumble.std()
    return signal.sosfilt(signal.butter(2, 25, "highpass", fs=RATE, output="sos"), noise, axis=0)


def boxes():
    ops = []
    for ringing, (start_s, seconds) in enumerate(RINGINGS):
        end_s = start_s + seconds - 1 + (BEEPS - 1) * BEEP_EVERY_S + BEEP_S
        for (k, _), half_hz in zip(PARTIALS, BOX_HALF_HZ):
            ops.append({"id": f"alarm-{ringing + 1}-{k}", "kind": "box",
                        "from_s": round(start_s - BOX_BEFORE_S, 3), "to_s": round(end_s + BOX_AFTER_S, 3),
                        "low_hz": TONE_HZ * k - half_hz, "high_hz": TONE_HZ * k + half_hz, "gain_db": "-inf"})
    return {"version": 1, "grid": {"n_fft": 2048, "hop": 512, "window": "hann"}, "ops": ops}


def save(folder, name, ints):
    """24-bit FLAC by way of a headerless file: sox neither dithers nor scales."""
    raw = ints.astype("<i4").tobytes()
    packed = np.frombuffer(raw, np.uint8).reshape(-1, 4)[:, :3].tobytes()
    path = os.path.join(folder, name)
    subprocess.run(["sox", "-D", "-t", "raw", "-r", str(RATE), "-c", "2", "-b", "24", "-e", "signed-integer", "-L", "-",
                    "-C", "8", "--comment", "", path], input=packed, check=True)
    print(f"{path}: {os.path.getsize(path):,} bytes, peak {20 * np.log10(np.abs(ints).max() / FULL_SCALE_24):.1f} dBFS")


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    rng = np.random.default_rng(SEED)
    n = int(LENGTH_S * RATE)
    clean = room_noise(n, rng)
    for start_s, voice, speed, pitch, place, text in LINES:
        dry = np.zeros(n)
        speech = speak(voice, speed, pitch, text)
        at = int(start_s * RATE)
        print(f"{start_s:5.2f}–{start_s + len(speech) / RATE:5.2f} s  {text}")
        speech = speech[:n - at]
        dry[at:at + len(speech)] = 0.038 * speech / np.sqrt(np.mean(speech ** 2))
        clean += room(dry, place, rng, wet_db=-11.0)
    noise = room(alarm(), ALARM_PLACE, rng, wet_db=-12.0)
    fade = int(0.05 * RATE)
    for track in (clean, noise):
        track[:fade] *= np.linspace(0, 1, fade)[:, None]
        track[-fade:] *= np.linspace(1, 0, fade)[:, None]
    clean_ints = np.round(clean * FULL_SCALE_24).astype(np.int32)
    mix_ints = clean_ints + np.round(noise * FULL_SCALE_24).astype(np.int32)
    assert np.abs(mix_ints).max() < FULL_SCALE_24 * 0.98
    save(folder, "garden-interview.flac", mix_ints)
    save(folder, "garden-interview-clean.flac", clean_ints)
    with open(os.path.join(folder, "alarm-ops.json"), "w", encoding="utf-8") as file:
        json.dump(boxes(), file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
