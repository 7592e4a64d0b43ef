#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header compiles alone, and twice in one file.

    test-headers.py PROJECT_ROOT BUILD_ROOT WITH_GTK COMPILER…
"""
import concurrent.futures
import glob
import os
import subprocess
import sys

from tap import Tap

MODULES = ["glib-2.0", "gio-unix-2.0", "json-glib-1.0", "fftw3f", "sndfile", "sqlite3", "cairo", "libpng"]


def flags_of(modules):
    return subprocess.run(["pkg-config", "--cflags", *modules], check=True, capture_output=True, text=True).stdout.split()


def compile_alone(compiler, flags, root, path):
    text = f'#include "{path}"\n#include "{path}"\nextern int nothing;\n'
    done = subprocess.run([*compiler, "-std=gnu17", "-fsyntax-only", "-Wall", "-Werror", "-D_GNU_SOURCE", "-x", "c", "-",
                           "-I", root, "-I", os.path.join(root, "core"), *flags],
                          input=text, capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def main():
    root, build, with_gtk, compiler = sys.argv[1], sys.argv[2], sys.argv[3] == "true", sys.argv[4:]
    cases = Tap()
    jobs = [(path, MODULES) for path in sorted(glob.glob(os.path.join(root, "core", "*", "*.h")))]
    jobs += [(path, MODULES) for path in sorted(glob.glob(os.path.join(root, "app", "cli", "*.h")))]
    if with_gtk:
        window = MODULES + ["gtk4", "libadwaita-1"]
        jobs += [(path, window) for path in sorted(glob.glob(os.path.join(root, "ui", "**", "*.h"), recursive=True))]
    flags = {len(modules): [*flags_of(modules), "-I", build] for modules in {id(m): m for _, m in jobs}.values()}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda job: compile_alone(compiler, flags[len(job[1])], root, job[0]), jobs))
    for (path, _), (ok, errors) in zip(jobs, results):
        cases.check("/headers/" + os.path.relpath(path, root), ok, errors)
    broken, _ = compile_alone(compiler, [], root, "no-such-header.h")
    cases.check("/headers/a-broken-one-is-noticed", not broken)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
