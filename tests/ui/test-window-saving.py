#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A save that takes its time: no older file takes the place of a newer one, and closing knows of it.

    test-window-saving.py PROJECT_ROOT SONOBRUSH HOLD_SHIM SCREENSHOTS
"""
import contextlib
import os
import shutil
import sqlite3
import sys
import time

from tap import Tap

from desktop import Desktop, missing_tools, wait_until
from window import Window, quoted


def box(number):
    return quoted(f'{{"id":"n{number}","kind":"box","from_s":{0.2 * number},"to_s":{0.2 * number + 0.1},"low_hz":900,'
                  '"high_hz":2500,"gain_db":"-inf"}')


def n_edits(project):
    with contextlib.closing(sqlite3.connect(project)) as database:
        return database.execute("SELECT count(*) FROM operation").fetchone()[0]


class Scene:
    def __init__(self, desktop, root, program, shim, pictures):
        self.desktop, self.pictures = desktop, pictures
        take = desktop.path("take.flac")
        shutil.copy(os.path.join(root, "data", "demo", "garden-interview.flac"), take)
        os.mkdir(desktop.path("slow"))
        self.project, self.hold, self.taken = self.path("p.sonobrush"), desktop.path("hold"), desktop.path("hold.taken")
        self.window = Window(desktop, program, take, SONOBRUSH_SINK="null", LD_PRELOAD=shim, SB_HOLD=self.hold,
                             SB_HOLD_FOLDER=desktop.path("slow")).wait_shown().wait_open("take")
        self.paint(0)

    def path(self, name):
        return self.desktop.path("slow", name)

    def paint(self, number):
        self.window.activate("apply-operation", box(number))

    def start(self, action, parameter):
        """A save that does not end until it is let go."""
        with open(self.hold, "w", encoding="utf-8"):
            pass
        self.window.activate(action, parameter)
        wait_until(lambda: os.path.exists(self.taken), 10, f"{action} to come to the disk")

    def let_go(self):
        os.remove(self.taken)

    def quit(self):
        self.window._call("Activate", "quit", "[]", "{}", application=True)

    def wait_question(self, name):
        self.quit()
        wait_until(lambda: self.window.must_live() and len(set(self.window.shown_ids())) > 1, 15, "the question")
        self.desktop.xdotool("windowfocus", [i for i in self.window.shown_ids() if i != self.window.id][-1])
        time.sleep(0.5)
        self.desktop.screenshot(os.path.join(self.pictures, f"saving-{name}.png"))

    def wait_no_question(self):
        wait_until(lambda: set(self.window.shown_ids()) == {self.window.id}, 10, "the question to go")

    def wait_end(self):
        wait_until(lambda: self.window.process.poll() is not None, 15, "the program to end")
        assert self.window.process.returncode == 0, self.window.output()


def in_order(scene):
    """The second does not overtake the first, whose edits are older."""
    scene.start("save-project", quoted(scene.project))
    scene.paint(1)
    scene.window.activate("save-project", quoted(scene.project))
    time.sleep(1)
    scene.let_go()
    wait_until(lambda: not [n for n in os.listdir(scene.path("")) if n.endswith(".tmp")] and os.path.exists(scene.project)
               and n_edits(scene.project) == 2, 10, "both edits in the project")
    edits = scene.path("e.json")
    scene.start("save-edits-to", quoted(edits))
    scene.paint(2)
    scene.window.activate("save-edits-to", quoted(edits))
    time.sleep(0.5)
    scene.let_go()
    def whole():
        with open(edits, encoding="utf-8") as file:
            return file.read().count('"kind"') == 3
    wait_until(lambda: os.path.exists(edits) and whole(), 10, "three edits in the file")
    scene.quit()
    scene.wait_end()
    assert n_edits(scene.project) == 2 and whole()


def quitting_waits(scene, action, parameter, path):
    scene.start(action, parameter)
    scene.quit()
    time.sleep(1)
    scene.window.must_live()
    assert not os.path.exists(path)
    scene.let_go()
    scene.wait_end()
    assert os.path.getsize(path) > 0


def quitting_waits_for_all(scene):
    """Also for markers that were saved anew while the older ones were on their way."""
    picture, markers = scene.path("p.png"), scene.path("m.txt")
    scene.window.activate("add-marker")
    scene.start("export-markers-to", quoted(markers))
    scene.window.activate("measure", "(1.0, 2.0, 500.0, 900.0)")
    scene.window.activate("add-marker")
    scene.window.activate("export-markers-to", quoted(markers))
    scene.window.activate("save-project", quoted(scene.project))
    scene.window.activate("export-picture-to", f"({quoted(picture)}, 400, 300)")
    scene.quit()
    time.sleep(1)
    scene.window.must_live()
    scene.let_go()
    scene.wait_end()
    with open(markers, encoding="utf-8") as file:
        assert "2.000000" in file.read(), "the newer markers were not saved"
    assert n_edits(scene.project) == 1 and os.path.getsize(picture) > 0


def question_goes(scene):
    """What takes longer is asked about; when it is saved before somebody answers, the window closes as was wanted."""
    scene.start("save-project", quoted(scene.project))
    scene.wait_question("question")
    scene.let_go()
    scene.wait_end()
    assert n_edits(scene.project) == 1


def going_on(scene):
    scene.start("save-project", quoted(scene.project))
    scene.wait_question("going-on")
    scene.desktop.xdotool("key", "Escape")
    scene.wait_no_question()
    scene.let_go()
    wait_until(lambda: os.path.exists(scene.project), 10, "the project")
    time.sleep(0.5)
    scene.window.quit()


def without_it(scene):
    """An older file of that name stays; edits are kept all the same."""
    scene.window.activate("save-project", quoted(scene.project))
    wait_until(lambda: os.path.exists(scene.project), 10, "the project")
    scene.paint(1)
    scene.start("save-project", quoted(scene.project))
    scene.wait_question("without-it")
    scene.desktop.xdotool("key", "Tab", "Return")
    scene.wait_end()
    assert n_edits(scene.project) == 1


def failure_keeps_the_window(scene):
    scene.start("save-project", quoted(scene.project))
    scene.wait_question("before-failure")
    question = set(scene.window.shown_ids()) - {scene.window.id}
    os.rename(scene.path(""), scene.desktop.path("away"))
    scene.let_go()
    wait_until(lambda: scene.window.must_live() and (shown := set(scene.window.shown_ids()) - {scene.window.id})
               and not shown & question, 10, "the failure in the question's place")
    time.sleep(0.5)
    scene.window.must_live()
    scene.desktop.screenshot(os.path.join(scene.pictures, "saving-failure.png"))
    scene.desktop.xdotool("windowfocus", [i for i in scene.window.shown_ids() if i != scene.window.id][-1])
    scene.desktop.xdotool("key", "Escape")
    scene.wait_no_question()
    scene.window.quit()


def export_ends_under_question(scene):
    target = scene.path("out.flac")
    scene.start("export-to", quoted(target))
    scene.wait_question("export")
    scene.let_go()
    scene.wait_end()
    assert os.path.getsize(target) > 0


def export_stopped_on_its_way_to_the_disk(scene):
    """Nobody waits for the disk, and nothing of it is left."""
    scene.start("export-to", quoted(scene.path("out.flac")))
    scene.wait_question("stop-export")
    scene.desktop.xdotool("key", "Tab", "Return")
    scene.wait_end()
    assert os.path.exists(scene.taken) and os.listdir(scene.path("")) == [], os.listdir(scene.path(""))


def main():
    cases = Tap()
    lacking = missing_tools()
    if lacking:
        cases.skip("/window-saving", f"{', '.join(lacking)} missing")
        return cases.finish()

    def run(function, *arguments):
        with Desktop() as desktop:
            scene = Scene(desktop, *sys.argv[1:5])
            function(scene, *[argument(scene) for argument in arguments])
            assert "CRITICAL" not in scene.window.output(), scene.window.output()
    cases.run("/window-saving/in-order", run, in_order)
    cases.run("/window-saving/quitting-waits", run, quitting_waits, lambda _: "save-project", lambda s: quoted(s.project),
              lambda s: s.project)
    cases.run("/window-saving/quitting-waits-for-edits", run, quitting_waits, lambda _: "save-edits-to",
              lambda s: quoted(s.path("e.json")), lambda s: s.path("e.json"))
    cases.run("/window-saving/quitting-waits-for-a-picture", run, quitting_waits, lambda _: "export-picture-to",
              lambda s: f"({quoted(s.path('p.png'))}, 400, 300)", lambda s: s.path("p.png"))
    for function in (quitting_waits_for_all, question_goes, going_on, without_it, failure_keeps_the_window,
                     export_ends_under_question, export_stopped_on_its_way_to_the_disk):
        cases.run("/window-saving/" + function.__name__.replace("_", "-"), run, function)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
