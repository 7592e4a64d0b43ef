#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening in the real window, by hand and by action, captured from a real
sound daemon: scrubbing, the view that follows, meter and lamp, volume, muted
channels, 5.1 in two ears, a chosen pair, heterodyne, tempo, devices.

    test-window-listening.py SONOBRUSH SCREENSHOTS
"""
import os
import re
import struct
import sys
import time

from tap import Tap

try:
    import numpy as np
except ImportError:
    np = None

from desktop import Desktop, end, missing_tools, wait_until
from window import Window

RATE = 48000
TONES_HZ = (500, 700, 900, 50, 1100, 1300)  # L R C LFE Ls Rs
LEVEL = 0.25
HALF = 2 ** -0.5
RULER_Y = 70
# Places of the transport on a window of 1600 × 900.
METER = (407, 647, 863)           # left, right, a line of the upper bar
SPEAKER, SLIDER = (666, 872), (689, 779, 872)
SETTLE_S = 0.3


def write_float_wav(path, frames, rate):
    channels = frames.shape[1]
    data = frames.astype("<f4").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, channels, rate,
                       4 * channels * rate, 4 * channels, 32, b"data", len(data))
    with open(path, "wb") as file:
        file.write(head + data)


def tones(seconds, hz, level=LEVEL, rate=RATE):
    t = np.arange(int(seconds * rate)) / rate
    return np.stack([level * np.sin(2 * np.pi * f * t) for f in hz], axis=1)


class Scene:
    def __init__(self, desktop, window, pictures):
        self.desktop, self.window, self.pictures = desktop, window, pictures
        self.n = 0

    def hear(self, seconds=0.55, sink="probe"):
        """What the sink plays from now on; float[n][2]."""
        self.n += 1
        path = self.desktop.path(f"heard-{self.n}.raw")
        recorder = self.desktop.record_sound(path, sink)
        time.sleep(seconds)
        end(recorder)
        heard = np.fromfile(path, "<f4")
        return heard[:len(heard) // 2 * 2].reshape(-1, 2)

    def play(self, from_s):
        self.window.activate("seek", str(float(from_s)))
        self.window.activate("play")
        self.window.wait_enabled("stop")
        time.sleep(SETTLE_S)

    def stop(self):
        self.window.activate("stop")
        self.window.wait_enabled("play")

    def span(self):
        return tuple(float(x) for x in re.findall(r"-?[0-9.]+(?:e-?\d+)?", self.window.state("show-span")))

    def row(self, y, left, right):
        """[(red, green, blue)] of one line of the screen."""
        _, _, rows = self.desktop.pixels()
        return [tuple(rows[y][3 * x:3 * x + 3]) for x in range(left, right)]


def amplitude(heard, hz, ear):
    """Of a sine in the last 0.4 s."""
    piece = heard[-int(0.4 * RATE):, ear].astype(float)
    w = np.hanning(len(piece))
    return 2 * abs((piece * w) @ np.exp(-2j * np.pi * hz * np.arange(len(piece)) / RATE)) / w.sum()


def wrong(heard, ears):
    """What differs from ears, ({hz: amplitude}, {hz: amplitude}); every other tone is to be silent."""
    for ear in (0, 1):
        for hz in TONES_HZ:
            is_, wanted = amplitude(heard, hz, ear), ears[ear].get(hz, 0)
            if abs(is_ - wanted) > 0.01:
                return f"{hz} Hz at {is_:.3f} in ear {ear}, not {wanted:.3f}"
    return None


def listen_until_right(scene, problem_of, what):
    """A busy machine may be late for once, which tears a hole into a sine: it is listened to a few times."""
    for _ in range(5):
        problem = problem_of(scene.hear())
        if not problem:
            return
    raise AssertionError(f"{what}: {problem}")


def expect(scene, ears, what):
    listen_until_right(scene, lambda heard: wrong(heard, ears), what)


def expect_pitch(scene, low_hz, high_hz, what):
    listen_until_right(scene, lambda heard: None if low_hz <= pitch(heard) <= high_hz
                       else f"{pitch(heard):.0f} Hz are heard, not {low_hz} to {high_hz}", what)


# ---- channels and volume ---------------------------------------------------------------------------------------------

def mixed_down(scene):
    scene.window.wait_shown().wait_open("surround")
    scene.window.activate("loop", "true")
    scene.play(1)
    expect(scene, ({500: LEVEL, 900: HALF * LEVEL, 1100: HALF * LEVEL},
                   {700: LEVEL, 900: HALF * LEVEL, 1300: HALF * LEVEL}), "5.1 by BS.775")


def muted(scene):
    scene.window.activate("mute-channel", "(2, true)")
    time.sleep(SETTLE_S)
    expect(scene, ({500: LEVEL, 1100: HALF * LEVEL}, {700: LEVEL, 1300: HALF * LEVEL}), "the centre muted")
    assert scene.window.state("mute-channel") == "uint64 4", scene.window.state("mute-channel")
    scene.window.activate("mute-channel", "(2, false)")


def pair(scene):
    scene.window.activate("listen-channels", "(3, 4)")
    time.sleep(SETTLE_S)
    expect(scene, ({50: LEVEL}, {1100: LEVEL}), "a chosen pair")
    scene.window.activate("listen-channels", "(1, 1)")
    time.sleep(SETTLE_S)
    expect(scene, ({700: LEVEL}, {700: LEVEL}), "one channel")


def volume(scene):
    desktop = scene.desktop
    desktop.xdotool("mousemove", *SPEAKER, "click", 1)
    time.sleep(SETTLE_S)
    assert not np.any(scene.hear()[-RATE // 4:]), "the sound is off"
    desktop.xdotool("mousemove", *SPEAKER, "click", 1)
    time.sleep(SETTLE_S)
    expect(scene, ({700: LEVEL}, {700: LEVEL}), "the sound is on again")
    left, right, y = SLIDER
    desktop.xdotool("mousemove", (left + right) // 2, y, "click", 1)
    time.sleep(SETTLE_S)
    listen_until_right(scene, lambda heard: None if 0.1 * LEVEL < amplitude(heard, 700, 0) < 0.5 * LEVEL
                       else f"{LEVEL} plays at {amplitude(heard, 700, 0):.3f}", "half of the slider")
    desktop.xdotool("mousedown", 1, "mousemove", right + 20, y, "mouseup", 1)
    time.sleep(SETTLE_S)
    expect(scene, ({700: LEVEL}, {700: LEVEL}), "full volume")
    scene.window.activate("volume", "0.5")
    time.sleep(SETTLE_S)
    expect(scene, ({700: LEVEL / 2}, {700: LEVEL / 2}), "half the volume, by action")
    scene.window.quit()


# ---- meter -----------------------------------------------------------------------------------------------------------

def is_lit(pixel):
    return max(pixel) - min(pixel) > 60


def lamp(scene):
    """The block at the meter's right end."""
    left, right, y = METER
    return all(r > 190 and g < 60 for r, g, b in scene.row(y, right - 4, right - 1))


