#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real window on a real sound daemon that fails: within a second playing is
over and the banner says so, the window answers all the while, and playing goes
on when sound is back.  And what listening does, captured from the daemon.

    test-window-sound-faults.py PROJECT_ROOT SONOBRUSH SCREENSHOT_FOLDER
"""
import os
import signal
import subprocess
import sys
import time

from tap import Tap

try:
    import numpy as np
except ImportError:
    np = None

from desktop import Desktop, end, missing_tools, wait_until
from window import Window, quoted

PATIENCE = float(os.environ.get("SB_TEST_PATIENCE", "1"))
RATE = 48000
worst_answer_s = 0.0


def daemon(desktop):
    return next(p for p in desktop.processes if "pulseaudio" in p.args[0] and p.poll() is None)


def pactl(desktop, *words):
    return desktop.run("pactl", *words)


def answering(window):
    """The time the window needs to answer over the bus."""
    global worst_answer_s
    begun = time.monotonic()
    window.enabled("play")
    worst_answer_s = max(worst_answer_s, time.monotonic() - begun)


def play(desktop, window):
    window.activate("seek", "0.5")
    window.activate("play")
    window.wait_enabled("stop")
    wait_until(lambda: float(window.state("seek")) > 0.8, 5, f"the playhead to move; {window.state('seek')}")
    wait_until(lambda: not banner_shown(desktop), 2, "the banner to go when it plays")


def banner_shown(desktop):
    """Whether the strip below the header is tinted red."""
    _, _, rows = desktop.pixels()
    red, green, blue = rows[72][3 * 1100:3 * 1100 + 3]
    return red > green + 12 and red > blue + 12


def must_stop(window, since, what, limit_s=1.0):
    """Playing is over within a second (and what asking over the bus takes), and the banner says so."""
    while not window.enabled("play"):
        answering(window)
        assert time.monotonic() - since < (limit_s + 4) * PATIENCE, f"{what}: still playing"
    took = time.monotonic() - since
    print(f"# {what}: told after {1000 * took:.0f} ms")
    assert took < limit_s * PATIENCE + 0.15, f"{what}: told only after {took:.2f} s"
    wait_until(lambda: banner_shown(window.desktop), 1, f"the banner to be there after {what}")


def load_sink(desktop):
    return pactl(desktop, "load-module", "module-null-sink", "sink_name=probe", "format=float32le", f"rate={RATE}",
                 "channels=2", "norewinds=1")


def stop(window):
    window.activate("stop")
    window.wait_enabled("play")


def no_device_at_start(desktop, window):
    """The window came up without any sink: it works, Play says why it can't, and can once there is one."""
    window.wait_shown().wait_open("garden-interview")
    assert not banner_shown(desktop), "nothing is wrong until somebody wants to hear something"
    since = time.monotonic()
    window.activate("play")
    time.sleep(0.1)
    must_stop(window, since, "no device at the start")
    load_sink(desktop)
    play(desktop, window)
    stop(window)
    window.quit()


def sink_unloaded(desktop, window, folder):
    play(desktop, window)
    since = time.monotonic()
    pactl(desktop, "unload-module", "module-null-sink")
    must_stop(window, since, "the last sink unloaded")
    time.sleep(0.4)
    desktop.screenshot(os.path.join(folder, "sound-device-gone.png"))


def last_sink_gone_and_back(desktop, window):
    since = time.monotonic()
    window.activate("play")  # nothing is back yet
    time.sleep(0.1)
    must_stop(window, since, "playing without any sink")
    load_sink(desktop)
    play(desktop, window)
    stop(window)


def sink_suspended(desktop, window):
    play(desktop, window)
    since = time.monotonic()
    pactl(desktop, "suspend-sink", "probe", "1")
    must_stop(window, since, "the sink suspended")
    pactl(desktop, "suspend-sink", "probe", "0")
    play(desktop, window)
    stop(window)


def daemon_frozen(desktop, window):
    play(desktop, window)
    process = daemon(desktop)
    since = time.monotonic()
    process.send_signal(signal.SIGSTOP)
    try:
        must_stop(window, since, "the daemon frozen")
        since = time.monotonic()
        window.activate("play")
        time.sleep(0.1)
        must_stop(window, since, "playing on a frozen daemon")
        for _ in range(10):
            answering(window)
    finally:
        process.send_signal(signal.SIGCONT)
    time.sleep(1)
    play(desktop, window)
    stop(window)


def daemon_killed(desktop, window):
    play(desktop, window)
    since = time.monotonic()
    daemon(desktop).kill()
    must_stop(window, since, "the daemon killed")
    since = time.monotonic()
    window.activate("play")
    time.sleep(0.1)
    must_stop(window, since, "playing without a daemon")
    desktop._start_sound()
    play(desktop, window)
    stop(window)
    window.quit()


