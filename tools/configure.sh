#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes or adjusts a build folder, quietly when there is nothing to do.
#
#   tools/configure.sh FOLDER [MESON OPTION…]

set -eu
cd "$(dirname "$0")/.."
folder=$1
shift

if [ ! -f "$folder/build.ninja" ]; then
  # A first configuration that broke off leaves a folder that Meson would not take.
  rm -rf "$folder"
  meson setup "$folder" "$@"
elif [ $# -gt 0 ]; then
  meson configure "$folder" "$@" >/dev/null
fi
