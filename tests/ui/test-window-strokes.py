# SPDX-License-Identifier: GPL-3.0-or-later
"""While somebody paints the window draws again only what changed: afterwards picture and waveform must stand as if they
were drawn anew, at each zoom.

    test-window-strokes.py PROJECT_ROOT SONOBRUSH"""
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True
from desktop import Desktop, missing_tools, wait_until
from tap import Tap
from window import Window

SPANS = ("(2.0, 4.0)", "(3.0, 3.1)", "(0.0, 12.0)")  # the second: single samples
LEFT, RIGHT, TOP, BOTTOM = 112, 1180, 60, 760        # ruler, waveform and picture


def seen(desktop):
    """The canvas once it stands still."""
    def still():
        before = desktop.pixels()[2]
        time.sleep(0.4)
        after = desktop.pixels()[2]
        return before == after and after

    rows = wait_until(still, 15, "the screen to stand still")
    return [bytes(row[LEFT * 3:RIGHT * 3]) for row in rows[TOP:BOTTOM]]


def strokes(window, desktop, span):
    window.activate("show-span", span)
    time.sleep(0.5)
    for k in range(4):
        window.drag([(400 + 90 * k + 6 * i, 300 + 30 * k + 2 * i) for i in range(12)])
    desktop.xdotool("mousemove", 20, 850)
    after = seen(desktop)
    for action, parameter in (("scale", "'linear'"), ("view-source", "'original'"), ("scale", "'mel'"),
                              ("view-source", "'result'")):
        window.activate(action, parameter)
        seen(desktop)
    anew = seen(desktop)
    rows = [TOP + y for y in range(len(anew)) if anew[y] != after[y]]
    assert not rows, f"{len(rows)} rows differ, from {rows[0]} to {rows[-1]}"


def main():
    root, program = sys.argv[1:3]
    cases = Tap()
    missing = missing_tools()
    if missing:
        cases.skip("/window-strokes", f"{', '.join(missing)} missing")
        return cases.finish()
    with Desktop() as desktop:
        take = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), take)
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        for span in SPANS:
            cases.run(f"/window-strokes/{span}", strokes, window, desktop, span)
        cases.run("/window-strokes/quit", window.quit)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
