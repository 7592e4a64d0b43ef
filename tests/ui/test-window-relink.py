#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recording of a project, or one that edits were made in, was moved, changed or deleted: the real window finds
it by content, asks, tells what is different, and never guesses.

    test-window-relink.py PROJECT_ROOT SONOBRUSH SCREENSHOTS
"""
import os
import shutil
import sys
import time

import numpy as np

from tap import Tap
from wav import write_wav

from desktop import Desktop, missing_tools, wait_until
from window import APP_ID, APP_PATH, Window, quoted

RATE = 16000


def box(number):
    return quoted(f'{{"id":"n{number}","kind":"box","from_s":{0.1 * number},"to_s":{0.1 * number + 0.05},"low_hz":900,'
                  '"high_hz":2500,"gain_db":"-inf"}')


def start(desktop, program, path, **variables):
    return Window(desktop, program, path, SONOBRUSH_SINK="null", **variables).wait_shown()


def ids(window):
    return [op["id"] for op in window.save_edits(window.desktop.path("now.json"))["ops"]]


def make_wav(path, seconds=2.0, rate=RATE, channels=1, seed=1):
    write_wav(path, rate, np.random.default_rng(seed).integers(-3000, 3000, (int(seconds * rate), channels)))
    return path


def open_file(window, path):
    window.desktop.run("gdbus", "call", "--session", "--dest", APP_ID, "--object-path", APP_PATH, "--method",
                       "org.freedesktop.Application.Open", f"['file://{path}']", "{}")


def wait_dialog(window, picture=None, but=()):
    """The number of a window over the main one that stays: one that answered may still be closing."""
    def over():
        return [number for number in window.shown_ids() if number != window.id and number not in but]

    def staying():
        before = window.must_live() and over()
        time.sleep(0.4)
        return [number for number in over() if before and number in before]
    dialog = wait_until(staying, 15, "a dialog")[-1]
    if picture:
        window.desktop.screenshot(picture)
    window.desktop.xdotool("windowfocus", dialog)
    return dialog


def wait_no_dialog(window):
    wait_until(lambda: window.must_live() and len(window.shown_ids()) == 1, 15, "the dialog to close")


def choose_file(window, key, path):
    """The key opens a file chooser; in that, a slash opens the line for a path, and does not tell when it is open."""
    before = window.shown_ids()
    window.desktop.xdotool("key", key)
    chooser = wait_dialog(window, but=before)
    window.desktop.xdotool("type", path[0])
    time.sleep(1)
    window.desktop.xdotool("type", "--delay", "20", path[1:])
    time.sleep(1)
    window.desktop.xdotool("key", "Return")
    wait_until(lambda: window.must_live() and chooser not in window.shown_ids(), 15, "the file chooser to close")


def save_project(window, path):
    window.activate("save-project", quoted(path))
    wait_until(lambda: os.path.exists(path), 10, "the project")


def project_of_three(desktop, program, take, project):
    window = start(desktop, program, take).wait_open("take")
    for number in range(3):
        window.activate("apply-operation", box(number))
    assert len(ids(window)) == 3
    save_project(window, project)
    window.quit()
    shutil.rmtree(desktop.path("home", ".local", "state"))  # another machine: only the project is there


def project_without_recording(program, pictures):
    """Gone: asked for, another one told apart, the very same adopted, and known the next time."""
    with Desktop() as desktop:
        os.mkdir(desktop.path("old"))
        os.mkdir(desktop.path("new"))
        take, moved, project = desktop.path("old", "take.wav"), desktop.path("new", "renamed.wav"), desktop.path("p.sonobrush")
        other = make_wav(desktop.path("new", "other.wav"), seconds=3, channels=2, seed=2)
        project_of_three(desktop, program, make_wav(take), project)
        os.rename(take, moved)
        # Not checked for leaks: the file dialog needs more than 2048 quarks, and GLib leaves their old table of 16 kB behind
        # on purpose; GTK and libcloudproviders leave some 900 bytes of names.  (fast_unwind_on_malloc=0 tells; no frame of
        # these is ours but main(), and without symbols of those libraries no suppression tells them apart.)
        # Nor is a warning fatal: GTK 4.8's file dialog, seldom, draws the arrows of its path bar before they have a place.
        window = start(desktop, program, project, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0",
                       G_DEBUG="fatal-criticals")
        wait_dialog(window, os.path.join(pictures, "relink-gone.png"))
        choose_file(window, "Return", other)  # Find It…
        wait_dialog(window, os.path.join(pictures, "relink-other.png"))
        assert not window.enabled("play"), "another recording was opened without a question"
        choose_file(window, "alt+f", moved)  # Find Another…
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        wait_no_dialog(window)
        assert len(ids(window)) == 3
        assert not window.enabled("use-recording"), "the same content counts as changed"
        desktop.screenshot(os.path.join(pictures, "relink-found.png"))
        window.quit()
        window = start(desktop, program, project)
        wait_until(lambda: window.enabled("play"), 20, "the project to find its recording again by itself")
        assert len(ids(window)) == 3
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def beside_the_project(program, pictures):
    """Project and recording moved together: no question."""
    with Desktop() as desktop:
        os.mkdir(desktop.path("old"))
        take, project = make_wav(desktop.path("old", "take.wav")), desktop.path("old", "p.sonobrush")
        project_of_three(desktop, program, take, project)
        os.rename(desktop.path("old"), desktop.path("new"))
        window = start(desktop, program, desktop.path("new", "p.sonobrush"))
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        assert len(ids(window)) == 3
        window.quit()


def changed_under_the_project(program, pictures):
    """Other content in its place: told until a person says that it is meant; or the old file is found."""
    with Desktop() as desktop:
        take, old, project = desktop.path("take.wav"), desktop.path("old.wav"), desktop.path("p.sonobrush")
        project_of_three(desktop, program, make_wav(take), project)
        os.rename(take, old)
        make_wav(take, seconds=2.5, seed=3)
        for _ in range(2):  # not settled by having been opened once
            window = start(desktop, program, project)
            wait_until(lambda: window.enabled("play"), 20, "the project to be open")
            assert window.enabled("use-recording"), "nobody was asked about the changed recording"
            time.sleep(0.5)
            desktop.screenshot(os.path.join(pictures, "relink-changed.png"))
            window.quit()
        window = start(desktop, program, project)
        window.wait_enabled("use-recording", timeout_s=20)
        window.activate("relink-to", quoted(old))
        wait_until(lambda: window.enabled("play") and not window.enabled("use-recording"), 20, "the old recording")
        assert len(ids(window)) == 3
        window.quit()
        os.remove(old)
        window = start(desktop, program, project)
        window.wait_enabled("use-recording", timeout_s=20)
        window.activate("use-recording")
        assert not window.enabled("use-recording")
        window.quit()
        window = start(desktop, program, project)
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        assert not window.enabled("use-recording"), "asked again after it was said"
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def changed_and_nothing_kept(program, pictures):
    """Nowhere to keep anything: both are said, and a project that is saved is about what the edits were made in."""
    with Desktop() as desktop:
        take, project, copy = desktop.path("take.wav"), desktop.path("p.sonobrush"), desktop.path("q.sonobrush")
        project_of_three(desktop, program, make_wav(take), project)
        make_wav(take, seconds=2.5, seed=3)
        with open(desktop.path("home", ".local", "state"), "w", encoding="ascii"):
            pass
        window = start(desktop, program, project)
        window.wait_enabled("use-recording", timeout_s=20)
        assert len(ids(window)) == 3
        wait_until(lambda: "not kept" in window.state("banner"), 10, window.state("banner"))
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "relink-not-kept.png"))
        save_project(window, copy)
        wait_until(lambda: "has changed" in window.state("banner"), 10, window.state("banner"))
        assert "Use This One" in window.state("banner") and "not kept" not in window.state("banner"), window.state("banner")
        window.quit()
        window = start(desktop, program, copy)
        window.wait_enabled("use-recording", timeout_s=20)
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def recording_moved_changed_copied(program, pictures):
    with Desktop() as desktop:
        take, moved, copy = desktop.path("take.wav"), desktop.path("moved.wav"), desktop.path("copy.wav")
        window = start(desktop, program, make_wav(take)).wait_open("take")
        for number in range(3):
            window.activate("apply-operation", box(number))
        assert len(ids(window)) == 3
        os.rename(take, moved)  # while it is open
        time.sleep(1.5)
        desktop.screenshot(os.path.join(pictures, "relink-moved.png"))
        window.activate("relink-to", quoted(moved))
        window.wait_open("moved")
        assert ids(window) == ["n0", "n1", "n2"] and window.enabled("undo"), "the edits did not come along"
        # a copy: both live, the edits are offered
        shutil.copy(moved, copy)
        open_file(window, copy)
        window.wait_open("copy")
        assert ids(window) == [] and window.enabled("copy-edits")
        desktop.screenshot(os.path.join(pictures, "relink-copy.png"))
        window.activate("copy-edits")
        assert len(ids(window)) == 3 and not window.enabled("copy-edits")
        # other content under the old name
        os.rename(moved, take)
        open_file(window, take)
        window.wait_open("take")
        assert len(ids(window)) == 3
        os.rename(take, moved)
        open_file(window, copy)
        window.wait_open("copy")
        make_wav(take, seconds=1, seed=9)
        open_file(window, take)
        window.wait_open("take")
        assert ids(window) == [] and window.enabled("copy-edits")
        desktop.screenshot(os.path.join(pictures, "relink-changed-recording.png"))
        window.activate("relink-to", quoted(moved))
        window.wait_open("moved")
        assert ids(window) == ["n0", "n1", "n2"] and window.enabled("undo")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def became_shorter(program, pictures):
    """What lies behind the new end changes nothing and is told, and is not lost: the long recording brings it back."""
    with Desktop() as desktop:
        take, long, project = desktop.path("take.wav"), desktop.path("long.wav"), desktop.path("p.sonobrush")
        window = start(desktop, program, make_wav(take)).wait_open("take")
        for number in (0, 5, 15, 18):
            window.activate("apply-operation", box(number))
        assert len(ids(window)) == 4
        save_project(window, project)
        window.quit()
        os.rename(take, long)
        make_wav(take, seconds=1)
        window = start(desktop, program, take).wait_open("take")
        window.activate("copy-edits")
        wait_until(lambda: len(ids(window)) == 2, 10, "what fits to be copied")
        wait_until(lambda: "2 of 4" in window.state("banner"), 10, window.state("banner"))
        desktop.screenshot(os.path.join(pictures, "shorter-copied.png"))
        window.quit()
        shutil.rmtree(desktop.path("home", ".local", "state"))
        window = start(desktop, program, project)
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        assert ids(window) == ["n0", "n5"] and "2 of 4" in window.state("banner"), window.state("banner")
        desktop.screenshot(os.path.join(pictures, "shorter-project.png"))
        window.activate("apply-operation", box(7))
        save_project(window, project)
        window.quit()
        os.rename(long, take)
        shutil.rmtree(desktop.path("home", ".local", "state"))
        window = start(desktop, program, project)
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        assert ids(window) == ["n0", "n5", "n15", "n18", "n7"], ids(window)
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def main():
    _, program, pictures = sys.argv[1:4]
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-relink", f"{', '.join(lacking)} missing")
        return cases.finish()
    for case in (project_without_recording, beside_the_project, changed_under_the_project, changed_and_nothing_kept,
                 recording_moved_changed_copied, became_shorter):
        cases.run(f"/window-relink/{case.__name__.replace('_', '-')}", case, program, pictures)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