def empty_alsa(desktop, window):
    """PortAudio would end the program by an assertion."""
    window.wait_shown().wait_open("garden-interview")
    since = time.monotonic()
    window.activate("play")
    time.sleep(0.1)
    must_stop(window, since, "an empty ALSA configuration")
    window.activate("choose-device")
    time.sleep(0.5)
    window.must_live()
    window.quit()


def another_rate(desktop, window):
    """The daemon converts: what is heard is the recording at its pitch and tempo, on a device of 44.1 kHz."""
    window.wait_shown().wait_open("garden-interview")
    play(desktop, window)
    at, since = float(window.state("seek")), time.monotonic()
    time.sleep(2)
    pace = (float(window.state("seek")) - at) / (time.monotonic() - since)
    assert 0.9 < pace < 1.1, f"the playhead moved {pace:.2f} s a second"
    stop(window)
    window.quit()


def heard_band(desktop, window, recording):
    """Only the band of a selection is captured from the daemon."""
    low, high = 900.0, 3000.0
    window.activate("output", "('', 0.2)")  # a gap would be heard at all frequencies
    window.activate("show-band", f"({low}, {high})")
    window.activate("band-only")
    window.wait_state("band-only", "true")
    recorder = desktop.record_sound(desktop.path("band.raw"))
    window.activate("seek", "1.0")
    window.activate("play")
    time.sleep(3.0)
    window.activate("stop")
    end(recorder)
    window.quit()
    heard = np.fromfile(desktop.path("band.raw"), "<f4")
    heard = heard[:len(heard) // 2 * 2].reshape(-1, 2)
    sounding = np.flatnonzero(np.any(heard != 0, axis=1))
    piece = heard[sounding[0] + 4800:sounding[-1] - 4800].astype(float)
    assert len(piece) > RATE, "too little was captured"
    n = len(piece)
    u = 2 * np.pi * np.arange(n) / n
    w = 0.35875 - 0.48829 * np.cos(u) + 0.14128 * np.cos(2 * u) - 0.01168 * np.cos(3 * u)
    power = (np.abs(np.fft.rfft(piece * w[:, None], axis=0)) ** 2).sum(axis=1)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    inside = power[(hz >= low) & (hz <= high)].sum()
    outside_db = 10 * np.log10((power.sum() - inside) / inside + 1e-30)
    print(f"# outside {low:.0f}–{high:.0f} Hz: {outside_db:.1f} dB")
    assert outside_db <= -60


def main():
    root, program, folder = sys.argv[1:4]
    recording = os.path.join(root, "data", "demo", "garden-interview.flac")
    cases = Tap()
    lacking = missing_tools(sound=True) + ([] if np is not None else ["NumPy"])
    if lacking:
        cases.skip("/window-sound-faults", f"{', '.join(lacking)} missing")
        return cases.finish()
    with Desktop(sound_rate=RATE) as desktop:
        desktop.environment.pop("PULSE_SINK")  # the default, whichever it is
        window = Window(desktop, program, recording)
        window.wait_shown().wait_open("garden-interview")
        window.activate("loop", "true")
        for name, case in (("sink-unloaded", lambda *a: sink_unloaded(*a, folder)),
                           ("last-sink-gone-and-back", last_sink_gone_and_back), ("sink-suspended", sink_suspended),
                           ("daemon-frozen", daemon_frozen), ("daemon-killed", daemon_killed)):
            cases.run("/window-sound-faults/" + name, case, desktop, window)
    with Desktop(sound_rate=RATE) as desktop:
        pactl(desktop, "unload-module", "module-null-sink")
        window = Window(desktop, program, recording)
        cases.run("/window-sound-faults/no-device-at-start", no_device_at_start, desktop, window)
    with Desktop(sound_rate=RATE) as desktop:
        with open(desktop.path("empty.conf"), "w", encoding="utf-8"):
            pass
        window = Window(desktop, program, recording, ALSA_CONFIG_PATH=desktop.path("empty.conf"))
        cases.run("/window-sound-faults/empty-alsa-configuration", empty_alsa, desktop, window)
    with Desktop(sound_rate=44100) as desktop:
        window = Window(desktop, program, recording)
        cases.run("/window-sound-faults/device-at-another-rate", another_rate, desktop, window)
        print(f"# slowest answer over the bus, its client's start included: {1000 * worst_answer_s:.0f} ms")
    with Desktop(sound_rate=RATE) as desktop:
        window = Window(desktop, program, recording)
        window.wait_shown().wait_open("garden-interview")
        cases.run("/window-sound-faults/only-the-band", heard_band, desktop, window, recording)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
