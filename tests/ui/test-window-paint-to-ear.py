#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the pointer to the ear: a tone is painted out while it plays, by a press
of the pointer, and the daemon's sink is captured with the time at which each
piece came.

    test-window-paint-to-ear.py PROJECT_ROOT SONOBRUSH
"""
import os
import subprocess
import sys
import threading
import time

from tap import Tap

try:
    import numpy as np

    from wav import write_tone
except ImportError:
    np = None

from desktop import Desktop, missing_tools
from window import Window

RATE = 48000
TONE_HZ = 1000
SECONDS = 60
PRESSES = 9
PROMISE_MS = 35
DEVICE_MS = 20   # what the program asks the device for
CAPTURE_MS = 10  # a piece of the capture


class Capture:
    """What the sink plays, with the moment at which each piece arrived."""

    def __init__(self, desktop):
        self.pieces, self.moments, self.total = [], [], 0
        self.process = subprocess.Popen(
            ["parec", "--device=probe.monitor", "--format=float32le", f"--rate={RATE}", "--channels=2",
             f"--latency-msec={CAPTURE_MS}", "--raw"], stdout=subprocess.PIPE, env=desktop.environment)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return
            self.total += len(piece)
            self.moments.append((time.monotonic(), self.total))
            self.pieces.append(piece)

    def stop(self):
        self.process.terminate()
        self.thread.join(5)
        data = b"".join(self.pieces)
        return np.frombuffer(data[:len(data) // 8 * 8], "<f4").reshape(-1, 2)[:, 0]

    def moment_of(self, frame):
        """When the frame was there."""
        return next(moment for moment, total in self.moments if total >= 8 * (frame + 1))

    def frame_at(self, moment):
        return max([total // 8 for m, total in self.moments if m <= moment], default=0)


def paint(desktop, window):
    """A dab of some seconds on the tone where it plays, PRESSES times; when each was pressed."""
    window.key(*["period"] * 16)  # a big brush
    pressed = []
    for k in range(PRESSES):
        window.activate("seek", str(20.0))
        time.sleep(0.5)
        desktop.xdotool("mousemove", round(window.x_of(21)), round(window.y_of(TONE_HZ)))
        time.sleep(0.15)
        pressed.append(time.monotonic())
        desktop.xdotool("mousedown", 1)
        time.sleep(0.4)
        desktop.xdotool("mouseup", 1)
        time.sleep(0.2)
        window.activate("undo")
        time.sleep(0.3 + 0.013 * k)
    return pressed


def has_gap(piece):
    """Whether the machine was late: the daemon fills up with silence, of which the tone and its rest have none."""
    return bool(np.any(np.convolve(piece == 0, np.ones(16), "valid") == 16))


def measure(heard, capture, pressed):
    """Milliseconds until the tone is 20 dB down, and the loudest burst above 12 kHz around that, in dB, of each press
    whose sound came without a gap."""
    delays, bursts = [], []
    window = np.hanning(1024)
    for moment in pressed:
        at = capture.frame_at(moment)
        full = np.sqrt(np.mean(heard[at - 4800:at].astype(float) ** 2))
        rest = heard[at:at + RATE // 2].astype(float)
        levels = np.sqrt(np.convolve(rest ** 2, np.ones(48) / 48, "valid"))
        low = np.flatnonzero(levels < 0.1 * full)
        assert full > 0.1 and len(low), "the tone did not go away"
        delays.append(1000 * (capture.moment_of(at + int(low[0]) + 48) - moment))
        begin, stop = at - 2048, at + int(low[0]) + 4096
        if has_gap(heard[begin:stop + 1024]):
            continue
        spectra = [np.abs(np.fft.rfft(heard[i:i + 1024] * window)) / 256 for i in range(begin, stop, 128)]
        bursts.append(20 * np.log10(max(spectrum[256:].max() for spectrum in spectra) + 1e-15))
    return delays, bursts


def pointer_to_ear(desktop, window):
    window.wait_shown().wait_open("tone")
    window.activate("show-span", "(18.0, 24.0)")
    window.calibrate(desktop.path("scratch.json"))
    window.activate("seek", "20.0")
    capture = Capture(desktop)
    window.activate("play")
    window.wait_enabled("stop")
    pressed = paint(desktop, window)
    window.activate("stop")
    heard = capture.stop()
    delays, bursts = measure(heard, capture, pressed)
    own = sorted(delay - DEVICE_MS - CAPTURE_MS for delay in delays)
    print(f"# pointer to ear: {', '.join(f'{d:.0f}' for d in sorted(delays))} ms, of these the device {DEVICE_MS} and "
          f"the capture up to {CAPTURE_MS}; median of the rest {own[len(own) // 2]:.1f} ms; "
          f"burst {max(bursts, default=0):.1f} dB in {len(bursts)} presses without a gap")
    patience = float(os.environ.get("SB_TEST_PATIENCE", "1"))
    assert own[len(own) // 2] <= PROMISE_MS * patience
    assert bursts and max(bursts) <= -90, "it clicks"
    window.quit()


def main():
    program = sys.argv[2]
    cases = Tap()
    lacking = missing_tools(sound=True) + ([] if np is not None else ["NumPy"])
    if lacking:
        cases.skip("/window-paint-to-ear", f"{', '.join(lacking)} missing")
        return cases.finish()
    with Desktop(sound_rate=RATE) as desktop:
        write_tone(desktop.path("tone.wav"), RATE, SECONDS, TONE_HZ)
        window = Window(desktop, program, desktop.path("tone.wav"))
        if not cases.run("/window-paint-to-ear", pointer_to_ear, desktop, window):
            print("# " + window.output().replace("\n", "\n# "))
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
