#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shape is seen and heard while it is being dragged, before it is released:
a tone plays, each tool is dragged over it, held, and taken back by Escape; then
one box is kept.  What was played tells: loud, quiet, loud … and quiet to the end.

    test-window-drag-heard.py PROJECT_ROOT SONOBRUSH SCREENSHOTS
"""
import os
import sys
import time

from tap import Tap

try:
    import numpy as np

    from wav import read_wav, write_tone
except ImportError:
    np = None

from desktop import Desktop, missing_tools, wait_until
from window import Window

RATE = 48000
TONE_HZ = 1000
SECONDS = 120
BLOCK_S = 0.05
LEAST_RUN_S = 0.2
# What a hand does with each tool, in seconds and hertz.
ROUND = [(4, 600), (60, 500), (116, 600), (116, 1500), (60, 1700), (4, 1500), (4, 700)]
DRAGS = {"box": [(4, 500), (60, 1000), (116, 1800)],
         "time-band": [(4, 3000), (60, 3000), (116, 3000)],
         "frequency-band": [(50, 500), (50, 1200), (50, 1800)],
         "lasso": ROUND,
         "harmonics": [(4, 1000), (60, 1010), (116, TONE_HZ)]}


class Scene:
    def __init__(self, desktop, window, pictures):
        self.desktop, self.window, self.pictures = desktop, window, pictures
        self.ops = desktop.path("edits.json")

    def brightness(self):
        """Of the tone's line, some way off the pointer and the playhead."""
        _, _, rows = self.desktop.pixels()
        x, y = round(self.window.x_of(90)), round(self.window.y_of(TONE_HZ))
        return max(sum(rows[y][3 * xx:3 * xx + 3]) for xx in range(x, x + 6))


def started(scene):
    window = scene.window
    window.wait_shown().wait_open("tone")
    window.calibrate(scene.ops)
    window.activate("seek", "40.0")
    window.activate("play")
    window.wait_enabled("stop")
    time.sleep(0.6)


def dragged(scene, tool):
    window = scene.window
    window.activate("seek", "40.0")  # far from the ends, however slow this machine is
    window.activate("tool", f"'{tool}'")
    scene.desktop.xdotool("mousemove", 800, 20)
    time.sleep(0.5)
    plain = scene.brightness()
    shown = []

    def held():
        wait_until(lambda: scene.brightness() < 0.8 * plain, 5, f"the tone to leave the picture under {tool}")
        time.sleep(0.5)
        scene.desktop.screenshot(os.path.join(scene.pictures, f"drag-{tool}.png"))
        assert window.save_edits(scene.ops)["ops"] == [], "nothing is kept before the release"
        window.key("Escape")
        wait_until(lambda: scene.brightness() > 0.9 * plain, 5, "Escape to bring the tone back")
        time.sleep(0.5)
        shown.append(True)

    window.drag([(window.x_of(t), window.y_of(hz)) for t, hz in DRAGS[tool]], pause=held)
    assert shown
    assert window.save_edits(scene.ops)["ops"] == [], f"{tool} was taken back and must leave nothing"


def kept(scene):
    window = scene.window
    window.activate("seek", "40.0")
    window.activate("tool", "'box'")
    time.sleep(0.5)
    window.drag([(window.x_of(t), window.y_of(hz)) for t, hz in DRAGS["box"]], pause=lambda: time.sleep(0.5))
    wait_until(lambda: len(window.save_edits(scene.ops)["ops"]) == 1, 5, "the box to be kept")
    time.sleep(0.5)
    window.activate("stop")
    window.wait_enabled("play")
    window.quit()


def runs_of(heard):
    """[(is loud, seconds)] of what was played, from the first sound on, short ones left out."""
    n = int(BLOCK_S * RATE)
    sounding = np.flatnonzero(heard)
    heard = heard[sounding[0]:sounding[-1]]
    blocks = heard[:len(heard) // n * n].reshape(-1, n)
    loud = np.sqrt((blocks.astype(float) ** 2).mean(axis=1)) > 0.25 * 0.5 / np.sqrt(2)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(loud)) + 1, [len(loud)]])
    found = [(bool(loud[a]), (b - a) * BLOCK_S) for a, b in zip(edges[:-1], edges[1:])]
    found = [run for run in found if run[1] >= LEAST_RUN_S]
    return [run for i, run in enumerate(found) if i == 0 or run[0] != found[i - 1][0]]


def heard_all(path):
    rate, frames = read_wav(path)
    assert rate == RATE
    runs = runs_of(frames[:, 0])
    print("# " + ", ".join(f"{'loud' if loud else 'quiet'} {s:.2f} s" for loud, s in runs))
    wanted = [True] + [False, True] * len(DRAGS) + [False]
    assert [loud for loud, _ in runs] == wanted, "each drag must be heard before its release, and Escape too"


def main():
    program, pictures = sys.argv[2:4]
    cases = Tap()
    lacking = missing_tools() + ([] if np is not None else ["NumPy"])
    if lacking:
        cases.skip("/window-drag-heard", f"{', '.join(lacking)} missing")
        return cases.finish()
    with Desktop() as desktop:
        write_tone(desktop.path("tone.wav"), RATE, SECONDS, TONE_HZ)
        window = Window(desktop, program, desktop.path("tone.wav"), SONOBRUSH_SINK="null:" + desktop.path("heard.wav"))
        scene = Scene(desktop, window, pictures)
        going = cases.run("/window-drag-heard/started", started, scene)
        for tool in DRAGS:
            going = going and cases.run(f"/window-drag-heard/{tool}", dragged, scene, tool)
        if going and cases.run("/window-drag-heard/kept", kept, scene):
            cases.run("/window-drag-heard/heard", heard_all, desktop.path("heard.wav"))
        else:
            print("# " + window.output().replace("\n", "\n# "))
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
