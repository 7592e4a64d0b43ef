#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program is ended in the middle of a stroke, as a logout, a closed terminal or a display that is gone ends it:
every stroke before it is there at the next start, which asks nothing.

    test-window-ends.py PROJECT_ROOT SONOBRUSH
"""
import os
import shutil
import signal
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import MOVE_GAP_S, Window, quoted

N_STROKES = 3


def stroke(window, number):
    y = 300 + 60 * number
    window.drag([(500 + 25 * i, y + 3 * i) for i in range(6)])


def edits(window, desktop):
    return [op["id"] for op in window.save_edits(desktop.path("now.json"))["ops"]]


def terminate(desktop, window):
    window.process.send_signal(signal.SIGTERM)


def hang_up(desktop, window):
    window.process.send_signal(signal.SIGHUP)


def take_display(desktop, window):
    display = desktop.processes[0]
    assert os.path.basename(display.args[0]) == "Xvfb"
    display.kill()
    display.wait()


def vanish_folder(desktop, window):
    """What was kept is moved away under the program, then it is killed; whoever moves it back has it all."""
    os.rename(sessions(desktop), desktop.path("moved-away"))
    window.process.kill()


def sessions(desktop):
    return desktop.path("home", ".local", "state", "sonobrush", "sessions")


def ended_in_mid_stroke(root, program, end):
    with Desktop() as desktop:
        take = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), take)
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        for number in range(N_STROKES):
            stroke(window, number)
        before = wait_until(lambda: (ids := edits(window, desktop)) and len(ids) == N_STROKES and ids, 10, "three strokes")
        desktop.xdotool("mousemove", 500, 600)
        time.sleep(2 * MOVE_GAP_S)
        desktop.xdotool("mousedown", 1)
        for i in range(6):
            time.sleep(MOVE_GAP_S)
            desktop.xdotool("mousemove", 500 + 20 * i, 600)
        end(desktop, window)
        wait_until(lambda: window.process.poll() is not None, 15, "the program to end")
        if end is take_display:
            desktop._start_display()
        if end is vanish_folder:
            shutil.rmtree(sessions(desktop), ignore_errors=True)
            os.rename(desktop.path("moved-away"), sessions(desktop))
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        after = edits(window, desktop)
        assert after[:N_STROKES] == before and len(after) <= N_STROKES + 1, f"{before} became {after}"
        assert len(set(window.shown_ids())) == 1, "the next start asks something"
        window.activate("undo")
        wait_until(lambda: edits(window, desktop) == after[:-1], 10, "undo after the restart")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def not_by_a_file_limit(root, program):
    """No file over 20 kB: nothing is kept and nothing exported, the window says so and lives."""
    with Desktop() as desktop:
        take, limited, target = desktop.path("take.flac"), desktop.path("limited"), desktop.path("out.wav")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), take)
        with open(limited, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nulimit -f 40\nexec "{program}" "$@"\n')
        os.chmod(limited, 0o755)
        window = Window(desktop, limited, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        stroke(window, 0)
        window.activate("export-to", quoted(target))
        wait_until(lambda: window.must_live() and len(set(window.shown_ids())) > 1, 15, "a dialog about the export")
        desktop.xdotool("windowfocus", [i for i in window.shown_ids() if i != window.id][-1])
        desktop.xdotool("key", "Escape")
        wait_until(lambda: len(set(window.shown_ids())) == 1, 10, "the dialog to close")
        stroke(window, 1)
        wait_until(lambda: len(edits(window, desktop)) == 2, 10, "the window to go on")
        assert not os.path.exists(target), "an export over the limit is there"
        window.process.kill()  # closing it may ask what is to become of the edits
        window.process.wait()
        assert "CRITICAL" not in window.output(), window.output()


def main():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever started this may have had it ignored (nohup), and that is inherited
    root, program = sys.argv[1:3]
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-ends", f"{', '.join(lacking)} missing")
        return cases.finish()
    for end in (terminate, hang_up, take_display, vanish_folder):
        cases.run("/window-ends/" + end.__name__.replace("_", "-"), ended_in_mid_stroke, root, program, end)
    cases.run("/window-ends/not-by-a-file-limit", not_by_a_file_limit, root, program)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