def meter(scene):
    """A sine at −12 dB, then one over full scale, then −12 again: the bar is as long as that, the lamp stays on."""
    left, right, y = METER
    inner = right - left - 8
    scene.window.wait_shown().wait_open("loud")
    assert not any(is_lit(p) for p in scene.row(y, left, right)), "silent before it plays"
    scene.play(0)
    time.sleep(0.5)
    row = scene.row(y, left, right - 8)
    length = max(i for i, p in enumerate(row) if is_lit(p)) + 1
    wanted = inner * (60 - 12.04) / 60 + 2  # the line that holds the peak
    assert abs(length - wanted) <= 3, f"−12 dB is {length} px of {inner}, not {wanted:.0f}"
    assert not lamp(scene), "nothing was too loud yet"
    wait_until(lambda: lamp(scene), 5, "the lamp to say that it was too loud")
    scene.desktop.screenshot(os.path.join(scene.pictures, "listening-clipped.png"))
    wait_until(lambda: float(scene.window.state("seek")) > 4.5, 10, "the loud part to be over")
    assert lamp(scene), "the lamp stays on until somebody has seen it"
    scene.desktop.xdotool("mousemove", left + 50, y, "click", 1)
    wait_until(lambda: not lamp(scene), 2, "a click to put the lamp out")
    scene.stop()
    wait_until(lambda: not any(is_lit(p) for p in scene.row(y, left, right)), 5, "the meter to fall back")


# ---- the view follows ------------------------------------------------------------------------------------------------

