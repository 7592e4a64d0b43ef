#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Fuzzes: tests/fuzz/run.sh BUILD SECONDS [TARGET …]
# The corpus is made by seeds.py and grows in BUILD/corpus; findings are left in
# BUILD/findings, with a log for each target.  Exit status 1 when there is one.
# The long run is `tests/fuzz/run.sh build-fuzz 1800`, four and a half hours.
set -u
build=$1 seconds=$2
shift 2
here=$(dirname "$0")
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(audio container log meta project ops npy png labels)
python3 "$here/seeds.py" "$build/corpus" || exit 1
mkdir -p "$build/findings"
status=0
# By the clock, on a machine that others use, too; and an input may end two probers first, each after 3 s of processor time.
unit_s=120
for target in "${targets[@]}"; do
  more=
  case $target in
    meta) more="-dict=$here/container.dict -keep_seed=1" ;;
    audio) more="-dict=$here/container.dict -keep_seed=1" ;; # libsndfile is not instrumented: each coding stays a seed
    container) more="-dict=$here/container.dict" ;;
    ops) more="-dict=$here/ops.dict" ;;
  esac
  log=$build/findings/$target.log
  # shellcheck disable=SC2086
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
    "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout="$unit_s" -rss_limit_mb=2048 \
    -max_len=65536 -close_fd_mask=3 -print_final_stats=1 $more \
    -artifact_prefix="$build/findings/$target-" "$build/corpus/$target" > "$log" 2>&1
  result=$?
  echo "$target: exit $result, $(grep -aoE '#[0-9]+[[:space:]]+DONE.*' "$log" | tail -1) $(grep -a peak_rss "$log")"
  [ $result = 0 ] || status=1
done
exit $status
