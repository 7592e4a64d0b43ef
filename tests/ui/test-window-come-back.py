#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A view that goes away and comes back before the workers got there: the picture, the edits' thumbnails and the overview
end as sharp as if it had stayed.

    test-window-come-back.py SONOBRUSH SONOBRUSH_CLI SHIM SCREENSHOTS
"""
import importlib
import os
import random
import struct
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import Window, quoted

picture = importlib.import_module("test-window-picture")

RATE, HOP = 48000, 512
SECONDS = 1080  # so many that of the whole only columns are kept that stand for eight each, and those on disk, too
FIRST, HERE, ELSEWHERE = (220.0, 234.0), (100.0, 114.0), (160.0, 174.0)  # about a column of the finest level a pixel
SILENCED = (400.0, 420.0)
SMALL, ANOTHER = (300.0, 300.3), (250.0, 250.3)
THUMB_LEFT, THUMB_TOP, THUMB_WIDTH = 329, 392, 58  # of the upper edit: from the window's right edge, from its top
OVERVIEW_BELOW = 25  # its middle, below the picture
BOX = '{{"kind":"box","from_s":{},"to_s":{},"low_hz":{},"high_hz":{},"gain_db":"-inf"}}'


def make_wav(path):
    """8 bit; a click every eighth column, midway between two: four columns see it, and four do not, but of the columns
    that stand for four or eight each every one does.  So what is coarse is bright all over, and what is sharp is
    striped."""
    rng, clicks = random.Random(5), bytearray(b"\x80") * (64 * 8 * HOP)
    for i in range(64):
        clicks[int((8 * i + 3.5) * HOP)] = rng.randrange(0xc0, 0x100)
    n = RATE * SECONDS
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + n) + b"WAVE")
        file.write(b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE, 1, 8) + b"data" + struct.pack("<I", n))
        file.write((bytes(clicks) * (n // len(clicks) + 1))[:n])


class Scene(picture.Scene):
    def __init__(self, desktop, program, cli, shim, pictures):
        self.pictures, self.hold = pictures, desktop.path("hold")
        recording = desktop.path("clicks.wav")
        make_wav(recording)
        window = Window(desktop, program, recording, SONOBRUSH_SINK="null", LD_PRELOAD=shim, SB_SLOW_FILE=recording,
                        SB_SLOW_HOLD=self.hold).wait_shown().wait_open("clicks")
        super().__init__(window, desktop, cli, recording)

    def find_canvas(self):
        """Left, top, width and height of the picture on the screen."""
        window = self.window
        window.calibrate(self.desktop.path("dabs.json"))
        span, band = (list(map(float, picture.pair(window.state(name)))) for name in ("show-span", "show-band"))
        self.left, self.top = round(window.x_of(span[0])), round(window.y_of(band[1]))
        self.width = round(window.x_of(span[1])) - self.left
        self.height = round(window.y_of(band[0])) - self.top
        assert self.width > 600 and self.height > 300, (self.left, self.top, self.width, self.height)
        self.desktop.xdotool("mousemove", 5, 5)

    def rows(self, left, top, width, height):
        rows = self.desktop.pixels()[2]
        return [rows[top + y][left * 3:(left + width) * 3] for y in range(height)]

    def canvas(self):
        """But for its lower edge, where a message may lie."""
        return self.rows(self.left, self.top, self.width, self.height - 60)

    def go(self, span):
        """Until what was there is not on the screen any more."""
        before = self.canvas()
        self.window.activate("show-span", str(span))
        wait_until(lambda: self.canvas() != before, 10, f"{span} to be drawn")

    def silence(self, span, band):
        self.window.activate("apply-operation", quoted(BOX.format(*span, *band)))

    def shoot(self, what):
        self.desktop.screenshot(os.path.join(self.pictures, f"come-back-{what}.png"))


def opened(scene):
    """Looked through to the end: from now on nothing is told but of what was asked for."""
    scene.find_canvas()
    cache = scene.desktop.path("home", ".cache", "sonobrush")
    wait_until(lambda: os.path.isdir(cache) and os.listdir(cache), 60, "the recording to be analysed")
    for action, value in (("scale", "'mel'"), ("palette", "'magma'"), ("statistic", "'peak'"),
                          ("view-source", "'result'")):
        scene.window.activate(action, value)
        scene.window.wait_state(action, value)


def there_and_back(scene):
    """The disk stands still meanwhile: the two workers have pieces of the first place, so what is asked for after that
    is forgotten before anybody gets there."""
    with open(scene.hold, "w", encoding="utf-8"):
        pass
    scene.go(FIRST)
    scene.go(HERE)
    scene.silence(SILENCED, (0, RATE / 2))
    scene.silence(SMALL, (4000, 9000))
    time.sleep(1)  # the list and the overview take their time before they draw: too little would forgive, not accuse
    scene.go(ELSEWHERE)
    scene.go(HERE)
    scene.shoot("held")
    os.remove(scene.hold)


def wait_shown(condition, what, seen):
    try:
        wait_until(condition, 10, what)
    except AssertionError as why:
        raise AssertionError(f"{why}: {seen()}") from None


def picture_is_sharp(scene):
    drawn_at = scene.desktop.path("here.png")
    scene.render(drawn_at, scene.width, scene.height, "--axes", "off")
    drawn = picture.read_png(drawn_at)[2][:scene.height - 60]
    wait_shown(lambda: scene.canvas() == drawn, "the screen to show what the command line draws",
               lambda: f"{sum(a != b for a, b in zip(scene.canvas(), drawn))} of {len(drawn)} rows differ")


def thumbnail_is_sharp(scene):
    """Striped above the outline, where it has no round corners."""
    width = scene.desktop.size[0]
    def row():
        pixels = scene.rows(width - THUMB_LEFT + 6, THUMB_TOP + 3, THUMB_WIDTH - 12, 1)[0]
        return [sum(pixels[3 * i:3 * i + 3]) for i in range(THUMB_WIDTH - 12)]
    wait_shown(lambda: sum(v < 80 for v in row()) > 8 and sum(v > 300 for v in row()) > 8,
               "the thumbnail to show clicks apart", row)


def overview_is_right(scene):
    """Dark where a band of time was silenced, bright beside it."""
    middle = scene.left + round(scene.width * sum(SILENCED) / 2 / SECONDS)
    def seen():
        row = scene.rows(middle - 40, scene.top + scene.height + OVERVIEW_BELOW, 81, 1)[0]
        return [sum(row[3 * i:3 * i + 3]) for i in (0, 40, 80)]
    wait_shown(lambda: (s := seen()) and s[1] < 60 < 150 < min(s[0], s[2]), "the overview to show the silence",
               seen)


def sharp_while_it_follows(scene):
    """The view moves with what is played and never rests: the new edit's thumbnail does not wait for that."""
    window = scene.window
    window.activate("follow", "'centred'")
    window.activate("show-span", "(20.0, 22.0)")
    window.activate("seek", "21.0")
    window.activate("play")
    def moves():
        span = window.state("show-span")
        wait_until(lambda: window.state("show-span") != span, 10, "the view to follow what is played")
    moves()
    with open(scene.hold, "w", encoding="utf-8"):
        pass
    scene.silence(ANOTHER, (4000, 9000))
    time.sleep(0.5)  # the list draws it and the view moves on for what sound is read already: again forgiving
    os.remove(scene.hold)
    thumbnail_is_sharp(scene)
    moves()
    window.activate("stop")


STEPS = (opened, there_and_back, picture_is_sharp, thumbnail_is_sharp, overview_is_right, sharp_while_it_follows)


def main():
    cases = Tap()
    program, cli, shim, pictures = sys.argv[1:5]
    if missing_tools():
        cases.skip("/window-come-back", f"{', '.join(missing_tools())} missing")
        return cases.finish()
    with Desktop(size=(1600, 900)) as desktop:
        scene = Scene(desktop, program, cli, shim, pictures)
        for step in STEPS:
            cases.run(f"/window-come-back/{step.__name__.replace('_', '-')}", step, scene)
        scene.shoot("end")
        cases.run("/window-come-back/quit", scene.window.quit)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
