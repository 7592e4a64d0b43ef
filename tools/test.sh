#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds a configured folder and runs its tests; ends with a line of counts,
# not only of test programs but of the cases in them.
#
#   tools/test.sh FOLDER

set -u
cd "$(dirname "$0")/.." || exit 1
folder=$1
slower=1
# Windows and sounds are waited for in real time: half as many again as processors keeps these busy.
jobs=$((($(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 3 + 1) / 2))

case $folder in
  *asan*)
    slower=6
    export G_DEBUG=fatal-warnings
    export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1"
    export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
    export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0" ;;
  *tsan*)
    slower=12
    # GLib and the other libraries are not instrumented: what they do among themselves is not ours to report.
    export TSAN_OPTIONS="ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1" ;;
esac

ninja -C "$folder" || { echo "$folder: the build failed, so no test ran."; echo "0 passed, 1 failed"; exit 1; }
rm -f "$folder/meson-logs/testlog.json"
meson test -C "$folder" --no-rebuild --num-processes "$jobs" --timeout-multiplier $slower --print-errorlogs
status=$?
python3 tools/count-tests.py "$folder" $status
