#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that are there already: picked from the list, changed by their options,
muted, deleted; strokes taken back; harmonics.

    test-window-edit.py PROJECT_ROOT SONOBRUSH SCREENSHOTS
"""
import json
import os
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import Window, quoted

PANEL_WIDTH = 340
BEEP_S = 2.638  # the middle of the alarm's first beep
BOX = {"kind": "box", "gain_db": -24}


class Scene:
    def __init__(self, desktop, window, pictures):
        self.desktop, self.window, self.pictures = desktop, window, pictures
        self.ops = desktop.path("edits.json")

    def picture(self, what):
        self.desktop.screenshot(os.path.join(self.pictures, f"edit-{what}.png"))

    def saved(self):
        return self.window.save_edits(self.ops)["ops"]

    def wait_ops(self, condition, what, timeout_s=5):
        return wait_until(lambda: (ops := self.saved()) is not None and condition(ops) and (ops or True), timeout_s, what)

    def find_rows(self):
        """The list begins where the first picture of an edit stands out from the panel."""
        width, height, rows = self.desktop.pixels()
        x = 3 * (width - PANEL_WIDTH + 40)
        ground = rows[height - 200][x:x + 3]
        run = 0
        for y in range(200, height - 200):
            run = run + 1 if rows[y][x:x + 3] != ground else 0
            if run == 34:
                self.first_row_y = y - 16
                return
        raise AssertionError("no picture of an edit is in the list")

    def row(self, index):
        """Somewhere on the text of the list's row."""
        return self.desktop.size[0] - PANEL_WIDTH + 130, self.first_row_y + 57 * index

    def first_option(self):
        """The number of the first option, in its place above the list."""
        return self.desktop.size[0] - 52, self.first_row_y - 271

    def pixels(self, x, y, w, h):
        _, _, rows = self.desktop.pixels()
        return [rows[yy][3 * x:3 * (x + w)] for yy in range(y, y + h)]


def started(scene):
    scene.window.wait_shown()
    scene.window.wait_open("garden-interview")
    for i, (low, high) in enumerate(((500, 900), (2000, 2600), (6000, 7000))):
        op = dict(BOX, id=f"box-{i}", from_s=2.0 + i, to_s=3.0 + i, low_hz=low, high_hz=high)
        scene.window.activate("apply-operation", quoted(json.dumps(op)))
    scene.wait_ops(lambda ops: len(ops) == 3, "three boxes")
    time.sleep(0.8)
    scene.picture("1-three")
    scene.find_rows()


def chosen_and_changed(scene):
    """A click on the lowest row shows that edit's options; its strength is changed by key; that is one step."""
    window = scene.window
    window.activate("show-span", "(8.0, 10.0)")
    time.sleep(0.2)
    window.click(*scene.row(2))
    def in_sight():
        span = [float(x) for x in window.state("show-span").strip("()").split(",")]
        return span[0] <= 2.0 and span[1] >= 3.0
    wait_until(in_sight, 5, "the row that was clicked to come into sight")
    scene.picture("2-chosen")
    before = scene.saved()
    window.click(*scene.first_option())
    window.key("ctrl+a")
    window.key("minus", "6")
    window.key("Return")
    ops = scene.wait_ops(lambda ops: ops[0]["gain_db"] == -6, "the edit's strength to change")
    assert [op["id"] for op in ops] == ["box-0", "box-1", "box-2"], ops
    assert ops[1:] == before[1:], "only the edit that was chosen changes"
    scene.picture("3-changed")
    window.activate("undo")
    assert scene.wait_ops(lambda ops: ops[0]["gain_db"] == -24, "one undo to take the change back") == before
    window.activate("redo")
    scene.wait_ops(lambda ops: ops[0]["gain_db"] == -6, "redo to bring it back")


def escape_returns(scene):
    """After Escape the options are the next stroke's again: the edit stays as it is."""
    window = scene.window
    window.click(*scene.row(2))
    time.sleep(0.2)
    scene.desktop.xdotool("mousemove", 600, 20)
    window.key("F6", "F6")
    window.key("Escape")
    time.sleep(0.3)
    before = scene.saved()
    for _ in range(3):
        window.key("bracketright")
    time.sleep(0.6)
    assert scene.saved() == before, "the brush's keys must not change an edit"


