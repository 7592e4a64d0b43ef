#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/screenshot.png from the real window: the demo recording, part of
its alarm painted out, the brush over the next beeps.

    tools/screenshot.py [BUILD FOLDER [PICTURE]]
"""
import os
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "ui"))

from desktop import Desktop  # noqa: E402
from window import Window, quoted  # noqa: E402

RECORDING = os.path.join(ROOT, "data", "demo", "garden-interview.flac")
BOX = '{{"kind": "box", "from_s": {}, "to_s": {}, "low_hz": {}, "high_hz": {}, "gain_db": "-inf"}}'
SHOWN_S = (1.7, 6.5)
SHOWN_HZ = (60.0, 20000.0)
TONE_HZ = 4096.0


def paint(window):
    """The higher partials of the first beeps by boxes, the tone by hand."""
    for start_s in (2.58, 3.58):
        for partial, half_hz in ((2, 260), (3, 300), (4, 340)):
            window.activate("apply-operation", quoted(BOX.format(
                start_s, start_s + 0.72, partial * TONE_HZ - half_hz, partial * TONE_HZ + half_hz)))
    window.activate("tool", "'brush'")
    y = window.y_of(TONE_HZ)
    for from_s, to_s in ((2.6, 3.2), (3.6, 4.2), (4.6, 4.95)):
        x0, x1 = window.x_of(from_s), window.x_of(to_s)
        window.drag([(x0 + (x1 - x0) * i / 12, y + 2 * (i % 2)) for i in range(13)])


def opened(desktop, build):
    window = Window(desktop, os.path.join(build, "app", "sonobrush"), RECORDING, SONOBRUSH_SINK="null")
    window.wait_shown().wait_open("garden-interview")
    window.activate("view-source", "'result'")
    window.activate("show-span", str(SHOWN_S))
    window.activate("show-band", str(SHOWN_HZ))
    time.sleep(0.5)
    return window


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
    picture = sys.argv[2] if len(sys.argv) > 2 else os.path.join(ROOT, "docs", "screenshot.png")
    with Desktop(size=(1600, 900)) as desktop:
        # Learning where the picture lies leaves messages in the window, so another one is photographed.
        scout = opened(desktop, build).calibrate(desktop.path("edits.json"))
        scout.save_edits(desktop.path("edits.json"))
        scout.quit()
        window = opened(desktop, build)
        window.x_of, window.y_of = scout.x_of, scout.y_of
        paint(window)
        window.activate("seek", "3.42")
        desktop.xdotool("mousemove", round(window.x_of(4.98)), round(window.y_of(TONE_HZ)))
        time.sleep(2.5)
        desktop.screenshot(picture)
        print(picture)
        window.save_edits(desktop.path("edits.json"))
        window.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
