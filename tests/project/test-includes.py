#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of docs/architecture.md that a compiler does not see.

    test-includes.py PROJECT_ROOT

Includes go leftwards only (base ← dsp ← audio ← edit ← view ← document ← ui ←
app), the core has no GTK and none of GLib's threads, the window has no DSP and
no audio files, private headers stay in their room, no file names a place on
somebody's machine, every source file says its licence and none grows too long.
"""
import os
import re
import sys

from tap import Tap

ROOMS = ("base", "dsp", "audio", "edit", "view", "document", "ui", "app")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')

GTK = re.compile(r"^(gtk|gdk|gsk|adwaita)\b|^(gtk|gdk|gsk)/")
DSP_AND_FILES = re.compile(r"^(fftw3|sndfile|portaudio|sqlite3)\.h$")
GLIB_THREADS = re.compile(r"\b(GMutex|GRecMutex|GRWLock|GCond|GThread|GThreadPool|GAsyncQueue|GTask|GOnce|"
                          r"g_(mutex|rec_mutex|rw_lock|cond|thread|thread_pool|async_queue|task|once)_\w+)\b")
PRINTS_OR_EXITS = re.compile(r"(?<![\w>.])(printf|puts|putchar|vprintf|g_print|g_printerr|perror|_?exit|abort)\s*\(|"
                             r"\b(stdout|stderr)\b")
# Joined here so that this file does not match itself.
MACHINE_PATHS = re.compile("|".join(p + "/" for p in ("/wo" + "rk", "/ho" + "me", "/ro" + "ot", "/Us" + "ers")))
LICENSED = (".c", ".h", ".py", ".sh", ".in")
MAX_LINES = 800


def room_of(path):
    """"ui" for ui/sb-window.c, "edit" for core/edit/…, None for what has no rank (tests, tools)."""
    parts = path.split("/")
    if parts[0] == "core" and len(parts) > 2:
        return parts[1]
    return parts[0] if parts[0] in ("ui", "app") else None


def project_files(root):
    kept = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith((".git", "build", "__pycache__", ".cache"))]
        kept += [os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/") for name in names]
    return sorted(kept)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def forbidden_include(path, kind, name):
    """Why `path` may not include `name`, or None."""
    room = room_of(path)
    if room is None:
        return None
    if path.startswith(("core/", "app/cli/")) and GTK.match(name):
        return "nothing but the window knows GTK"
    if room == "ui" and DSP_AND_FILES.match(name):
        return "the window computes nothing and reads no audio"
    if kind == "<":
        return None
    target = name.split("/")[0] if "/" in name else room
    if target not in ROOMS:
        return None
    if path.startswith("app/cli/") and target == "ui":
        return "the command line runs without a display"
    if ROOMS.index(target) > ROOMS.index(room):
        return f"{room} lies left of {target}"
    if name.endswith("-private.h") and target != room:
        return f"a private header of {target}"
    return None


def check_sources(root, files, cases):
    includes, threads, noise = [], [], []
    for path in files:
        if not path.endswith((".c", ".h")) or room_of(path) is None:
            continue
        text = read(root, path)
        for kind, name in INCLUDE.findall(text):
            why = forbidden_include(path, kind, name)
            if why:
                includes.append(f"{path} includes {name}: {why}")
        if not path.startswith("core/"):
            continue
        code = STRING.sub('""', COMMENT.sub(" ", text))
        threads += [f"{path} uses {m.group(0)}: threads and locks are pthreads" for m in GLIB_THREADS.finditer(code)]
        noise += [f"{path} uses {m.group(0)}: the core never prints or exits" for m in PRINTS_OR_EXITS.finditer(code)]
    cases.check("/project/includes-go-leftwards", not includes, "\n".join(includes))
    cases.check("/project/core-without-glib-threads", not threads, "\n".join(threads))
    cases.check("/project/core-is-silent", not noise, "\n".join(noise))


def check_files(root, files, cases):
    places, licence, long = [], [], []
    for path in files:
        if path.endswith((".flac", ".wav", ".png", ".npy")) or path == "COPYING":
            continue
        text = read(root, path)
        places += [f"{path} names {m.group(0)}" for m in MACHINE_PATHS.finditer(text)]
        if path.endswith(LICENSED):
            if "SPDX-License-Identifier: " not in text[:500]:
                licence.append(f"{path} has no SPDX line")
            if text.count("\n") > MAX_LINES:
                long.append(f"{path} has {text.count(chr(10))} lines; {MAX_LINES} are the most")
    cases.check("/project/no-machine-paths", not places, "\n".join(places))
    cases.check("/project/every-file-says-its-licence", not licence, "\n".join(licence))
    cases.check("/project/no-file-too-long", not long, "\n".join(long))


def check_the_check(cases):
    """The rules can fail: each of these must be refused, or allowed."""
    refused = (("core/base/a.c", '"', "dsp/sb-grid.h"), ("core/edit/a.h", '"', "document/sb-player.h"),
               ("core/view/a.c", "<", "gtk/gtk.h"), ("core/dsp/a.c", "<", "adwaita.h"), ("ui/a.c", "<", "sndfile.h"),
               ("ui/a.c", '"', "edit/sb-raster-private.h"), ("app/cli/a.c", '"', "ui/sb-window.h"))
    allowed = (("core/edit/a.c", '"', "dsp/sb-grid.h"), ("core/edit/a.c", '"', "edit/sb-raster-private.h"),
               ("core/edit/a.c", '"', "sb-raster-private.h"), ("ui/a.c", "<", "gtk/gtk.h"), ("app/main.c", '"', "ui/a.h"),
               ("tests/edit/a.c", '"', "edit/sb-raster-private.h"), ("core/view/a.c", "<", "cairo.h"))
    wrong = [case for case in refused if forbidden_include(*case) is None]
    wrong += [case for case in allowed if forbidden_include(*case) is not None]
    if not GLIB_THREADS.search("GMutex lock;") or not PRINTS_OR_EXITS.search("  printf (x);"):
        wrong.append("patterns")
    if PRINTS_OR_EXITS.search("snprintf (a, b); g_object_abort (x); self->exit (1);"):
        wrong.append("patterns match too much")
    cases.check("/project/the-rules-can-fail", not wrong, wrong)


def main():
    root = os.path.abspath(sys.argv[1])
    files = project_files(root)
    cases = Tap()
    check_the_check(cases)
    check_sources(root, files, cases)
    check_files(root, files, cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
