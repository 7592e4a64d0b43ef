#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file that is meant to break a program, in the real window: it is opened or told, never a crash; the window
answers within 100 ms throughout; what the decoder hangs on is cancelled within a second.

    test-window-hostile.py PROJECT_ROOT SONOBRUSH SONOBRUSH_CLI SCREENSHOTS

Opened or told must be what the command line says of the same file.  How long the window's thread was held is what
SONOBRUSH_DEBUG=frames-all writes: a busy machine does not count.  Each seventh file in the normal run, all with
SB_LONG_TESTS=1 (`meson test --benchmark window-hostile`).
"""
import glob
import os
import re
import subprocess
import sys
import time
import urllib.parse

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import APP_ID, APP_PATH, Window

LONG = bool(os.environ.get("SB_LONG_TESTS"))
ANSWER_MS = 100
CANCEL_S = 1
PATIENCE = float(os.environ.get("SB_TEST_PATIENCE", "1"))


class Program:
    """Started anew after each file that opened; files that do not open are tried in the same window."""

    def __init__(self, desktop, program, log):
        self.desktop, self.program, self.log = desktop, program, log
        self.window = None
        self.held, self.n_rounds, self.slowest = 0.0, 0, 0.0
        self.opened, self.worst = [], ""  # names since the start; those among which the longest round was

    def start(self):
        if self.window is None:
            self.window = Window(self.desktop, self.program, SONOBRUSH_SINK="null", SONOBRUSH_DEBUG="frames-all").wait_shown()
            time.sleep(0.3)
            self.since = time.monotonic()
            self.told = len(self.window.desktop.log_bytes(self.log))

    def end(self):
        """Quits in peace and adds up how long its thread was held since it was shown."""
        if self.window is None:
            return
        window, self.window = self.window, None
        window.quit()
        text = self.desktop.log_bytes(self.log)[self.told:].decode("utf-8", "replace")
        assert "CRITICAL" not in text and "ERROR" not in text, text[-2000:]
        for kind, at, cpu, held in re.findall(r"^(frame|dispatch) ([\d.]+) ([\d.]+) ([\d.]+)", text, re.M):
            if float(at) > self.since:
                self.n_rounds += 1
                if float(held) > self.held:
                    self.held, self.worst = float(held), f"{kind}, {cpu} ms of processor time, one of {self.opened}"
        self.opened = []

    def open(self, path):
        self.start()
        self.opened.append(os.path.basename(path))
        url = "file://" + urllib.parse.quote(os.fsencode(os.path.abspath(path)))
        self.desktop.run("gdbus", "call", "--session", "--dest", APP_ID, "--object-path", APP_PATH, "--method",
                         "org.freedesktop.Application.Open", "['" + url.replace("'", "%27") + "']", "{}")

    def answers(self):
        """An answer of the main loop; its time has gdbus's own start in it."""
        before = time.monotonic()
        enabled = self.window.enabled("play")
        self.slowest = max(self.slowest, time.monotonic() - before)
        return enabled

    def probing(self):
        try:
            with open(f"/proc/{self.window.process.pid}/task/{self.window.process.pid}/children") as file:
                children = file.read().split()
            for name in glob.glob(f"/proc/{self.window.process.pid}/task/*/children"):
                with open(name) as file:
                    children += file.read().split()
            return bool(children)
        except OSError:
            return False

    def dialogs(self):
        return [i for i in set(self.window.shown_ids()) if i != self.window.id]

    def wait_result(self, name):
        """`opened`, or `told`: a dialog that stays though nothing is being opened any more."""
        found = []

        def settled():
            self.window.must_live()
            if self.answers():
                found.append("opened")
            elif self.dialogs() and not self.probing():
                # the dialog of what is still being opened moves, and that of what was refused does not
                before = self.desktop.pixels()
                time.sleep(0.4)
                if self.dialogs() and not self.probing() and self.desktop.pixels() == before and not self.answers():
                    found.append("told")
            return found
        wait_until(settled, 30, f"{name!r} to be opened or refused")
        return found[0]

    def dismiss(self):
        def gone():
            for dialog in self.dialogs():
                self.desktop.run("xdotool", "windowfocus", dialog, "key", "Escape", check=False)
                time.sleep(0.1)
            return not self.dialogs()
        wait_until(gone, 10, "the dialog to close")


