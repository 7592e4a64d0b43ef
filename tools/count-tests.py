#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases of one or more Meson test runs.

    tools/count-tests.py FOLDER [STATUS OF `meson test`]     one run, and the skipped ones by name
    tools/count-tests.py --sum FOLDER…                       all of them together

A program that speaks TAP counts by its cases, any other as one.  A program
that crashed, ran out of time or said nothing counts as one failure on top of
the cases that it did report.  The last line is `N passed, N failed`; the exit
status is 1 when anything failed or nothing ran.
"""
import json
import os
import re
import sys

CASE = re.compile(r"^(not )?ok\b[ \t]*\d*[ \t]*-?[ \t]*(.*)$", re.M)
# What a program said just before a case that failed.
FAILURE = re.compile(r"^((?:#.*\n)*)not ok\b(.*)$", re.M)


def count_program(entry):
    """(passed, failed, [skipped]) of one line of testlog.json."""
    passed = failed = 0
    skipped = []
    for bad, name in CASE.findall(entry.get("stdout") or ""):
        label, _, directive = name.partition("#")
        if bad and "TODO" not in directive.upper():
            failed += 1
        elif "SKIP" in directive.upper():
            skipped.append(f"{entry['name']} {label.strip()}: {directive.strip()[4:].strip()}")
        else:
            passed += 1
    good = entry["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    if entry["result"] == "SKIP" and not skipped:
        skipped.append(f"{entry['name']}: skipped")
    elif good and passed + failed + len(skipped) == 0:
        passed = 1
    elif not good and failed == 0:
        failed = 1
    return passed, failed, skipped


def count_folder(folder):
    passed = failed = programs = 0
    skipped = []
    path = os.path.join(folder, "meson-logs", "testlog.json")
    try:
        with open(path, encoding="utf-8") as log:
            entries = [json.loads(line) for line in log if line.strip()]
    except (OSError, ValueError) as problem:
        print(f"{path} could not be read: {problem}")
        return 0, 1, []
    for entry in entries:
        p, f, s = count_program(entry)
        programs += 1
        passed, failed = passed + p, failed + f
        skipped += s
        if f:
            print(f"{folder}: {entry['name']}: {f} failed ({entry['result']})")
            for said, label in FAILURE.findall(entry.get("stdout") or ""):
                print(f"  {label.strip()}\n{said}".rstrip())
    if programs == 0:
        print(f"{folder}: no test ran")
        failed += 1
    return passed, failed, skipped


def main(arguments):
    if not arguments:
        print(__doc__)
        return 2
    if arguments[0] == "--sum":
        folders, status = arguments[1:], 0
    else:
        folders, status = arguments[:1], int(arguments[1]) if len(arguments) > 1 else 0
    total_passed = total_failed = 0
    for folder in folders:
        passed, failed, skipped = count_folder(folder)
        if status != 0 and failed == 0:
            print(f"{folder}: meson test ended with status {status} though no case failed")
            failed = 1
        total_passed, total_failed = total_passed + passed, total_failed + failed
        if skipped:
            print(f"{folder}: {len(skipped)} skipped")
            if len(folders) == 1:
                for line in skipped:
                    print(f"  {line}")
        if len(folders) > 1:
            print(f"{folder}: {passed} passed, {failed} failed, {len(skipped)} skipped")
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or total_passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
