#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels above one another: each lane shows its channel, painting acts on all
or on the lane's own, what was not painted on stays, and the choice is kept.

    test-window-lanes.py SONOBRUSH SCREENSHOTS
"""
import os
import random
import struct
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import Window, mel, quoted

RATE = 48000
TONES = (1000, 6000)  # of the left, of the right
PANEL = {"all": 209, "this": 89}  # the buttons' middles, from the window's right edge
PANEL_Y = 304
LEFT, RIGHT = 0, 1


def make_wav(path, channels, seconds, tones=()):
    """16 bit; noise in every channel, a tone of its own in the first ones."""
    import math
    n, rng = int(RATE * seconds), random.Random(channels)
    noise = [rng.randrange(-60, 61) for _ in range(5003)]
    columns = []
    for c in range(channels):
        step = 2 * math.pi * tones[c] / RATE if c < len(tones) else 0
        columns.append([noise[(i * (c + 3)) % 5003] + int(6000 * math.sin(step * i)) for i in range(n)])
    frames = struct.pack(f"<{n * channels}h", *(columns[i % channels][i // channels] for i in range(n * channels)))
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(frames)) + b"WAVE")
        file.write(b"fmt " + struct.pack("<IHHIIHH", 16, 1, channels, RATE, 2 * RATE * channels, 2 * channels, 16))
        file.write(b"data" + struct.pack("<I", len(frames)) + frames)


def channels_of(path, n):
    """The samples of each channel, as bytes."""
    with open(path, "rb") as file:
        data = file.read()
    at = data.index(b"data")
    samples = memoryview(data[at + 8:at + 8 + struct.unpack_from("<I", data, at + 4)[0]]).cast("h")
    return [bytes(samples[c::n]) for c in range(n)]


class Scene:
    def __init__(self, desktop, program, pictures):
        self.desktop, self.program, self.pictures = desktop, program, pictures
        self.ops, self.recording = desktop.path("edits.json"), desktop.path("stereo.wav")
        self.window = None

    def open(self, path):
        self.window = Window(self.desktop, self.program, path, SONOBRUSH_SINK="null").wait_shown()
        self.window.wait_open(os.path.basename(path))

    def picture(self, what):
        self.desktop.screenshot(os.path.join(self.pictures, f"lanes-{what}.png"))

    def saved(self):
        return self.window.save_edits(self.ops)["ops"]

    def painted(self, points):
        """Drags, and gives the edit that came of it."""
        n = len(self.saved())
        self.window.drag(points)
        return wait_until(lambda: len(o := self.saved()) > n and o, 5, f"an edit from {points[0]}")[-1]

    def press_panel(self, name):
        width, _ = self.desktop.size
        self.window.click(width - PANEL[name], PANEL_Y)
        self.window.wait_state("paint-shown", "true" if name == "this" else "false")

    def dab(self, x, y):
        op = self.painted([(x, y), (x, y)])
        self.window.activate("undo")
        wait_until(lambda: not self.saved(), 5, "undo to take the dab back")
        return op


def learn_lane(scene, ys):
    """Where a lane lies, from two dabs in it: (top, bottom, y of hertz)."""
    (_, f0), (_, f1) = (scene.dab(700, y)["points"][0][:2] for y in ys)
    slope = (ys[1] - ys[0]) / (mel(f1) - mel(f0))
    y_of = lambda hz: ys[0] + (mel(hz) - mel(f0)) * slope
    return y_of(RATE / 2), y_of(0), y_of


def stacked(scene):
    make_wav(scene.recording, 2, 4, TONES)
    scene.open(scene.recording)
    assert scene.window.state("channels") == "'all'", scene.window.state("channels")
    assert not scene.window.enabled("paint-shown"), "no channel is shown alone: none is 'this one'"
    scene.window.activate("channels", "'stacked'")
    scene.window.wait_state("channels", "'stacked'")
    scene.window.wait_enabled("paint-shown")


def lanes_lie_apart(scene):
    """Both lanes hold the whole band, one right under the other, equally high."""
    _, height = scene.desktop.size
    scene.lanes = [learn_lane(scene, [round(a * height) for a in at]) for at in ((.25, .40), (.60, .75))]
    (top_0, bottom_0, _), (top_1, bottom_1, _) = scene.lanes
    assert abs((bottom_0 - top_0) - (bottom_1 - top_1)) < 2.5, scene.lanes
    assert -1 < top_1 - bottom_0 < 3, scene.lanes


def each_shows_its_channel(scene):
    """The left's tone is in the upper lane alone, the right's in the lower."""
    def brightness():
        _, _, rows = scene.desktop.pixels()
        # the brightest of a few rows: a tone is some pixels high
        return [[max(sum(rows[round(y_of(hz)) + dy][3 * 800:3 * 800 + 3]) for dy in range(-2, 3)) for hz in TONES]
                for _, _, y_of in scene.lanes]
    scene.desktop.xdotool("mousemove", 600, 20)
    def apart():
        seen = brightness()
        return all(seen[c][c] > 2 * seen[c][1 - c] and seen[c][c] > 200 for c in (LEFT, RIGHT)) and seen
    try:
        wait_until(apart, 5, "each lane to show its own tone")
    except AssertionError as why:
        raise AssertionError(f"{why}: {brightness()}") from None
    scene.picture("1-stacked")


def stroke(scene, lane):
    _, _, y_of = scene.lanes[lane]
    y = y_of(TONES[lane])
    return [(600 + 12 * i, y) for i in range(15)]


def this_one(scene):
    """Painted in the lower lane: only the right channel changes, and only there."""
    window = scene.window
    scene.press_panel("this")
    op = scene.painted(stroke(scene, RIGHT))
    assert op["channels"] == [RIGHT], op
    assert abs(op["points"][0][1] - TONES[RIGHT]) < 150, op
    time.sleep(0.5)
    scene.picture("2-this-one")
    path = scene.desktop.path("this.wav")
    window.export(path)
    before, after = channels_of(scene.recording, 2), channels_of(path, 2)
    assert before[LEFT] == after[LEFT], "the left channel was not painted on"
    assert before[RIGHT] != after[RIGHT], "the right channel was painted on"
    first = min(p[0] for p in op["points"]) - op["radius_s"] - 0.2
    assert first > 0.2, op
    n = 2 * int(first * RATE)
    assert before[RIGHT][:n] == after[RIGHT][:n], "the right channel changes only where it was painted on"
    window.activate("undo")
    wait_until(lambda: not scene.saved(), 5, "undo")


def all_channels(scene):
    """The same stroke on all: both channels change."""
    window = scene.window
    scene.press_panel("all")
    op = scene.painted(stroke(scene, LEFT))
    assert op.get("channels", "all") == "all", op
    time.sleep(0.5)
    scene.picture("3-all")
    path = scene.desktop.path("all.wav")
    window.export(path)
    before, after = channels_of(scene.recording, 2), channels_of(path, 2)
    for c, name in ((LEFT, "left"), (RIGHT, "right")):
        assert before[c] != after[c], f"the {name} channel was painted on"
    window.activate("undo")
    wait_until(lambda: not scene.saved(), 5, "undo")


def stays_in_its_lane(scene):
    """A box drawn from the lower lane far up into the upper one ends at the top of its own."""
    window = scene.window
    scene.press_panel("this")
    window.activate("tool", "'box'")
    _, _, y_of = scene.lanes[RIGHT]
    y = y_of(3000)
    op = scene.painted([(700 + 10 * i, y - 20 * i) for i in range(18)])
    window.activate("tool", "'brush'")
    assert op["channels"] == [RIGHT] and abs(op["high_hz"] - RATE / 2) < 1 and abs(op["low_hz"] - 3000) < 200, op
    window.activate("undo")
    wait_until(lambda: not scene.saved(), 5, "undo")


def shown_alone(scene):
    """One channel shown: 'this one' is that one."""
    window = scene.window
    window.activate("channels", "'1'")
    window.wait_state("channels", "'1'")
    op = scene.dab(700, 400)
    assert op["channels"] == [LEFT], op
    window.activate("channels", "'all'")
    window.wait_state("channels", "'all'")
    op = scene.dab(700, 400)
    assert op.get("channels", "all") == "all", f"all are shown: {op}"


def picture_of_lanes(scene):
    window, path = scene.window, scene.desktop.path("lanes.svg")
    window.activate("channels", "'stacked'")
    window.wait_state("channels", "'stacked'")
    window.activate("export-picture-to", f"({quoted(path)}, 900, 600)")
    wait_until(lambda: os.path.exists(path), 20, "the picture to be written")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert ">L</text>" in text and ">R</text>" in text, "the picture names its lanes"


def kept(scene):
    """Opened again, the recording is shown as it was left."""
    scene.press_panel("this")
    time.sleep(0.3)
    scene.window.quit()
    scene.open(scene.recording)
    scene.window.wait_state("channels", "'stacked'")
    scene.window.wait_state("paint-shown", "true")
    scene.window.quit()


def many(scene):
    """More channels than lanes: the first ones, or those that were asked for."""
    path = scene.desktop.path("many.wav")
    make_wav(path, 40, 0.5)
    scene.open(path)
    window = scene.window
    window.wait_state("channels", "'one'")
    window.wait_state("channel", "1")
    window.activate("channels", "'stacked'")
    window.wait_state("channels", "'stacked'")
    window.activate("channel", "20")
    window.wait_state("channel", "20")
    if window.state("paint-shown") != "true":
        scene.press_panel("this")
    scene.picture("4-many")
    _, height = scene.desktop.size
    assert scene.dab(700, round(.17 * height))["channels"] == [19]
    lowest = scene.dab(700, round(.85 * height))["channels"][0]
    assert 22 <= lowest <= 26, lowest
    window.activate("channel", "40")  # the last is the lowest
    wait_until(lambda: scene.dab(700, round(.85 * height))["channels"] == [39], 5, "the last channel at the bottom")
    window.activate("channel", "20")
    window.wait_state("channel", "20")
    window.quit()
    scene.open(path)  # as it was left
    scene.window.wait_state("channels", "'stacked'")
    scene.window.wait_state("channel", "20")


def ended(scene):
    scene.window.quit()
    complaints = [line for line in scene.window.output().splitlines()
                  if any(word in line for word in ("CRITICAL", "WARNING", "ERROR", "runtime error"))]
    assert not complaints, "\n".join(complaints)


STEPS = (stacked, lanes_lie_apart, each_shows_its_channel, this_one, all_channels, stays_in_its_lane, shown_alone,
         picture_of_lanes, kept, many, ended)


def main():
    program, pictures = sys.argv[1:3]
    cases = Tap()
    if missing_tools():
        cases.skip("/window-lanes", f"{', '.join(missing_tools())} missing")
        return cases.finish()
    with Desktop() as desktop:
        scene = Scene(desktop, program, pictures)
        for step in STEPS:
            if not cases.run(f"/window-lanes/{step.__name__.replace('_', '-')}", step, scene):
                scene.picture("failed")
                print("# " + scene.window.output().replace("\n", "\n# "))
                break
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