def follow_page(scene):
    window = scene.window
    window.wait_shown().wait_open("chirp")
    window.calibrate(scene.desktop.path("scratch.json"))
    window.activate("show-span", "(2.0, 4.0)")
    window.activate("follow", "'off'")
    scene.play(3.5)
    time.sleep(0.8)
    assert abs(scene.span()[0] - 2) < 0.01, "the view stays when it isn't asked to follow"
    scene.stop()
    window.activate("follow", "'page'")
    scene.play(3.5)
    spans = set()
    for _ in range(12):
        spans.add(scene.span())
        time.sleep(0.1)
    firsts = sorted({round(span[0], 2) for span in spans})
    assert len(firsts) == 2 and firsts[0] == 2, f"one page is turned, not more: {firsts}"
    assert 3.85 <= firsts[1] <= 4.0, f"the new page begins at the playhead: {firsts[1]}"
    scene.stop()


def follow_centred(scene):
    window = scene.window
    window.activate("follow", "'centred'")
    scene.play(8)
    for _ in range(5):
        before, (a, b), after = float(window.state("seek")), scene.span(), float(window.state("seek"))
        assert before - 0.15 <= (a + b) / 2 <= after + 0.15, f"{(a + b) / 2:.2f} s is in the middle at {before:.2f} s"
    scene.stop()


def follow_waits_for_a_stroke(scene):
    window = scene.window
    window.activate("follow", "'page'")
    window.activate("show-span", "(2.0, 4.0)")
    scene.play(3.2)

    def held():
        wait_until(lambda: float(window.state("seek")) > 4.6, 10, "the playhead to leave the view")
        assert abs(scene.span()[0] - 2) < 0.01, "the view must not move under the brush"
    window.drag([(500, 400), (520, 400), (540, 400)], pause=held)
    wait_until(lambda: scene.span()[0] > 3, 5, "the view to follow after the stroke")
    scene.stop()
    window.activate("undo")
    window.activate("follow", "'off'")


# ---- scrubbing -------------------------------------------------------------------------------------------------------

def chirp(seconds):
    """As many hertz as milliseconds have passed: what is heard tells where it is."""
    t = np.arange(int(seconds * RATE)) / RATE
    return 0.5 * np.sin(2 * np.pi * 500 * t * t)[:, None]


def pitch(heard):
    piece = heard[-int(0.3 * RATE):, 0].astype(float)
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
    return float(np.argmax(power) * RATE / len(piece))


