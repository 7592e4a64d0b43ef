# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real program as a hand does: actions over the session bus, the
pointer and the keyboard through the X server.

The program is never asked where its picture lies.  calibrate() paints two dabs,
reads from the edits file which second and hertz they became, and takes them
back; from these the place of any second and hertz on the screen follows.
"""
import json
import math
import os
import re
import time

from desktop import end, wait_until

APP_ID = "io.github.sonobrush.Sonobrush"
APP_PATH = "/io/github/sonobrush/Sonobrush"
MOVE_GAP_S = 0.045  # GTK merges the motion of one frame: slower than that, each move is a point


def mel(hz):
    return 2595 * math.log10(1 + hz / 700)


def hz_of_mel(value):
    return 700 * (10 ** (value / 2595) - 1)


class Window:
    def __init__(self, desktop, program, *arguments, **variables):
        self.desktop = desktop
        self.program = program
        self.process = desktop.start([program, *arguments], **variables)
        self.id = None
        self.path = None

    # ---- life ---------------------------------------------------------------------------------------------------

    def wait_shown(self, timeout_s=20):
        """Until a window is on the screen; then it fills the screen and has the keyboard."""
        def find():
            self.must_live()
            found = self.desktop.run("xdotool", "search", "--onlyvisible", "--name", ".", check=False).split()
            return found and found[-1]
        self.id = wait_until(find, timeout_s, f"a window of {self.program}: {self.output()}")
        self.desktop.xdotool("windowmove", self.id, 0, 0, "windowsize", self.id, *self.desktop.size)
        wait_until(self._take_focus, timeout_s, "the window to take the keyboard")
        self.path = wait_until(self._window_path, timeout_s, "the window's actions on the bus")
        return self

    def _take_focus(self):
        """A window that is not mapped yet refuses it."""
        try:
            self.desktop.xdotool("windowfocus", self.id)
        except AssertionError:
            return False
        return True

    def _window_path(self):
        text = self.desktop.run("gdbus", "introspect", "--session", "--dest", APP_ID, "--object-path",
                                APP_PATH + "/window", check=False)
        numbers = re.findall(r"node (\d+)", text)
        return numbers and f"{APP_PATH}/window/{numbers[-1]}"

    def wait_open(self, name, timeout_s=20):
        """Until the recording is there: its name is the title, and it can be played."""
        wait_until(lambda: self.must_live() and name in self.title(), timeout_s,
                   f"the title to name {name}; it is {self.title()!r}")
        wait_until(lambda: self.enabled("play"), timeout_s, f"{name} to be playable")
        return self

    def must_live(self):
        status = self.process.poll()
        assert status is None, f"the program ended with status {status}: {self.output()}"
        return True

    def output(self):
        return self.desktop.log(os.path.basename(self.program))

    def title(self):
        return self.desktop.run("xdotool", "getwindowname", self.id, check=False)

    def shown_ids(self):
        """Of all windows on the screen that have a name, dialogs too."""
        return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", ".", check=False).split()

    def wait_any_title(self, name, timeout_s=20):
        """Until some window names the recording (a program may open a second one)."""
        def find():
            self.must_live()
            titles = [self.desktop.run("xdotool", "getwindowname", i, check=False) for i in self.shown_ids()]
            return any(name in title for title in titles)
        wait_until(find, timeout_s, f"a title to name {name}")

    def quit(self):
        """Through the action, as the menu does; the program must end in peace."""
        self.must_live()
        self._call("Activate", "quit", "[]", "{}", application=True)
        try:
            wait_until(lambda: self.process.poll() is not None, 10, "the program to quit")
        except AssertionError:
            end(self.process)
            raise
        status = self.process.returncode
        assert status == 0, f"the program ended with status {status}: {self.output()}"

    # ---- actions ------------------------------------------------------------------------------------------------

    def _call(self, method, *arguments, application=False):
        return self.desktop.run("gdbus", "call", "--session", "--timeout", "60", "--dest", APP_ID, "--object-path",
                                APP_PATH if application else self.path, "--method", "org.gtk.Actions." + method,
                                *arguments)

    def activate(self, name, parameter=None, application=False):
        """parameter: in GVariant's text form, as "'result'" or "(1.0, 2.0)"."""
        self._call("Activate", name, "[]" if parameter is None else f"[<{parameter}>]", "{}", application=application)
        self.must_live()

    def describe(self, name):
        """(enabled, parameter type, state in GVariant's text form or None)"""
        text = self._call("Describe", name)
        match = re.match(r"\(\((true|false), (?:signature )?'([^']*)', (?:@av )?\[(.*)\]\),\)$", text, re.S)
        assert match, f"{name}: {text}"
        state = match.group(3).strip()
        return match.group(1) == "true", match.group(2), state[1:-1] if state else None

    def actions(self):
        return set(re.findall(r"'([a-z0-9-]+)'", self._call("List")))

    def enabled(self, name):
        return self.describe(name)[0]

    def state(self, name):
        return self.describe(name)[2]

    def wait_state(self, name, wanted, timeout_s=5):
        wait_until(lambda: self.state(name) == wanted, timeout_s,
                   f"the action {name} to say {wanted}; it says {self.state(name)}")

    def wait_enabled(self, name, wanted=True, timeout_s=5):
        wait_until(lambda: self.enabled(name) == wanted, timeout_s,
                   f"the action {name} to be {'enabled' if wanted else 'disabled'}")

    def save_edits(self, path):
        """The edits as they are now, parsed."""
        if os.path.exists(path):
            os.remove(path)
        self.activate("save-edits-to", quoted(path))
        wait_until(lambda: os.path.exists(path), 10, f"{path} to be written")
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def export(self, path, timeout_s=60):
        """Export is written aside and renamed, so a file that is there is whole; the window asks before it stops one."""
        assert not os.path.exists(path)
        self.wait_enabled("export-to")  # the export before is in its place a moment before the window knows
        self.activate("export-to", quoted(path))
        wait_until(lambda: self.must_live() and os.path.exists(path), timeout_s, f"{path} to be written")
        self.wait_enabled("export-to")

    # ---- hand ---------------------------------------------------------------------------------------------------

    def key(self, *keys):
        self.desktop.xdotool("windowfocus", self.id)
        self.desktop.xdotool("key", *keys)

    def click(self, x, y):
        self.desktop.xdotool("mousemove", round(x), round(y))
        time.sleep(MOVE_GAP_S)
        self.desktop.xdotool("click", 1)

    def drag(self, points, pause=None):
        """Presses at the first point, moves through the others, calls pause() and releases."""
        (x, y), *rest = points
        self.desktop.xdotool("mousemove", round(x), round(y))
        time.sleep(2 * MOVE_GAP_S)
        self.desktop.xdotool("mousedown", 1)
        for x, y in rest:
            time.sleep(MOVE_GAP_S)
            self.desktop.xdotool("mousemove", round(x), round(y))
        time.sleep(2 * MOVE_GAP_S)
        if pause:
            pause()
        self.desktop.xdotool("mouseup", 1)
        time.sleep(MOVE_GAP_S)

    def calibrate(self, scratch, scale=(mel, hz_of_mel)):
        """Learns where seconds and hertz lie on the screen, leaving no edit behind."""
        width, height = self.desktop.size
        before = len(self.save_edits(scratch)["ops"])
        seen = []
        for x, y in ((0.25 * width, 0.40 * height), (0.60 * width, 0.70 * height), (0.42 * width, 0.55 * height)):
            x, y = round(x), round(y)
            self.drag([(x, y), (x, y)])
            ops = wait_until(lambda: (o := self.save_edits(scratch)["ops"]) and len(o) > before and o, 5,
                             f"a dab at {x}, {y} to become an edit")
            seen.append((x, y, *ops[-1]["points"][0][:2]))
            self.activate("undo")
            wait_until(lambda: len(self.save_edits(scratch)["ops"]) == before, 5, "undo to take the dab back")
        (x0, y0, t0, f0), (x1, y1, t1, f1), (x2, y2, t2, f2) = seen
        to_place, from_place = scale
        slope_x = (x1 - x0) / (t1 - t0)
        slope_y = (y1 - y0) / (to_place(f1) - to_place(f0))
        self.x_of = lambda t_s: x0 + (t_s - t0) * slope_x
        self.y_of = lambda hz: y0 + (to_place(hz) - to_place(f0)) * slope_y
        self.time_at = lambda x: t0 + (x - x0) / slope_x
        self.hz_at = lambda y: from_place(to_place(f0) + (y - y0) / slope_y)
        # The third dab was not used: it must lie where the other two say.
        assert abs(self.x_of(t2) - x2) < 1 and abs(self.y_of(f2) - y2) < 1, \
            f"the picture is not where its own edits say: {seen}"
        return self


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
