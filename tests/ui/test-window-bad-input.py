#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be opened is told in a dialog; the window lives and opens the next.

    test-window-bad-input.py PROJECT_ROOT SONOBRUSH SCREENSHOTS
"""
import os
import shutil
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import APP_ID, APP_PATH, Window, quoted


def text_file(folder):
    path = os.path.join(folder, "letter.wav")
    with open(path, "w", encoding="utf-8") as file:
        file.write("Dear Sir or Madam,\nthis is not a recording.\n" * 40)
    return path


def empty_file(folder):
    path = os.path.join(folder, "empty.wav")
    with open(path, "wb"):
        pass
    return path


def no_frames(folder):
    path = os.path.join(folder, "nothing.wav")
    with open(path, "wb") as file:
        file.write(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\xbb\0\0\0\x77\1\0\2\0\x10\0data\0\0\0\0")
    return path


def cut_header(folder):
    path = os.path.join(folder, "cut.wav")
    with open(path, "wb") as file:
        file.write(b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\1\0")
    return path


def missing_file(folder):
    return os.path.join(folder, "not-there.wav")


def a_folder(folder):
    path = os.path.join(folder, "folder.wav")
    os.mkdir(path)
    return path


def edits_pipe(folder):
    path = os.path.join(folder, "pipe.json")
    os.mkfifo(path)  # nobody writes into it
    return path


CASES = (text_file, empty_file, no_frames, cut_header, missing_file, a_folder, edits_pipe)


def told_and_alive(root, program, pictures, make):
    with Desktop() as desktop:
        path = make(desktop.folder)
        window = Window(desktop, program, path, SONOBRUSH_SINK="null")
        window.wait_shown()
        # The dialog is a window of its own over the main one.
        try:
            wait_until(lambda: window.must_live() and len(set(window.shown_ids())) > 1, 15, "a dialog")
            time.sleep(0.5)
        finally:
            desktop.screenshot(os.path.join(pictures, f"bad-{make.__name__}.png"))
        window.must_live()
        dialog = [i for i in window.shown_ids() if i != window.id][-1]
        desktop.xdotool("windowfocus", dialog)
        desktop.xdotool("key", "Escape")
        wait_until(lambda: window.must_live() and len(window.shown_ids()) == 1, 10, "the dialog to close")
        # The next file, as a file manager hands it over.
        demo = os.path.join(root, "data", "demo", "garden-interview.flac")
        desktop.run("gdbus", "call", "--session", "--dest", APP_ID, "--object-path", APP_PATH, "--method",
                    "org.freedesktop.Application.Open", f"['file://{demo}']", "{}")
        window.wait_any_title("garden-interview")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def start_page(program, pictures):
    with Desktop() as desktop:
        window = Window(desktop, program, SONOBRUSH_SINK="null").wait_shown()
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "start-dark.png"))
        window.quit()
    with Desktop(scheme="prefer-light") as desktop:
        window = Window(desktop, program, SONOBRUSH_SINK="null").wait_shown()
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "start-light.png"))
        window.quit()


def second_process(root, program, pictures):
    """A second start hands its file to the first and ends."""
    demo = os.path.join(root, "data", "demo", "garden-interview.flac")
    with Desktop() as desktop:
        window = Window(desktop, program, SONOBRUSH_SINK="null").wait_shown()
        second = desktop.start([program, demo], SONOBRUSH_SINK="null")
        assert wait_until(lambda: second.poll() is not None, 10, "the second process to end") and second.returncode == 0
        window.wait_any_title("garden-interview")
        desktop.screenshot(os.path.join(pictures, "second-process.png"))
        window.quit()


def quit_at_once(root, program):
    """Quits while the first pictures are still being computed.  (That used to crash in most runs.)"""
    demo = os.path.join(root, "data", "demo", "garden-interview.flac")
    with Desktop() as desktop:
        for _ in range(8):
            window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown()
            window.wait_any_title("garden-interview")
            window.quit()


def odd_name(root, program, pictures):
    """A name that is not UTF-8: shown as well as can be, and the file beside it is called alike."""
    with Desktop() as desktop:
        folder = os.fsencode(desktop.path("odd"))
        os.mkdir(folder)
        take = os.path.join(folder, b"caf\xe9 \xff.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), take)
        window = Window(desktop, program, os.fsdecode(take), SONOBRUSH_SINK="null").wait_shown().wait_open("caf")
        window.activate("apply-operation", quoted('{"id":"n1","kind":"box","from_s":0.2,"to_s":0.9,"low_hz":900,'
                                                  '"high_hz":2500,"gain_db":"-inf"}'))
        window.activate("export")
        wait_until(lambda: len(set(window.shown_ids())) > 1, 15, "the export dialog")
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "odd-name.png"))
        desktop.xdotool("windowfocus", [i for i in window.shown_ids() if i != window.id][-1])

        def export():
            if len(set(window.shown_ids())) > 1:
                desktop.xdotool("mousemove", 507, 27, "click", "1")  # Export; it may not have been there the first time
            time.sleep(0.5)
            return b"caf\xe9 \xff-clean.flac" in os.listdir(folder)
        wait_until(export, 15, "the export")
        window.wait_enabled("export")
        window.quit()
        assert sorted(os.listdir(folder)) == [b"caf\xe9 \xff-clean.flac", b"caf\xe9 \xff.flac"], os.listdir(folder)
        assert "CRITICAL" not in window.output() and "WARNING" not in window.output(), window.output()


def main():
    root, program, pictures = sys.argv[1:4]
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-bad-input", f"{', '.join(lacking)} missing")
        return cases.finish()
    cases.run("/window-bad-input/start-page", start_page, program, pictures)
    cases.run("/window-bad-input/second-process", second_process, root, program, pictures)
    cases.run("/window-bad-input/quit-at-once", quit_at_once, root, program)
    cases.run("/window-bad-input/odd-name", odd_name, root, program, pictures)
    for make in CASES:
        cases.run("/window-bad-input/" + make.__name__.replace("_", "-"), told_and_alive, root, program, pictures, make)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