def scrubbed(scene):
    """Ctrl and drag on the ruler repeats what is under the pointer; after it all is as it was before."""
    window, desktop = scene.window, scene.desktop
    window.activate("fit")
    desktop.xdotool("keydown", "ctrl")
    try:
        desktop.xdotool("mousemove", round(window.x_of(3)), RULER_Y, "mousedown", 1)
        for place in (5.0, 9.0):
            desktop.xdotool("mousemove", round(window.x_of(place)) - 3, RULER_Y)
            time.sleep(0.05)
            desktop.xdotool("mousemove", round(window.x_of(place)), RULER_Y)
            time.sleep(SETTLE_S)
            expect_pitch(scene, 1000 * place - 120, 1000 * place + 220, f"scrubbing at {place} s")
            assert window.enabled("stop"), "it sounds, so it can be stopped"
    finally:
        desktop.xdotool("mouseup", 1, "keyup", "ctrl")
    window.wait_enabled("play")
    assert abs(float(window.state("seek")) - 9) < 0.1, "the playhead is where the pointer let go"
    assert not np.any(scene.hear(0.6)[-RATE // 4:]), "and it is silent again"


def play_from_pointer(scene):
    window = scene.window
    scene.desktop.xdotool("mousemove", round(window.x_of(7)), 400)
    time.sleep(SETTLE_S)
    window.key("p")
    window.wait_enabled("stop")
    at = float(window.state("seek"))
    assert 6.9 <= at < 8, f"it plays from where the pointer is: {at}"
    scene.stop()


# ---- ultrasound, tempo -----------------------------------------------------------------------------------------------

def heterodyne(scene):
    window = scene.window
    window.wait_shown().wait_open("ultrasound")
    window.activate("loop", "true")
    window.activate("heterodyne", "40000.0")
    scene.play(0.5)
    expect_pitch(scene, 2295, 2305, "42.3 kHz with 40 tuned in")
    window.activate("heterodyne", "0.0")
    window.activate("slow", "20.0")
    time.sleep(SETTLE_S)
    expect_pitch(scene, 2110, 2120, "twenty times slower")
    window.quit()


# ---- devices ---------------------------------------------------------------------------------------------------------

def load_second(desktop):
    desktop.run("pactl", "load-module", "module-null-sink", "sink_name=second", "format=float32le", f"rate={RATE}",
                "channels=2", "norewinds=1")


def default_followed(scene):
    """Another default while it plays: the sound goes there, and nothing stops."""
    desktop, window = scene.desktop, scene.window
    window.wait_shown().wait_open("chirp")
    load_second(desktop)
    desktop.run("pactl", "set-default-sink", "probe")
    scene.play(2)
    assert np.any(scene.hear(0.5)), "the first default plays"
    desktop.run("pactl", "set-default-sink", "second")
    time.sleep(0.5)
    assert window.enabled("stop"), "it plays on"
    assert np.any(scene.hear(0.5, "second")[-RATE // 8:]), "the new default plays"
    assert not np.any(scene.hear(0.5, "probe")[-RATE // 8:]), "the old one is silent"
    number = next(line.split()[0] for line in desktop.run("pactl", "list", "short", "modules").splitlines()
                  if "sink_name=second" in line)
    desktop.run("pactl", "unload-module", number)
    time.sleep(0.5)
    assert window.enabled("stop") and np.any(scene.hear(0.5)[-RATE // 8:]), "it goes back when that one is unplugged"
    scene.stop()


def device_chosen(scene):
    """A device by name, with a latency; both are kept for the next start."""
    desktop, window = scene.desktop, scene.window
    load_second(desktop)
    desktop.run("pactl", "set-default-sink", "probe")
    window.activate("output", "('second', 0.1)")
    scene.play(2)
    assert np.any(scene.hear(0.5, "second")[-RATE // 8:]), "the chosen device plays"
    assert not np.any(scene.hear(0.5, "probe")[-RATE // 8:]), "the default one doesn't"
    window.activate("output", "('', 0.02)")
    time.sleep(0.6)
    assert window.enabled("stop"), "another device in mid-play: it plays on"
    assert np.any(scene.hear(0.5, "probe")[-RATE // 8:]), "the default plays again"
    scene.stop()
    window.activate("output", "('second', 0.1)")
    scene.play(2)
    scene.stop()
    told = [float(ms) for ms in re.findall(r"device latency ([0-9.]+) ms", window.output())]
    assert 80 <= told[-1] <= 130 and told[-2] <= 40, f"the device has the latency that was asked for: {told}"
    time.sleep(0.3)
    window.quit()


def device_kept(scene):
    window = scene.window
    window.wait_shown().wait_open("chirp")
    assert re.fullmatch(r"\('second', 0.10*\d?\)", window.state("output")), window.state("output")
    scene.play(2)
    assert np.any(scene.hear(0.5, "second")[-RATE // 8:]), "the chosen device plays after a restart"
    scene.stop()
    window.activate("output", "('no such device', 0.02)")
    scene.play(2)
    assert np.any(scene.hear(0.5, "probe")[-RATE // 8:]), "one that is not there: the default plays"
    window.quit()


# ----------------------------------------------------------------------------------------------------------------------

def run(cases, name, frames, steps, pictures, rate=RATE, default_sink=False, again=()):
    with Desktop(sound_rate=RATE) as desktop:
        if default_sink:
            desktop.environment.pop("PULSE_SINK")
        write_float_wav(desktop.path(name + ".wav"), frames, rate)
        for group in (steps, again):
            if not group:
                return
            window = Window(desktop, run.program, desktop.path(name + ".wav"), SONOBRUSH_DEBUG="sound")
            scene = Scene(desktop, window, pictures)
            for step in group:
                if not cases.run(f"/window-listening/{step.__name__.replace('_', '-')}", step, scene):
                    print("# " + window.output().replace("\n", "\n# "))
                    desktop.screenshot(os.path.join(pictures, f"listening-{step.__name__}-failed.png"))
                    return


def main():
    run.program, pictures = sys.argv[1:3]
    cases = Tap()
    lacking = missing_tools(sound=True) + ([] if np is not None else ["NumPy"])
    if lacking:
        cases.skip("/window-listening", f"{', '.join(lacking)} missing")
        return cases.finish()
    loud = np.concatenate([tones(2.5, [1000]), 6 * tones(1, [1000]), tones(6, [1000])])
    run(cases, "surround", tones(4, TONES_HZ), (mixed_down, muted, pair, volume), pictures)
    run(cases, "loud", loud, (meter,), pictures)
    run(cases, "chirp", chirp(20), (follow_page, follow_centred, follow_waits_for_a_stroke, scrubbed,
                                play_from_pointer), pictures)
    run(cases, "ultrasound", tones(4, [42300], rate=192000), (heterodyne,), pictures, rate=192000)
    run(cases, "chirp", chirp(20), (default_followed, device_chosen), pictures, default_sink=True, again=(device_kept,))
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
