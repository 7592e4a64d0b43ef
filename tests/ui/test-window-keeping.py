#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window is killed and started again: what was done is there, undo too.

    test-window-keeping.py PROJECT_ROOT SONOBRUSH SONOBRUSH_CLI SCREENSHOTS
"""
import filecmp
import os
import random
import shutil
import subprocess
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import Window, quoted


def box(number):
    return quoted(f'{{"id":"n{number}","kind":"box","from_s":{0.1 * number},"to_s":{0.1 * number + 0.05},"low_hz":900,'
                  '"high_hz":2500,"gain_db":"-inf"}')


def kill(window):
    window.process.kill()
    window.process.wait()


def ids(window, desktop):
    return [op["id"] for op in window.save_edits(desktop.path("now.json"))["ops"]]


def killed_and_back(root, program, cli, pictures):
    with Desktop() as desktop:
        demo = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        for number in range(4):
            window.activate("apply-operation", box(number))
        window.activate("undo")
        wait_until(lambda: ids(window, desktop) == ["n0", "n1", "n2"], 5, "three edits")
        kill(window)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        desktop.screenshot(os.path.join(pictures, "kept.png"))
        assert ids(window, desktop) == ["n0", "n1", "n2"], ids(window, desktop)
        assert window.enabled("redo"), "the undone edit cannot be redone"
        window.activate("redo")
        wait_until(lambda: ids(window, desktop) == ["n0", "n1", "n2", "n3"], 5, "redo after a restart")
        project, out, again = desktop.path("p.sonobrush"), desktop.path("w.flac"), desktop.path("c.flac")
        window.activate("save-project", quoted(project))
        wait_until(lambda: os.path.exists(project), 10, "the project")
        window.export(out)
        window.quit()
        subprocess.run([cli, "export", project, "-o", again], check=True, stdout=subprocess.DEVNULL)
        assert filecmp.cmp(out, again, shallow=False), "window and command line export different bytes"
        window = Window(desktop, program, project, SONOBRUSH_SINK="null").wait_shown()
        window.wait_any_title("")
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        assert len(ids(window, desktop)) == 4
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def random_kills(root, program):
    """Killed at any moment while edits come in; what an answered action did is there."""
    rng, count = random.Random(4), int(os.environ.get("SB_KILLS", "100" if os.environ.get("SB_LONG_TESTS") else "4"))
    with Desktop() as desktop:
        demo = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        number, acknowledged = 0, []
        for _ in range(count):
            window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
            found = ids(window, desktop)
            assert found[:len(acknowledged)] == acknowledged and len(found) <= len(acknowledged) + 1, (found, acknowledged)
            acknowledged = found
            for _ in range(rng.randint(1, 4)):
                window.activate("apply-operation", box(number))
                acknowledged = ids(window, desktop)
                number += 1
            # the list was written to a file after the edit; by then the edit itself has been kept for long
            time.sleep(rng.uniform(0, 0.05))
            kill(window)


def main():
    root, program, cli, pictures = sys.argv[1:5]
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-keeping", f"{', '.join(lacking)} missing")
        return cases.finish()
    cases.run("/window-keeping/killed-and-back", killed_and_back, root, program, cli, pictures)
    cases.run("/window-keeping/random-kills", random_kills, root, program)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