def escape_gives_up_what_was_typed(scene):
    """In an entry of the options: the value in force is back and letters are tools; a second Escape leaves the edit."""
    window = scene.window
    window.click(*scene.row(2))
    time.sleep(0.3)
    before = scene.saved()
    x, y = scene.first_option()
    place = (x - 26, y - 10, 60, 20)
    scene.desktop.xdotool("mousemove", 600, 20)
    time.sleep(0.3)
    shown = scene.pixels(*place)
    window.click(x, y)
    window.key("ctrl+a")
    window.key("minus", "3", "9")
    scene.desktop.xdotool("mousemove", 600, 20)
    wait_until(lambda: scene.pixels(*place) != shown, 3, "the entry to show what is typed")
    scene.picture("3-typed")
    window.key("Escape")
    wait_until(lambda: scene.pixels(*place) == shown, 3, "the entry to show the value in force again")
    window.key("e")
    window.wait_state("tool", "'eraser'")
    window.key("b")
    window.wait_state("tool", "'brush'")
    window.click(*scene.row(2))
    window.click(x, y)
    window.key("Escape", "Escape")
    time.sleep(0.3)
    for _ in range(3):
        window.key("bracketright")  # the next stroke's brush
    time.sleep(0.6)
    assert scene.saved() == before, "nothing that was given up may change an edit"


def muted(scene):
    window = scene.window
    width = scene.desktop.size[0]
    x, y = width - 66, scene.row(1)[1]
    window.click(x, y)
    ops = scene.wait_ops(lambda ops: len(ops) == 2, "a muted edit to leave the edits in force")
    assert [op["id"] for op in ops] == ["box-0", "box-2"], ops
    time.sleep(0.5)
    scene.picture("4-muted")
    window.click(x, y)
    scene.wait_ops(lambda ops: len(ops) == 3, "the edit to be back")


def deleted(scene):
    window = scene.window
    window.click(*scene.row(1))
    time.sleep(0.3)
    window.key("Delete")
    ops = scene.wait_ops(lambda ops: len(ops) == 2, "Delete to remove the chosen edit")
    assert [op["id"] for op in ops] == ["box-0", "box-2"], ops
    window.activate("undo")
    scene.wait_ops(lambda ops: [op["id"] for op in ops] == ["box-0", "box-1", "box-2"], "undo to bring it back")


def hovered(scene):
    """The pointer over an edit on the picture tints its row."""
    window = scene.window
    window.activate("fit")
    window.calibrate(scene.ops)
    time.sleep(0.3)
    width = scene.desktop.size[0]
    place = (width - PANEL_WIDTH + 170, scene.row(2)[1] - 18, 30, 6)
    scene.desktop.xdotool("mousemove", 600, 20)
    time.sleep(0.4)
    plain = scene.pixels(*place)
    scene.desktop.xdotool("mousemove", round(window.x_of(2.5)), round(window.y_of(700)))
    wait_until(lambda: scene.pixels(*place) != plain, 3, "the row of the edit under the pointer to be tinted")
    scene.picture("5-hovered")
    scene.desktop.xdotool("mousemove", round(window.x_of(2.5)), round(window.y_of(5000)))
    wait_until(lambda: scene.pixels(*place) == plain, 3, "the row to be plain again")


def taken_back(scene):
    """Escape while the button is down takes the stroke back; letting go makes no edit."""
    window = scene.window
    before = scene.saved()
    y = window.y_of(4000)
    window.drag([(window.x_of(6.0) + 8 * i, y) for i in range(12)], lambda: window.key("Escape"))
    time.sleep(0.4)
    assert scene.saved() == before, "a stroke that was taken back must leave nothing"


