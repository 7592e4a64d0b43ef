#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Looks for what Sonobrush needs and installs what is missing.
#
#   tools/setup.sh [--tests] [--yes] [--list]
#
#   --tests  also what only the tests need
#   --yes    install without asking (root is never asked)
#   --list   print the packages of every distribution, install nothing
#
# What is there is found by asking pkg-config and the shell, not by package
# names, so libraries built by hand count, and with all of them present this
# takes a tenth of a second and does nothing.  PulseAudio is not asked for where
# PipeWire stands in its place: it would push that off the desktop, and the one
# test that wants the real daemon skips itself instead.
#
# The apt column is proved: a fresh Debian 12 with git and make only.  The dnf,
# pacman and zypper columns follow those distributions' package indexes as far
# as they are known to us; they have not been run.

set -u

# group  check                       apt (Debian, Ubuntu)   dnf (Fedora)             pacman (Arch)        zypper (openSUSE)
needs='
build cmd:cc                         gcc                    gcc                      gcc                  gcc
build file:/usr/include/stdio.h      libc6-dev              glibc-devel              glibc                glibc-devel
build cmd:pkg-config                 pkg-config             pkgconf-pkg-config       pkgconf              pkgconf-pkg-config
build cmd:ninja                      ninja-build            ninja-build              ninja                ninja
build cmd:meson                      meson                  meson                    meson                meson
build cmd:python3                    python3                python3                  python               python3
build cmd:glib-compile-resources     libglib2.0-dev-bin     glib2-devel              glib2-devel          glib2-devel
build pc:gio-unix-2.0>=2.74          libglib2.0-dev         glib2-devel              glib2                glib2-devel
build pc:gtk4>=4.8                   libgtk-4-dev           gtk4-devel               gtk4                 gtk4-devel
build pc:libadwaita-1>=1.2           libadwaita-1-dev       libadwaita-devel         libadwaita           libadwaita-devel
build pc:json-glib-1.0               libjson-glib-dev       json-glib-devel          json-glib            json-glib-devel
build pc:fftw3f                      libfftw3-dev           fftw-devel               fftw                 fftw3-devel
build pc:sndfile>=1.2                libsndfile1-dev        libsndfile-devel         libsndfile           libsndfile-devel
build pc:vorbisfile                libvorbis-dev          libvorbis-devel          libvorbis            libvorbis-devel
build pc:portaudio-2.0               portaudio19-dev        portaudio-devel          portaudio            portaudio-devel
build pc:sqlite3                     libsqlite3-dev         sqlite-devel             sqlite               sqlite3-devel
build pc:cairo-svg                   libcairo2-dev          cairo-devel              cairo                cairo-devel
build pc:cairo-pdf                   libcairo2-dev          cairo-devel              cairo                cairo-devel
build pc:libpng                      libpng-dev             libpng-devel             libpng               libpng16-devel
run   dir:/usr/share/icons/Adwaita   adwaita-icon-theme     adwaita-icon-theme       adwaita-icon-theme   adwaita-icon-theme
run   glob:/usr/share/fonts/*/*      fonts-dejavu-core      dejavu-sans-fonts        ttf-dejavu           dejavu-fonts
run   glob:/usr/lib*/gdk-pixbuf-2.0/2.10.0/loaders/*svg*|/usr/lib/*/gdk-pixbuf-2.0/2.10.0/loaders/*svg* librsvg2-common librsvg2 librsvg gdk-pixbuf-loader-rsvg
run   glob:/usr/lib*/alsa-lib/*pulse*|/usr/lib/*/alsa-lib/*pulse* libasound2-plugins alsa-plugins-pulseaudio alsa-plugins alsa-plugins-pulse
tests py:numpy                       python3-numpy          python3-numpy            python-numpy         python3-numpy
tests py:scipy                       python3-scipy          python3-scipy            python-scipy         python3-scipy
tests cmd:Xvfb                       xvfb                   xorg-x11-server-Xvfb     xorg-server-xvfb     xorg-x11-server-Xvfb
tests cmd:xdotool                    xdotool                xdotool                  xdotool              xdotool
tests cmd:xwd                        x11-apps               xwd                      xorg-xwd             xwd
tests cmd:dbus-run-session           dbus                   dbus-daemon              dbus                 dbus-1
tests cmd:gdbus                      libglib2.0-bin         glib2                    glib2                glib2-tools
tests cmd:pulseaudio|pipewire-pulse  pulseaudio             pulseaudio               pulseaudio           pulseaudio
tests cmd:pactl                      pulseaudio-utils       pulseaudio-utils         libpulse             pulseaudio-utils
tests cmd:desktop-file-validate      desktop-file-utils     desktop-file-utils       desktop-file-utils   desktop-file-utils
tests cmd:appstreamcli               appstream              appstream                appstream            AppStream
tests cmd:xmllint                    libxml2-utils          libxml2                  libxml2              libxml2-tools
tests cmd:sox                        sox                    sox                      sox                  sox
tests cmd:faketime                   faketime               libfaketime              libfaketime          libfaketime
tests lib:asan                       libasan8               libasan                  gcc-libs             libasan8
tests lib:tsan                       libtsan2               libtsan                  gcc-libs             libtsan2
tests lib:ubsan                      libubsan1              libubsan                 gcc-libs             libubsan1
'

groups='build run'
yes=no
list=no
for argument; do
  case $argument in
    --tests) groups='build run tests' ;;
    --yes) yes=yes ;;
    --list) list=yes ;;
    *) echo "tools/setup.sh: \"$argument\" is not an option; there are --tests, --yes and --list." >&2; exit 2 ;;
  esac
done
# A machine that builds unattended has nobody to ask.
[ -n "${CI:-}" ] && yes=yes

any_matches ()
{
  for path in "$@"; do
    [ -e "$path" ] && return 0
  done
  return 1
}

# The patterns of glob: are meant to be split and expanded here.
# shellcheck disable=SC2046
present ()
{
  what=${1#*:}
  case $1 in
    cmd:*\|*) command -v "${what%|*}" >/dev/null 2>&1 || command -v "${what#*|}" >/dev/null 2>&1 ;;
    cmd:*) command -v "$what" >/dev/null 2>&1 ;;
    file:*) [ -f "$what" ] ;;
    dir:*) [ -d "$what" ] ;;
    glob:*) any_matches $(echo "$what" | tr '|' ' ') ;;
    pc:*\>=*) pkg-config --atleast-version="${what#*>=}" "${what%>=*}" 2>/dev/null ;;
    pc:*) pkg-config --exists "$what" 2>/dev/null ;;
    py:*) "$python" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$what') is None)" 2>/dev/null ;;
    lib:*) path=$(cc -print-file-name="lib$what.so" 2>/dev/null) && [ "$path" != "lib$what.so" ] ;;
  esac
}

python=/usr/bin/python3
[ -x $python ] || python=python3

manager=none
for candidate in apt-get dnf pacman zypper; do
  if command -v $candidate >/dev/null 2>&1; then
    manager=$candidate
    break
  fi
done

wanted ()
{
  case " $groups " in *" $1 "*) return 0 ;; esac
  return 1
}

if [ $list = yes ]; then
  column=3
  for name in apt dnf pacman zypper; do
    for group in build run tests; do
      echo "$name $group: $(echo "$needs" | awk -v g=$group -v c=$column '$1 == g && !seen[$c]++ { printf "%s ", $c }')"
    done
    column=$((column + 1))
  done
  exit 0
fi

package_of ()
{
  case $manager in
    apt-get) echo "$2" ;;
    dnf) echo "$3" ;;
    pacman) echo "$4" ;;
    zypper) echo "$5" ;;
  esac
}

# Sets missing_checks and missing_packages.
look ()
{
  missing_checks=
  missing_packages=
  set -f # the patterns of the table stay patterns until they are asked for
  while read -r group check names; do
    [ -n "$group" ] || continue
    wanted "$group" || continue
    set +f
    present "$check" && { set -f; continue; }
    set -f
    # shellcheck disable=SC2086 # the four names are meant to be split
    package=$(package_of "$check" $names)
    missing_checks="$missing_checks ${check#*:}"
    case " $missing_packages " in *" $package "*) ;; *) missing_packages="$missing_packages $package" ;; esac
  done <<END
$needs
END
  set +f
  missing_packages=${missing_packages# }
}

look
[ -n "$missing_checks" ] || exit 0

if [ $manager = none ]; then
  echo "Sonobrush needs these, and this system has no package manager that tools/setup.sh knows:" >&2
  echo " $missing_checks" >&2
  echo "Install them in this system's way, then try again (tools/setup.sh --list names the packages elsewhere)." >&2
  exit 1
fi

echo "Sonobrush needs packages that are not installed:"
echo "  $missing_packages" | fold -s -w 100
sudo=
if [ "$(id -u)" -ne 0 ]; then
  if [ $yes = no ]; then
    if [ ! -t 0 ]; then
      echo "Nobody is here to ask. Install them, or run tools/setup.sh --yes." >&2
      exit 1
    fi
    printf 'Install them with %s now? [Y/n] ' "$manager"
    read -r answer || answer=n
    case $answer in
      ''|[Yy]*) ;;
      *) echo "Nothing was installed." >&2; exit 1 ;;
    esac
  fi
  if ! command -v sudo >/dev/null 2>&1; then
    echo "Installing needs root and there is no sudo. As root, run: tools/setup.sh $*" >&2
    exit 1
  fi
  sudo=sudo
fi

# The package names are meant to be split.
# shellcheck disable=SC2086
case $manager in
  apt-get)
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends --no-remove $missing_packages ;;
  dnf) $sudo dnf install -y $missing_packages ;;
  pacman) $sudo pacman -S --needed --noconfirm $missing_packages ;;
  zypper) $sudo zypper --non-interactive install $missing_packages ;;
esac || {
  echo "The packages could not be installed; what $manager said stands above." >&2
  exit 1
}

look
[ -n "$missing_checks" ] || exit 0
echo "These are installed now, but missing or older than Sonobrush needs:$missing_checks" >&2
echo "This release of the system is probably too old; Debian 12 is the oldest that is known to do." >&2
exit 1
