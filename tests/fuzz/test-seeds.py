#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short run of the fuzz targets: test-seeds.py ROOT PROGRAM…

Each seed of seeds.py and some thousand damaged ones, the same each time.  A
target that crashes leaves the input beside the programs, as fuzz-TARGET.input.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "project"))
from tap import Tap  # noqa: E402

# A recording goes through a second process, a project through a database.
N_MUTATIONS = {"audio": 300, "meta": 400, "log": 400, "project": 400, "ops": 1000}


def short_run(folder, program, target):
    work = os.path.join(folder, "work-" + target)
    os.mkdir(work)
    environment = dict(os.environ)
    environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":allocator_may_return_null=1"
    done = subprocess.run([program, os.path.join(folder, target), str(N_MUTATIONS.get(target, 3000))], cwd=work, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0 and os.path.exists(os.path.join(work, "last")):
        shutil.copy(os.path.join(work, "last"), program + ".input")
    assert done.returncode == 0, f"{target} ends with {done.returncode}, its input is {program}.input:\n{done.stdout[-4000:]}"
    print(f"# {target}: {done.stdout.strip().splitlines()[-1]}")


def main():
    cases = Tap()
    with tempfile.TemporaryDirectory(prefix="sonobrush-seeds-") as folder:
        subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "seeds.py"), folder], check=True)
        for program in map(os.path.abspath, sys.argv[2:]):
            target = os.path.basename(program).removeprefix("seeds-")
            cases.run(target, short_run, folder, program, target)
    return cases.finish()


sys.exit(main())