def harmonics(scene):
    window = scene.window
    window.key("h")
    window.wait_state("tool", "'harmonics'")
    n = len(scene.saved())
    y = window.y_of(440)
    points = [(window.x_of(6.0) + i * (window.x_of(7.0) - window.x_of(6.0)) / 12, y) for i in range(13)]
    scene.desktop.xdotool("keydown", "shift")
    window.drag(points, lambda: scene.picture("6-harmonics"))
    scene.desktop.xdotool("keyup", "shift")
    op = scene.wait_ops(lambda ops: len(ops) == n + 1, "the comb to become an edit")[-1]
    assert op["kind"] == "harmonics" and op["count"] == 8, op
    assert abs(op["f0_hz"] - window.hz_at(round(y))) < 1, f"with Shift the comb lies where the hand is: {op}"
    assert abs(op["from_s"] - 6) < 0.05 and abs(op["to_s"] - 7) < 0.05, op
    # Without it the alarm's tone of 4096 Hz holds it from beside the line, in the middle of a beep.
    y = window.y_of(4096) - 5
    window.drag([(window.x_of(2.4), y), (window.x_of(2.5), y), (window.x_of(BEEP_S), y)],
                lambda: (time.sleep(0.3), scene.picture("6-snapped")))
    op = scene.wait_ops(lambda ops: len(ops) == n + 2, "the second comb to become an edit")[-1]
    hand_hz = window.hz_at(round(y))
    assert abs(op["f0_hz"] - 4096) < 3 < 10 < abs(hand_hz - 4096), f"the comb is not on the line: {op}"
    time.sleep(0.5)
    scene.picture("7-comb")
    window.activate("tool", "'brush'")


def by_keys(scene):
    """F6 to the canvas, arrows move the pointer, Enter paints there."""
    window = scene.window
    n = len(scene.saved())
    window.key("Escape")
    scene.desktop.xdotool("mousemove", round(window.x_of(5.0)), round(window.y_of(3000)))
    time.sleep(0.2)
    window.key("Right", "Right", "Right", "Return")
    op = scene.wait_ops(lambda ops: len(ops) == n + 1, "Enter to paint a dab")[-1]
    pixel_s = window.time_at(101) - window.time_at(100)
    assert op["kind"] == "stroke" and abs(op["points"][0][0] - (5.0 + 3 * pixel_s)) < 1.5 * pixel_s, op


def drawn_by_keys(scene):
    """Enter held down: arrows draw.  Shift and Enter begins, Enter ends.  Escape takes back."""
    window, desktop = scene.window, scene.desktop
    n = len(scene.saved())
    desktop.xdotool("mousemove", round(window.x_of(5.4)), round(window.y_of(3000)))
    time.sleep(0.2)
    desktop.xdotool("keydown", "Return")
    for _ in range(4):
        window.key("shift+Right", "shift+Down")
    assert len(scene.saved()) == n, "it is still being drawn"
    scene.picture("8-drawn")
    desktop.xdotool("keyup", "Return")
    op = scene.wait_ops(lambda ops: len(ops) == n + 1, "one stroke")[-1]
    (from_s, from_hz), (to_s, to_hz) = (op["points"][i][:2] for i in (0, -1))
    assert len(op["points"]) > 3, op
    assert abs(from_s - 5.4) < 0.05 and abs(to_s - window.time_at(round(window.x_of(5.4)) + 40)) < 0.05, op
    assert to_hz < from_hz, op
    window.key("shift+Return", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left")
    assert len(scene.saved()) == n + 1, "it goes on until Enter"
    window.key("Return")
    scene.wait_ops(lambda ops: len(ops) == n + 2, "the second stroke")
    before = scene.saved()
    window.key("shift+Return", "Right", "Right", "Right", "Escape")
    time.sleep(0.4)
    assert scene.saved() == before, "a stroke that was taken back must leave nothing"


def ended(scene):
    scene.window.save_edits(scene.ops)
    scene.window.quit()
    complaints = [line for line in scene.window.output().splitlines()
                  if any(word in line for word in ("CRITICAL", "WARNING", "ERROR", "runtime error"))]
    assert not complaints, "\n".join(complaints)


STEPS = (started, chosen_and_changed, escape_returns, escape_gives_up_what_was_typed, muted, deleted,
         hovered, taken_back, harmonics, by_keys, drawn_by_keys, ended)


def main():
    root, program, pictures = sys.argv[1:4]
    cases = Tap()
    if missing_tools():
        cases.skip("/window-edit", f"{', '.join(missing_tools())} missing")
        return cases.finish()
    recording = os.path.join(root, "data", "demo", "garden-interview.flac")
    with Desktop() as desktop:
        window = Window(desktop, program, os.path.realpath(recording), SONOBRUSH_SINK="null")
        scene = Scene(desktop, window, pictures)
        for step in STEPS:
            if not cases.run(f"/window-edit/{step.__name__.replace('_', '-')}", step, scene):
                scene.picture("failed")
                print("# " + window.output().replace("\n", "\n# "))
                break
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
