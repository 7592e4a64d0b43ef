#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window is killed and started again: what was done is there, undo too.

    test-window-keeping.py PROJECT_ROOT SONOBRUSH SONOBRUSH_CLI SCREENSHOTS
"""
import contextlib
import filecmp
import glob
import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import APP_ID, APP_PATH, Window, quoted


def box(number):
    return quoted(f'{{"id":"n{number}","kind":"box","from_s":{0.1 * number},"to_s":{0.1 * number + 0.05},"low_hz":900,'
                  '"high_hz":2500,"gain_db":"-inf"}')


def kill(window):
    window.process.kill()
    window.process.wait()


def ids(window, desktop):
    return [op["id"] for op in window.save_edits(desktop.path("now.json"))["ops"]]


def newest_session(desktop):
    files = wait_until(lambda: glob.glob(desktop.path("home", ".local", "state", "sonobrush", "sessions", "*.sonobrush")), 10,
                       "a session on the disk")
    return contextlib.closing(sqlite3.connect(f"file:{max(files, key=os.path.getmtime)}?mode=ro", uri=True, timeout=10))


def n_done(desktop):
    """How many steps are in force in the newest file of the session, and how many there are, as the disk has it by now."""
    with newest_session(desktop) as base:
        in_force = base.execute("SELECT value FROM project WHERE key = 'n_done'").fetchone()[0]
        return int(in_force), base.execute("SELECT count(*) FROM step").fetchone()[0]


def killed_and_back(root, program, cli, pictures):
    with Desktop() as desktop:
        demo = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        for number in range(4):
            window.activate("apply-operation", box(number))
        window.activate("undo")
        wait_until(lambda: ids(window, desktop) == ["n0", "n1", "n2"], 5, "three edits")
        wait_until(lambda: n_done(desktop) == (3, 4), 10, "the undo to be kept")
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


def numbers(state):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", state)]


def near(state, wanted, tolerance):
    found = numbers(state)
    return len(found) == len(wanted) and all(abs(a - b) <= tolerance for a, b in zip(found, wanted))


def edits_file(root, program, cli, pictures):
    """Opened like a recording, it adds its edits to the one that is open: one step, kept as one."""
    def open_file(path):
        desktop.run("gdbus", "call", "--session", "--dest", APP_ID, "--object-path", APP_PATH, "--method",
                    "org.freedesktop.Application.Open", f"['file://{path}']", "{}")

    with Desktop() as desktop:
        demo, edits, wrong = desktop.path("take.flac"), desktop.path("edits.json"), desktop.path("wrong.json")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        for number in range(4):
            window.activate("apply-operation", box(number))
        before = window.save_edits(edits)
        for _ in range(3):
            window.activate("undo")
        wait_until(lambda: ids(window, desktop) == ["n0"], 5, "three undone")
        open_file(edits)
        wait_until(lambda: ids(window, desktop) == ["n0", "n1", "n2", "n3"], 10, "the edits of the file")
        wait_until(lambda: n_done(desktop)[0] > 1, 10, "the edits of the file to be kept")
        assert window.save_edits(desktop.path("again.json")) == before
        desktop.screenshot(os.path.join(pictures, "edits-file.png"))
        kill(window)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        assert ids(window, desktop) == ["n0", "n1", "n2", "n3"], ids(window, desktop)
        window.activate("undo")
        wait_until(lambda: ids(window, desktop) == ["n0"], 5, "one undo for all of the file")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write('{"version": 1, "ops": [{"kind": "comet"}]}')
        open_file(wrong)
        wait_until(lambda: window.must_live() and len(window.shown_ids()) > 1, 10, "a sentence about the wrong file")
        time.sleep(0.4)
        desktop.screenshot(os.path.join(pictures, "edits-file-wrong.png"))
        desktop.xdotool("windowfocus", [i for i in window.shown_ids() if i != window.id][-1])
        desktop.xdotool("key", "Escape")
        wait_until(lambda: len(window.shown_ids()) == 1, 10, "the dialog to close")
        assert ids(window, desktop) == ["n0"]
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def no_opening_for_ever(root, program, cli, pictures):
    """An opening that ended the program twice is asked about; without its edits it opens, and they are set aside."""
    with Desktop() as desktop:
        demo = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        name = hashlib.sha256(os.path.realpath(demo).encode()).hexdigest()[:16]
        mark = desktop.path("home", ".local", "state", "sonobrush", "opening", name)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        assert ids(window, desktop) == ["n0"]
        wait_until(lambda: not os.path.exists(mark), 10, "the mark of the opening to go")
        window.quit()
        for died in (1, 2):  # what a program that died leaves
            with open(mark, "w", encoding="ascii") as file:
                file.write(f"{died}\n")
            window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown()
            if died == 1:
                window.wait_open("take")
                wait_until(lambda: not os.path.exists(mark), 10, "the mark of the opening to go")
                window.quit()
        wait_until(lambda: window.must_live() and len(window.shown_ids()) > 1, 15, "the question")
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "died-often.png"))
        assert not window.enabled("play")
        desktop.xdotool("windowfocus", [i for i in window.shown_ids() if i != window.id][-1])
        desktop.xdotool("key", "alt+w")  # Open Without Its Edits
        wait_until(lambda: window.enabled("play"), 20, "the recording to be open")
        assert ids(window, desktop) == []
        desktop.screenshot(os.path.join(pictures, "without-edits.png"))
        wait_until(lambda: not os.path.exists(mark), 10, "the mark of the opening to go")
        window.quit()
        sessions = os.listdir(desktop.path("home", ".local", "state", "sonobrush", "sessions"))
        assert any("aside" in entry for entry in sessions), sessions
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        assert ids(window, desktop) == []
        assert "set aside" in window.state("banner") and "Bring Back" in window.state("banner"), window.state("banner")
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "bring-back.png"))
        window.activate("bring-back")
        wait_until(lambda: ids(window, desktop) == ["n0"], 10, "the edits that were set aside")
        assert "''" in window.state("banner") and not window.enabled("bring-back")
        window.activate("undo")
        wait_until(lambda: ids(window, desktop) == [], 10, "undo of that")
        window.quit()
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        assert "''" in window.state("banner"), "offered again after it was answered"
        window.quit()


def newer_session(root, program, cli, pictures):
    """What a newer version has kept does not bar the recording: asked, opened without, and the file stays."""
    with Desktop() as desktop:
        demo = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        assert ids(window, desktop) == ["n0"]
        window.quit()
        folder = desktop.path("home", ".local", "state", "sonobrush", "sessions")
        name, = [entry for entry in os.listdir(folder) if entry.endswith(".sonobrush")]
        with sqlite3.connect(os.path.join(folder, name)) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        with open(os.path.join(folder, name), "rb") as file:
            before = file.read()
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown()
        wait_until(lambda: window.must_live() and len(window.shown_ids()) > 1, 15, "the question")
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "newer-session.png"))
        desktop.xdotool("windowfocus", [i for i in window.shown_ids() if i != window.id][-1])
        desktop.xdotool("key", "alt+w")  # Open Without Its Edits
        wait_until(lambda: window.enabled("play"), 20, "the recording to be open")
        assert ids(window, desktop) == []
        window.activate("apply-operation", box(1))
        assert ids(window, desktop) == ["n1"]
        window.quit()
        with open(os.path.join(folder, name), "rb") as file:
            assert file.read() == before, "the file of the newer version was touched"
        assert "CRITICAL" not in window.output(), window.output()


def dab_size(window, desktop):
    """What the brush makes of a click in the middle of the picture; the edit is taken back."""
    before = len(ids(window, desktop))
    middle = (0.4 * desktop.size[0], 0.5 * desktop.size[1])
    window.drag([middle, middle])
    wait_until(lambda: len(ids(window, desktop)) > before, 5, "a dab")
    op = window.save_edits(desktop.path("now.json"))["ops"][-1]
    window.activate("undo")
    wait_until(lambda: len(ids(window, desktop)) == before, 5, "undo")
    return {key: value for key, value in op.items() if key.startswith(("radius", "soft", "gain"))}


KEPT_STATES = {"scale": "'bark'", "palette": "'viridis'", "statistic": "'average'", "channels": "'2'", "resolution": "4096",
               "look-window": "'blackman'", "page": "'inspect'", "tool": "'lasso'"}


def look_comes_back(root, program, cli, pictures):
    """How it was looked at: after quitting, after a kill, and with a project; another recording is not touched."""
    with Desktop() as desktop:
        demo, project = desktop.path("take.flac"), desktop.path("p.sonobrush")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        other = os.path.join(desktop.folder, "other.wav")
        subprocess.run([cli, "edit", demo, "--ops", "/dev/stdin", "-o", other], check=True, stdout=subprocess.DEVNULL,
                       input=b'{"version": 1, "ops": [{"kind": "box", "from_s": 0, "to_s": 0.1, "low_hz": 0, "high_hz": 9}]}')
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        assert ids(window, desktop) == ["n0"]
        for _ in range(3):
            window.key("period")
        size = dab_size(window, desktop)
        window.activate("apply-operation", box(1))
        window.activate("undo")
        window.activate("apply-operation", box(2))  # nothing is left to redo
        for name, value in KEPT_STATES.items():
            window.activate(name, value)
        window.activate("show-span", "(0.5, 1.25)")
        window.activate("show-band", "(700.0, 6000.0)")
        desktop.screenshot(os.path.join(pictures, "look-before.png"))
        before = window.save_edits(desktop.path("now.json"))
        window.quit()
        for ending in ("quit", "kill", "project"):
            path = project if ending == "project" else demo
            window = Window(desktop, program, path, SONOBRUSH_SINK="null").wait_shown()
            wait_until(lambda: window.enabled("play"), 20, "the recording to be open")
            for name, value in KEPT_STATES.items():
                window.wait_state(name, value)
            wait_until(lambda: near(window.state("show-span"), [0.5, 1.25], 0.003), 5, window.state("show-span"))
            assert near(window.state("show-band"), [700, 6000], 1), window.state("show-band")
            assert window.save_edits(desktop.path("now.json")) == before
            assert not window.enabled("redo"), "looking made steps of the history"
            if ending == "quit":
                desktop.screenshot(os.path.join(pictures, "look-after.png"))
                window.activate("show-span", "(0.25, 0.75)")
                window.activate("save-project", quoted(project))
                wait_until(lambda: os.path.exists(project), 10, "the project")
                window.activate("show-span", "(0.5, 1.25)")
                open_another = f"['file://{other}']"
                desktop.run("gdbus", "call", "--session", "--dest", APP_ID, "--object-path", APP_PATH, "--method",
                            "org.freedesktop.Application.Open", open_another, "{}")
                window.wait_open("other")
                assert not near(window.state("show-span"), [0.5, 1.25], 0.003), "another recording's span"
                window.quit()
            elif ending == "kill":
                time.sleep(1.5)
                kill(window)
                shutil.rmtree(desktop.path("home", ".local", "state"))
                set_span(project, 0.5, 1.25)
            else:
                window.activate("tool", "'brush'")
                again = dab_size(window, desktop)
                assert again == size, f"the brush was {size} and is {again}"
                window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def set_span(project, low, high):
    """What the project says is what counts, not what some session said."""
    with sqlite3.connect(project) as database:
        (span,) = database.execute("SELECT value FROM view WHERE key = 'show-span'").fetchone()
        assert near(span, [0.25, 0.75], 0.003), span
        database.execute("UPDATE view SET value = ? WHERE key = 'show-span'", (f"({low}, {high})",))


def kept(desktop):
    """Which edits the newest file of the session holds by now, in their order."""
    with newest_session(desktop) as base:
        return [row[0] for row in base.execute("SELECT id FROM operation ORDER BY position")]


def saved_project(root, program, cli, pictures):
    """What is painted after a project was saved comes back with it; what was put aside, because the file was changed by
    somebody else, is told."""
    def opened(path, n):
        window = Window(desktop, program, path, SONOBRUSH_SINK="null").wait_shown()
        wait_until(lambda: window.enabled("play"), 20, "the project to be open")
        assert len(ids(window, desktop)) == n, (n, ids(window, desktop))
        return window

    def save():
        before = os.stat(project).st_ino if os.path.exists(project) else 0
        window.activate("save-project", quoted(project))
        wait_until(lambda: os.path.exists(project) and os.stat(project).st_ino != before, 10, "the project")

    with Desktop() as desktop:
        demo, project, old = desktop.path("take.flac"), desktop.path("p.sonobrush"), desktop.path("old")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        save()
        window.quit()
        shutil.copy(project, old)
        window = opened(project, 1)
        window.activate("apply-operation", box(1))
        save()
        window.activate("apply-operation", box(2))
        window.quit()
        window = opened(project, 3)
        window.quit()
        shutil.copy(old, project)
        window = opened(project, 1)
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "set-aside.png"))
        aside = glob.glob(desktop.path("home", ".local", "state", "sonobrush", "sessions", "*.aside-1"))
        window.quit()
        window = opened(aside[0], 3)
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def copied_markers(root, program, cli, pictures):
    """What is on offer from the same recording elsewhere: edits and markers, and they stay."""
    def n_rows(table):
        with newest_session(desktop) as base:
            return base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    with Desktop() as desktop:
        demo, copy = desktop.path("take.flac"), desktop.path("copy.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        window.activate("add-marker")
        wait_until(lambda: n_rows("marker") == 1, 10, "the marker to be kept")
        window.quit()
        shutil.copy(demo, copy)
        window = Window(desktop, program, copy, SONOBRUSH_SINK="null").wait_shown().wait_open("copy")
        time.sleep(0.5)
        desktop.screenshot(os.path.join(pictures, "copy-offered.png"))
        assert window.enabled("copy-edits")
        window.activate("copy-edits")
        wait_until(lambda: ids(window, desktop) == ["n0"], 10, "the copied edit")
        wait_until(lambda: n_rows("marker") == 1 and n_rows("operation") == 1, 10, "the copies to be kept")
        assert not window.enabled("copy-edits")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def offers_answered(root, program, cli, pictures):
    """What is on offer stays so over openings and strokes, until it is dismissed; then it is not offered again."""
    def opened(path, *words):
        window = Window(desktop, program, path, SONOBRUSH_SINK="null").wait_shown().wait_open("copy")
        wait_until(lambda: all(word in window.state("banner") for word in words), 10, f"{words} in {window.state('banner')}")
        assert window.enabled("copy-edits") == bool(words)
        return window

    with Desktop() as desktop:
        demo, copy = desktop.path("take.flac"), desktop.path("copy.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
        window.activate("apply-operation", box(0))
        window.quit()
        shutil.copy(demo, copy)
        for number in (1, 2):
            window = opened(copy, "too, with 1 edit", "Copy Edits", "Dismiss")
            window.activate("apply-operation", box(number))
            window.quit()
        window = opened(copy, "too, with 1 edit", "Copy Edits", "Dismiss")
        window.activate("dismiss-banner")
        wait_until(lambda: not window.enabled("copy-edits"), 10, "the offer to be answered")
        assert "1 edit" not in window.state("banner"), window.state("banner")
        window.quit()
        window = opened(copy)
        time.sleep(0.5)
        assert "1 edit" not in window.state("banner"), window.state("banner")
        window.quit()
        with open(copy, "ab") as changed:  # other content under this name
            changed.write(bytes(100))
        window = opened(copy, "has changed since 2 edits", "Copy Edits", "Find the Old File…")
        window.activate("apply-operation", box(3))
        window.quit()
        window = opened(copy, "has changed since 2 edits", "Copy Edits", "Dismiss")
        desktop.screenshot(os.path.join(pictures, "changed-again.png"))
        window.activate("dismiss-banner")
        wait_until(lambda: not window.enabled("copy-edits"), 10, "the offer to be answered")
        window.quit()
        window = opened(copy)
        assert "has changed" not in window.state("banner"), window.state("banner")
        window.quit()
        with open(copy, "ab") as changed:  # a no counts before anything is painted here, too
            changed.write(bytes(100))
        window = opened(copy, "has changed since 1 edit", "Copy Edits", "Find the Old File…")
        desktop.screenshot(os.path.join(pictures, "changed-closeable.png"))
        window.activate("dismiss-banner")
        wait_until(lambda: not window.enabled("copy-edits"), 10, "the offer to be answered")
        assert "has changed" not in window.state("banner"), window.state("banner")
        window.quit()
        window = opened(copy)
        assert "has changed" not in window.state("banner"), window.state("banner")
        window.quit()
        assert "CRITICAL" not in window.output(), window.output()


def random_kills(root, program):
    """Killed at any moment while edits come in; what was on the disk by then is there, and at most the last is lost."""
    rng, count = random.Random(4), int(os.environ.get("SB_KILLS", "100" if os.environ.get("SB_LONG_TESTS") else "4"))
    with Desktop() as desktop:
        demo = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), demo)
        number, acknowledged, seen = 0, [], []
        for _ in range(count):
            window = Window(desktop, program, demo, SONOBRUSH_SINK="null").wait_shown().wait_open("take")
            found = ids(window, desktop)
            assert found[:len(acknowledged)] == acknowledged and found == seen[:len(found)], (found, acknowledged, seen)
            for _ in range(rng.randint(1, 4)):
                before = ids(window, desktop)
                wait_until(lambda: kept(desktop) == before if before else True, 10, "what was done before to be kept")
                window.activate("apply-operation", box(number))
                number += 1
            seen = ids(window, desktop)
            time.sleep(rng.uniform(0, 0.05))
            acknowledged = kept(desktop)
            assert len(acknowledged) >= len(seen) - 1, (acknowledged, seen)
            kill(window)


def main():
    root, program, cli, pictures = sys.argv[1:5]
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-keeping", f"{', '.join(lacking)} missing")
        return cases.finish()
    cases.run("/window-keeping/killed-and-back", killed_and_back, root, program, cli, pictures)
    cases.run("/window-keeping/look-comes-back", look_comes_back, root, program, cli, pictures)
    cases.run("/window-keeping/edits-file", edits_file, root, program, cli, pictures)
    cases.run("/window-keeping/no-opening-for-ever", no_opening_for_ever, root, program, cli, pictures)
    cases.run("/window-keeping/saved-project", saved_project, root, program, cli, pictures)
    cases.run("/window-keeping/copied-markers", copied_markers, root, program, cli, pictures)
    cases.run("/window-keeping/offers-answered", offers_answered, root, program, cli, pictures)
    cases.run("/window-keeping/newer-session", newer_session, root, program, cli, pictures)
    cases.run("/window-keeping/random-kills", random_kills, root, program)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
