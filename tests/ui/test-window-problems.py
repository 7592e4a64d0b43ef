#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window says when something is wrong, and that nothing is lost meanwhile.

    test-window-problems.py PROJECT_ROOT SONOBRUSH SCREENSHOTS
"""
import fcntl
import os
import shutil
import sys
import time

import numpy as np

from tap import Tap
from wav import write_wav

from desktop import Desktop, missing_tools, wait_until
from window import Window, quoted


def box(number, from_s=0.1):
    return quoted('{"kind": "box", "id": "n%d", "from_s": %.3f, "to_s": %.3f, "low_hz": 500, "high_hz": 900, "gain_db": -6}'
                  % (number, from_s + number / 100, from_s + 0.05 + number / 100))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def take_of(root, desktop, name="take.flac"):
    take = desktop.path(name)
    shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), take)
    return take


def ids(window, desktop):
    return [op["id"] for op in window.save_edits(desktop.path("now.json"))["ops"]]


def answer(window, desktop, key="Escape", picture=None):
    """Waits for a dialog that stays, answers it and waits until it is gone."""
    def dialogs():
        window.must_live()
        return [i for i in window.shown_ids() if i != window.id]
    wait_until(lambda: dialogs() and (time.sleep(0.3) or dialogs()), 10, "a dialog")
    if picture:
        desktop.screenshot(picture)
    desktop.xdotool("windowfocus", dialogs()[-1])
    desktop.xdotool("key", key)
    wait_until(lambda: not dialogs(), 10, "the dialog to close")


def nothing_over_the_recording(root, program, pictures):
    """Neither edits nor markers nor a picture replace the recording or a project, under whatever name."""
    with Desktop() as desktop:
        take, moved = take_of(root, desktop), desktop.path("moved.flac")
        project, link, ops = desktop.path("p.sonobrush"), desktop.path("link.json"), desktop.path("ops.json")
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        window.activate("add-marker")
        window.activate("save-project", quoted(project))
        wait_until(lambda: os.path.exists(project), 10, "the project")
        os.symlink(take, link)
        before, kept = read(take), read(project)
        saves = (("save-edits-to", "'%s'"), ("export-markers-to", "'%s'"), ("export-picture-to", "('%s', 0, 0)"))
        for number, path in enumerate((take, link, project)):
            for name, parameter in saves if path != link else saves[:1]:
                window.activate(name, parameter % path)
                answer(window, desktop, picture=os.path.join(pictures, "not-over-it.png") if number == 0 else None)
        os.rename(take, moved)
        window.activate("save-edits-to", quoted(moved))
        answer(window, desktop)
        assert read(moved) == before, "the recording was replaced"
        assert read(project) == kept, "the project was replaced"
        assert window.save_edits(ops)["ops"]
        window.activate("apply-operation", box(1))
        window.activate("save-edits-to", quoted(ops))  # an old operations file may go
        wait_until(lambda: b"n1" in read(ops), 10, "the second edit in the file")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def banner(window):
    """What the banner says, and its buttons; "" while there is none."""
    return window.state("banner")


def wait_banner(window, *words, without=None, timeout_s=10):
    wait_until(lambda: all(word in banner(window) for word in words) and (without is None or without not in banner(window)),
               timeout_s, f"a banner with {words}, without {without}; it says {banner(window)}")


def sessions(desktop):
    return desktop.path("home", ".local", "state", "sonobrush", "sessions")


def block(desktop):
    """Nothing can be kept any more, as on a full disk."""
    shutil.rmtree(sessions(desktop))
    with open(sessions(desktop), "w", encoding="ascii"):
        pass


def unblock(desktop):
    os.remove(sessions(desktop))
    os.mkdir(sessions(desktop))


NOT_KEPT = "not on the disk"


def nothing_hides_what_holds(root, program, pictures):
    """The worst is shown; what covered it never makes it forgotten, and edits are only called safe when they are."""
    with Desktop() as desktop:
        take, away = take_of(root, desktop), desktop.path("away.flac")
        # No sound device.  Not checked for leaks: plugins of the sound system leave 8 bytes each when they are unloaded.
        window = Window(desktop, program, take,
                        ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0").wait_shown().wait_open("take")
        assert "''" in banner(window)
        window.activate("play")
        wait_banner(window, "Your edits are safe", "Try Again")
        block(desktop)
        window.activate("apply-operation", box(0))
        wait_banner(window, NOT_KEPT, "Save Project…")
        window.activate("play")
        time.sleep(1)
        os.rename(take, away)
        time.sleep(1)
        wait_banner(window, NOT_KEPT)
        desktop.screenshot(os.path.join(pictures, "not-kept.png"))
        unblock(desktop)
        wait_banner(window, "moved or deleted", "Find the Old File…", without=NOT_KEPT)
        os.rename(away, take)
        wait_banner(window, "Try Again", without="safe")  # said while they were not
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def nothing_opened_over_what_is_not_kept(root, program, pictures):
    """Another file does not take the place of edits that are nowhere else, nor when they came while it was being opened."""
    with Desktop() as desktop:
        take, copy = take_of(root, desktop), take_of(root, desktop, "copy.flac")
        hold, probe = desktop.path("hold"), desktop.path("probe")
        with open(probe, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nwhile [ -e "{hold}" ]; do touch "{hold}.seen"; sleep 0.05; done\n'
                       f'exec "{program}-probe" "$@"\n')
        os.chmod(probe, 0o755)
        window = Window(desktop, program, take, SONOBRUSH_SINK="null", SONOBRUSH_PROBE=probe).wait_shown().wait_open("take")
        with open(hold, "w", encoding="ascii"):
            pass
        window.activate("relink-to", quoted(copy))
        wait_until(lambda: os.path.exists(hold + ".seen"), 10, "the copy to be probed")
        block(desktop)
        window.activate("apply-operation", box(0))
        wait_banner(window, NOT_KEPT)
        os.remove(hold)
        answer(window, desktop, picture=os.path.join(pictures, "not-opened.png"))
        assert "take" in window.title() and ids(window, desktop) == ["n0"]
        window.activate("relink-to", quoted(copy))
        answer(window, desktop)
        assert "take" in window.title() and ids(window, desktop) == ["n0"]
        wait_banner(window, NOT_KEPT)
        unblock(desktop)
        wait_until(lambda: banner(window).startswith("(''"), 10, "the edits to be kept")
        window.activate("relink-to", quoted(copy))
        window.wait_open("copy")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def exported_is_not_kept(root, program, pictures):
    """An export keeps no edits: closing asks, and Save Project settles it.  So it is with markers alone."""
    for what in ("edits", "markers"):
        with Desktop() as desktop:
            take, project = take_of(root, desktop), desktop.path("p.sonobrush")
            if what == "markers":  # not from the beginning
                os.makedirs(os.path.dirname(sessions(desktop)))
                with open(sessions(desktop), "w", encoding="ascii"):
                    pass
            window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
            if what == "edits":
                block(desktop)
                window.activate("apply-operation", box(0))
                wait_banner(window, NOT_KEPT)
                window.export(desktop.path("out.flac"))
            else:
                wait_banner(window, "not kept", "Save Project…")
                window.activate("add-marker")
            window.wait_enabled("export-to")
            window.key("ctrl+w")
            answer(window, desktop, picture=os.path.join(pictures, f"closing-{what}.png"))
            wait_banner(window, "not")
            window.activate("save-project", quoted(project))
            wait_banner(window, "''", without="not ")
            window.activate("apply-operation", box(1))
            wait_banner(window, "not")
            window.key("ctrl+w")
            answer(window, desktop)
            window.activate("undo")
            window.activate("save-project", quoted(project))
            wait_banner(window, "''", without="not ")
            window.quit()
            assert "CRITICAL" not in window.output(), window.output()


def stopped_export(root, program, pictures):
    """Closing during an export asks; "Stop and Close" ends the program in peace and leaves nothing behind."""
    with Desktop() as desktop:
        take, folder = desktop.path("long.wav"), desktop.path("out")
        noise = np.random.default_rng(1).integers(-9000, 9000, (48000, 2))
        write_wav(take, 48000, np.tile(noise, (600, 1)))
        os.mkdir(folder)
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("long")
        window.activate("apply-operation", box(0))
        window.activate("export-to", quoted(os.path.join(folder, "out.flac")))
        window.wait_enabled("export-to", False)
        window.key("ctrl+w")
        wait_until(lambda: len(window.shown_ids()) > 1, 10, "the question")
        time.sleep(0.3)
        desktop.screenshot(os.path.join(pictures, "stop-and-close.png"))
        desktop.xdotool("windowfocus", [i for i in window.shown_ids() if i != window.id][-1])
        desktop.xdotool("key", "Tab", "Return")
        wait_until(lambda: window.process.poll() is not None, 20, "the program to end")
        assert window.process.returncode == 0, window.output()
        assert "CRITICAL" not in window.output() and "WARNING" not in window.output(), window.output()
        assert os.listdir(folder) == [], os.listdir(folder)


def only_looked_at(root, program, pictures):
    """Open elsewhere: nothing can be changed here, markers included, and "Open Again" ends that when the other has gone."""
    with Desktop() as desktop:
        take = take_of(root, desktop)
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        assert ids(window, desktop) == ["n0"]
        window.quit()
        lock, = [name for name in os.listdir(sessions(desktop)) if name.endswith(".lock")]
        with open(os.path.join(sessions(desktop), lock), "ab") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX)
            window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
            wait_banner(window, "another window", "Open Again")
            time.sleep(0.5)  # the banner slides in
            desktop.screenshot(os.path.join(pictures, "only-looked-at.png"))
            for name in ("clear-edits", "undo", "load-edits", "import-markers-from", "rename-marker", "delete-marker"):
                assert not window.enabled(name), name
            before = desktop.pixels()
            window.click(1535, 453)  # M of the first row
            desktop.xdotool("mousemove", 800, 400)
            time.sleep(0.3)
            desktop.screenshot(os.path.join(pictures, "only-looked-at-mute.png"))
            after = desktop.pixels()
            for y in range(420, 490):
                assert before[2][y][3 * 1400:] == after[2][y][3 * 1400:], "the row says that something changed"
            window.activate("add-marker")
            window.key("ctrl+m")
            time.sleep(0.3)
            assert not window.enabled("export-markers"), "a marker was made that will be lost"
            assert ids(window, desktop) == ["n0"]
        window.activate("open-again")
        wait_until(lambda: window.enabled("clear-edits"), 20, "the recording to be open for painting")
        assert "''" in banner(window), banner(window)
        window.activate("add-marker")
        window.wait_enabled("export-markers")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def choose_file(window, path):
    """In the file chooser, in place of the name that is offered."""
    desktop = window.desktop
    wait_until(lambda: len(window.shown_ids()) > 1 and (time.sleep(0.4) or len(window.shown_ids()) > 1), 10, "a file chooser")
    chooser = [i for i in window.shown_ids() if i != window.id][-1]
    desktop.xdotool("windowfocus", chooser)
    desktop.xdotool("key", "ctrl+a")  # with the ending that was offered
    desktop.xdotool("type", "--delay", "20", path)
    time.sleep(0.3)
    desktop.xdotool("key", "Delete", "Return")  # without what it was completed to
    wait_until(lambda: chooser not in window.shown_ids(), 10, "the chooser to close")


def names_and_numbers(root, program, pictures):
    """Several files at once have a window each; a name without its ending gets it, and does not replace unasked."""
    with Desktop() as desktop:
        first, second, edits = take_of(root, desktop), take_of(root, desktop, "an_other_one.flac"), desktop.path("bar")
        # leaks and warnings of the file dialog's are known and not ours, as in test-window-relink.py
        window = Window(desktop, program, first, second, SONOBRUSH_SINK="null",
                        ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0").wait_shown()
        for name in ("take", "an_other_one"):
            window.wait_any_title(name)
        wait_until(lambda: len(window.shown_ids()) == 2, 20, "two windows")
        window.wait_enabled("play", timeout_s=20)
        window.activate("apply-operation", box(0))
        desktop.xdotool("windowraise", window.id, "windowfocus", window.id)
        window.quit()
        window = Window(desktop, program, second, SONOBRUSH_SINK="null",
                        G_DEBUG="fatal-criticals",
                        ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0").wait_shown().wait_open("an_other")
        for number in range(2):
            window.activate("save-edits")
            choose_file(window, edits)
            if number == 0:
                wait_until(lambda: os.path.exists(edits + ".json"), 10, "the edits under a name with its ending")
                wait_until(lambda: len(window.shown_ids()) == 1, 10, "the chooser to close")
                before = os.stat(edits + ".json").st_mtime_ns
        answer(window, desktop, picture=os.path.join(pictures, "replace.png"))
        assert os.stat(edits + ".json").st_mtime_ns == before and not os.path.exists(edits)
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def damaged_inside(root, program, pictures):
    """A hole in the picture is said for as long as it is there, though the file on the disk is as it was."""
    with Desktop() as desktop:
        take = take_of(root, desktop)
        with open(take, "r+b") as file:
            size = os.path.getsize(take)
            file.seek(size // 2)
            file.write(bytes(range(256)) * 160)
        window = Window(desktop, program, take, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        wait_banner(window, "cannot be read", "is damaged there")
        time.sleep(2.5)
        wait_banner(window, "cannot be read")
        desktop.screenshot(os.path.join(pictures, "damaged-inside.png"))
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def main():
    root, program, pictures = sys.argv[1:4]
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-problems", f"{', '.join(lacking)} missing")
        return cases.finish()
    for case in (nothing_over_the_recording, nothing_hides_what_holds, nothing_opened_over_what_is_not_kept,
                 exported_is_not_kept, stopped_export, only_looked_at, names_and_numbers, damaged_inside):
        cases.run("/window-problems/" + case.__name__.replace("_", "-"), case, root, program, pictures)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
