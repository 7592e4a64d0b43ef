#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The export dialog: defaults, metadata, asking before a file is replaced, Cancel.

    test-window-export.py SONOBRUSH SCREENSHOTS
"""
import filecmp
import os
import pathlib
import random
import struct
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import Window


def make_wav(path, seconds, chunks=(), loud=True):
    """48 kHz, 16 bit, mono; a silent one is sparse."""
    n_bytes = 2 * int(48000 * seconds)
    extra = b"".join(name + struct.pack("<I", len(body)) + body for name, body in chunks)
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 4 + 24 + len(extra) + 8 + n_bytes) + b"WAVE")
        file.write(b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 48000, 96000, 2, 16) + extra)
        file.write(b"data" + struct.pack("<I", n_bytes))
        if loud:
            file.write(random.Random(1).randbytes(n_bytes))
        else:
            file.truncate(file.tell() + n_bytes)


class Scene:
    def __init__(self, desktop, window, pictures):
        self.desktop, self.window, self.pictures = desktop, window, pictures
        self.recording, self.target = desktop.path("take.wav"), desktop.path("take-clean.wav")

    def picture(self, what):
        self.desktop.screenshot(os.path.join(self.pictures, f"export-{what}.png"))

    def dialog(self):
        """Opens it and gives it the keyboard."""
        before = set(self.window.shown_ids())
        self.window.activate("export")
        return self.new_window(before)

    def new_window(self, before):
        new = wait_until(lambda: set(self.window.shown_ids()) - before, 5, "the dialog").pop()
        self.desktop.xdotool("windowfocus", new)
        time.sleep(0.4)
        return new

    def press(self, *keys):
        self.desktop.xdotool("key", *keys)


def defaults_write(scene):
    scene.window.wait_shown()
    scene.window.wait_open("take")
    scene.dialog()
    scene.picture("1-dialog")
    scene.press("Return")
    wait_until(lambda: os.path.exists(scene.target), 10, "the export beside the recording")
    wait_until(lambda: scene.window.enabled("export"), 5, "the export to be over")
    assert filecmp.cmp(scene.recording, scene.target, shallow=False), "nothing was painted: the bytes must be the same"
    time.sleep(0.3)
    scene.picture("2-done")


def asks_before_replacing(scene):
    with open(scene.target, "wb") as file:
        file.write(b"mine")
    before = set(scene.window.shown_ids())
    scene.dialog()
    with_dialog = set(scene.window.shown_ids())
    scene.press("Return")
    scene.new_window(with_dialog)
    scene.picture("3-replace")
    with open(scene.target, "rb") as file:
        assert file.read() == b"mine", "nothing may be replaced before the question is answered"
    scene.press("Escape")
    wait_until(lambda: set(scene.window.shown_ids()) <= with_dialog, 5, "Escape to close the question")
    scene.desktop.xdotool("windowfocus", (with_dialog - before).pop())
    time.sleep(0.3)
    scene.press("Return")
    scene.new_window(with_dialog)
    scene.press("Tab", "Return")
    def replaced():
        return os.path.getsize(scene.target) > 4
    if not replaced():
        time.sleep(0.5)
    wait_until(lambda: scene.window.enabled("export") and replaced(), 10, "Replace to write the file")
    assert filecmp.cmp(scene.recording, scene.target, shallow=False)


def folder_program(desktop):
    """There is no file manager on the private bus; this is what opens folders instead."""
    folder = desktop.path("home", ".local", "share", "applications")
    os.makedirs(folder)
    with open(os.path.join(folder, "shows-folders.desktop"), "w", encoding="utf-8") as file:
        file.write("[Desktop Entry]\nType=Application\nName=Folders\nMimeType=inode/directory;\n"
                   f"Exec=sh -c 'echo \"$1\" > {desktop.path('shown')}' sh %f\n")
    with open(os.path.join(folder, "mimeapps.list"), "w", encoding="utf-8") as file:
        file.write("[Default Applications]\ninode/directory=shows-folders.desktop\n")


def report_tells(scene):
    """What the last export did stands in a window of its own, which shows its folder; Escape closes it."""
    before = set(scene.window.shown_ids())
    wait_until(lambda: scene.window.enabled("export-report"), 5, "the report")
    scene.window.activate("export-report")
    scene.new_window(before)
    scene.picture("5-report")
    scene.press("Tab", "Return")  # Show in Folder
    shown = pathlib.Path(scene.desktop.path("shown"))
    wait_until(lambda: shown.exists() and shown.read_text(encoding="utf-8").endswith("\n"), 10,
               "the program for folders to be started")
    assert shown.read_text(encoding="utf-8").strip().rstrip("/").endswith(scene.desktop.folder), \
        "another folder than that of the file"
    scene.press("Escape")
    wait_until(lambda: set(scene.window.shown_ids()) <= before, 5, "Escape to close the report")


def refusal_stays_in_the_dialog(scene):
    """What cannot be written is told where something else can be chosen, and leaves no complaint behind."""
    os.unlink(scene.target)
    os.mkdir(scene.target)
    before = set(scene.window.shown_ids())
    dialog = scene.dialog()
    with_dialog = set(scene.window.shown_ids())
    scene.press("Return")
    scene.new_window(with_dialog)  # a folder is there already: replace?
    scene.press("Tab", "Return")
    wait_until(lambda: set(scene.window.shown_ids()) <= with_dialog, 5, "the question to close")
    time.sleep(1)
    assert set(scene.window.shown_ids()) == with_dialog, "the dialog stays, and nothing else comes"
    scene.picture("6-refused")
    assert os.path.isdir(scene.target) and not os.listdir(scene.target)
    scene.desktop.xdotool("windowfocus", dialog)
    time.sleep(0.3)
    scene.press("Escape")
    wait_until(lambda: set(scene.window.shown_ids()) <= before, 5, "Escape to close the dialog")
    os.rmdir(scene.target)


def folder_is_remembered(desktop, program, pictures):
    """Another recording, after a restart: the export goes where the last one went."""
    os.mkdir(desktop.path("elsewhere"))
    path, target = desktop.path("elsewhere/other.wav"), desktop.path("other-clean.wav")
    make_wav(path, 1)
    window = Window(desktop, program, path, SONOBRUSH_SINK="null")
    scene = Scene(desktop, window, pictures)
    window.wait_shown()
    window.wait_open("other")
    scene.dialog()
    scene.press("Return")
    wait_until(lambda: os.path.exists(target), 10, "the export in the remembered folder")
    wait_until(lambda: window.enabled("export"), 5, "the export to be over")
    assert filecmp.cmp(path, target, shallow=False)
    ended(scene)


def ended(scene):
    scene.window.quit()
    complaints = [line for line in scene.window.output().splitlines()
                  if any(word in line for word in ("CRITICAL", "WARNING", "ERROR", "runtime error"))]
    assert not complaints, "\n".join(complaints)


def dialog_height(scene, dialog):
    text = scene.desktop.xdotool("getwindowgeometry", "--shell", dialog)
    return int(next(line for line in text.splitlines() if line.startswith("HEIGHT=")).split("=")[1])


def cancel_leaves_nothing(desktop, program, pictures):
    """Three hours are long enough to be stopped in the middle."""
    path = desktop.path("hour.wav")
    make_wav(path, 3 * 3600, loud=False)
    window = Window(desktop, program, path, SONOBRUSH_SINK="null")
    scene = Scene(desktop, window, pictures)
    window.wait_shown()
    window.wait_open("hour")
    window.activate("apply-operation", "'" + '{"kind":"box","id":"b","from_s":1,"to_s":9000,"low_hz":100,"high_hz":900,'
                    '"gain_db":"-inf"}' + "'")
    dialog = scene.dialog()
    height = dialog_height(scene, dialog)
    before = set(os.listdir(desktop.folder))
    scene.press("Return")
    wait_until(lambda: not window.enabled("export"), 5, "the export to begin")
    time.sleep(0.3)
    scene.picture("4-writing")
    during = set(os.listdir(desktop.folder)) - before
    assert len(during) == 1, f"one temporary file while it is written: {during}"
    scene.press("Escape")
    wait_until(lambda: window.enabled("export"), 5, "Cancel to stop it")
    assert set(os.listdir(desktop.folder)) == before, "a stopped export must leave no file"
    time.sleep(0.3)
    scene.picture("4-stopped")
    assert dialog_height(scene, dialog) > height, "the dialog says nothing about it"
    scene.press("Return")  # the dialog is still there, and can begin again
    wait_until(lambda: not window.enabled("export"), 5, "the export to begin again")
    wait_until(lambda: set(os.listdir(desktop.folder)) - before, 5, "its temporary file")
    scene.press("ctrl+w")
    wait_until(lambda: window.enabled("export"), 5, "Ctrl+W to stop it")
    assert set(os.listdir(desktop.folder)) == before, "a stopped export must leave no file"
    window.save_edits(desktop.path("e.json"))
    window.process.terminate()


def main():
    program, pictures = sys.argv[1:3]
    cases = Tap()
    if missing_tools():
        cases.skip("/window-export", f"{', '.join(missing_tools())} missing")
        return cases.finish()
    with Desktop() as desktop:
        window = None
        folder_program(desktop)
        make_wav(desktop.path("take.wav"), 2, ((b"bext", bytes(602)), (b"iXML", b"<x/>"), (b"zzzz", b"1234")))
        window = Window(desktop, program, desktop.path("take.wav"), SONOBRUSH_SINK="null")
        scene = Scene(desktop, window, pictures)
        for step in (defaults_write, asks_before_replacing, report_tells, refusal_stays_in_the_dialog, ended):
            if not cases.run(f"/window-export/{step.__name__.replace('_', '-')}", step, scene):
                scene.picture("failed")
                print("# " + window.output().replace("\n", "\n# "))
                return cases.finish()
        cases.run("/window-export/folder-is-remembered", folder_is_remembered, desktop, program, pictures)
        if not cases.run("/window-export/cancel-leaves-nothing", cancel_leaves_nothing, desktop, program, pictures):
            scene.picture("failed")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
