# SPDX-License-Identifier: GPL-3.0-or-later
#
# A thin front for Meson.  Everything is built into build/ (and, for the
# checked builds, build-asan/ and build-tsan/).
#
#   make                  build build/app/sonobrush and build/app/sonobrush-cli
#   make run [FILE=…]     build and open FILE, or the demo recording
#   make test             build and run all tests
#   make bench            measure the speed, write docs/benchmarks.md
#   make test-asan        the tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   make test-tsan        the core's tests under ThreadSanitizer
#   make clean            remove everything that was built
#
# Missing packages are installed by tools/setup.sh, which asks first.

SETUP_FLAGS =
MESON_FLAGS =
FILE =

all: build
	ninja -C build app/sonobrush app/sonobrush-cli

setup:
	@tools/setup.sh $(SETUP_FLAGS)

setup-tests:
	@tools/setup.sh --tests $(SETUP_FLAGS)

# build is a real folder, so it is phony: Meson knows better what is old.
build: setup
	@tools/configure.sh build $(MESON_FLAGS)

run: all
	@tools/run.sh "$(FILE)"

test: setup-tests
	@tools/configure.sh build $(MESON_FLAGS)
	@tools/test.sh build

test-asan: setup-tests
	@tools/configure.sh build-asan $(MESON_FLAGS) -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=2
	@tools/test.sh build-asan

test-tsan: setup-tests
	@tools/configure.sh build-tsan $(MESON_FLAGS) -Db_sanitize=thread -Db_lundef=false -Doptimization=2 -Dgtk=false
	@tools/test.sh build-tsan

bench: setup-tests
	@tools/configure.sh build $(MESON_FLAGS)
	@ninja -C build
	@tests/bench/run-bench.sh build

screenshot: all setup-tests
	@tools/screenshot.py

install: all
	meson install -C build

clean:
	rm -rf build build-asan build-tsan

.PHONY: all setup setup-tests build run test test-asan test-tsan bench screenshot install clean