def hostile_files(desktop, data):
    files = sorted(name for name in glob.glob(os.path.join(data, "hostile", "*"))
                   if not name.endswith((".md", ".tsv", ".sh")))
    made = desktop.path("made")
    subprocess.run([os.path.join(data, "hostile", "make_fs_cases.sh"), made], check=True)
    cases = sorted(os.path.join(os.fsencode(made), name) for name in os.listdir(os.fsencode(made)) if name != b"readonly")
    cases = [os.fsdecode(name) for name in cases]
    return files + cases if LONG else files[::7] + cases[::3]


def all_files(program, cli, data, pictures):
    with Desktop() as desktop:
        desktop.log_bytes = lambda name: open(desktop.path(name + ".log"), "rb").read()
        driven = Program(desktop, program, os.path.basename(program))
        files = hostile_files(desktop, data)
        results = {"opened": 0, "told": 0}
        for path in files:
            name = os.path.basename(path)
            said = subprocess.run([cli, "render", "--from", "0", "--to", "0.001", "--size", "64x64", "--axes", "off",
                                   "-o", desktop.path("x.png"), "--", path],
                                  capture_output=True, env=desktop.environment)
            try:
                driven.open(path)
                result = driven.wait_result(name)
            except AssertionError as problem:
                wrote = driven.window.output() if driven.window else "nothing"
                raise AssertionError(f"{name!r}: {problem}; the program wrote: {wrote}") from problem
            results[result] += 1
            wanted = "opened" if said.returncode == 0 else "told"
            assert said.returncode in (0, 1), f"{name!r}: the command line ends with {said.returncode}: {said.stderr[-500:]}"
            assert result == wanted, f"{name!r}: {result}, but the command line says {said.stderr.decode(errors='replace')!r}"
            if results["told"] == 3 and result == "told":
                desktop.screenshot(os.path.join(pictures, "hostile-told.png"))
            if result == "told":
                driven.dismiss()
            else:
                time.sleep(0.5)
                driven.end()
        driven.end()
        print(f"# {len(files)} files: {results['opened']} opened, {results['told']} told; the window's thread was held for "
              f"{driven.held:.1f} ms at most in {driven.n_rounds} rounds; slowest answer, with the start of the program "
              f"that asks, {1000 * driven.slowest:.0f} ms")
        assert driven.held <= ANSWER_MS * PATIENCE, f"the window was held for {driven.held:.1f} ms: {driven.worst}"


def cancelled(program, data):
    """The decoder never comes back from these; the dialog's Cancel does."""
    with Desktop() as desktop:
        desktop.log_bytes = lambda name: open(desktop.path(name + ".log"), "rb").read()
        driven = Program(desktop, program, os.path.basename(program))
        files = sorted(glob.glob(os.path.join(data, "hostile", "sfhang_*")))
        slowest = 0.0
        for path in files if LONG else files[:2]:
            driven.open(path)
            wait_until(lambda: driven.probing() and driven.dialogs(), 10, "the dialog that can cancel")
            begin = time.monotonic()
            driven.desktop.run("xdotool", "windowfocus", driven.dialogs()[0], "key", "Escape", check=False)
            wait_until(lambda: not driven.dialogs() and not driven.probing(), 10, "Cancel to take effect")
            slowest = max(slowest, time.monotonic() - begin)
            driven.answers()
        driven.end()
        print(f"# cancelled within {slowest:.2f} s")
        assert slowest <= CANCEL_S * PATIENCE, f"Cancel took {slowest:.2f} s"


def main():
    root, program, cli, pictures = sys.argv[1:5]
    data = os.environ.get("SB_SHARED_DATA", "")
    cases = Tap()
    lacking = missing_tools()
    if lacking or not os.path.isdir(os.path.join(data, "hostile")):
        cases.skip("/window-hostile", f"{', '.join(lacking)} missing" if lacking else "the hostile files are not here")
        return cases.finish()
    cases.run("/window-hostile/opened-or-told", all_files, program, cli, data, pictures)
    cases.run("/window-hostile/cancelled", cancelled, program, data)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
