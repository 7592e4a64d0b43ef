#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Opens a recording in the window: the one named, or the demo.  Without a
# display it lets the command line work instead and says where the results are.
#
#   tools/run.sh [FILE]

set -u
file=${1:-}
start=$PWD
cd "$(dirname "$0")/.." || exit 1
case $file in
  ''|/*) ;;
  *) file=$start/$file ;;
esac
demo=$PWD/data/demo/garden-interview.flac
out=$PWD/build/demo

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
  exec build/app/sonobrush "${file:-$demo}"
fi

echo "There is no display here (DISPLAY and WAYLAND_DISPLAY are not set), so no window can open."
cli=build/app/sonobrush-cli
mkdir -p "$out" || exit 1

if [ -n "$file" ]; then
  picture=$out/$(basename "$file").png
  $cli info "$file" && $cli render "$file" -o "$picture" || exit 1
  echo "The picture of $file is here:"
  echo "  $picture"
  exit 0
fi

echo "The command line shows what it can do instead: the demo recording, its alarm painted out, and a small"
echo "lesson on what a mask over a spectrogram does to the sound."
$cli edit "$demo" --ops data/demo/alarm-ops.json -o "$out/garden-interview-clean.wav" \
    --removed "$out/garden-interview-removed.wav" >/dev/null &&
  $cli render "$demo" -o "$out/garden-interview.png" >/dev/null &&
  $cli render "$out/garden-interview-clean.wav" -o "$out/garden-interview-clean.png" >/dev/null &&
  $cli demo "$out/falling-chirp" >/dev/null || exit 1
echo
echo "The demo recording, before and after:"
echo "  picture  $out/garden-interview.png"
echo "  picture  $out/garden-interview-clean.png"
echo "  sound    $out/garden-interview-clean.wav"
echo "  sound    $out/garden-interview-removed.wav   (only what was painted out)"
echo "The falling chirp, step by step (its README explains each file):"
for made in "$out"/falling-chirp/*; do
  echo "  $made"
done
