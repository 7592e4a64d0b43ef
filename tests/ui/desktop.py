# SPDX-License-Identifier: GPL-3.0-or-later
"""A private desktop for one test: home folder, display, session bus and, when
asked, a sound daemon.  Everything ends with it.

    with Desktop(size=(1600, 900)) as desktop:
        process = desktop.start([program, file])
        desktop.screenshot("main.png")
"""
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import zlib

# A bus without service folders: nothing of the machine's own session is started on it.
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

# ALSA's default device leads to PulseAudio's, another one to a sink named "second"; no other card exists here.
ALSA_CONFIG = """pcm.!default { type pulse hint { show on description "PulseAudio" } }
pcm.second { type pulse device second hint { show on description "second" } }
ctl.!default { type pulse }
"""

PULSE_CONFIG = """default-sample-format = float32le
default-sample-rate = {rate}
alternate-sample-rate = {rate}
flat-volumes = no
"""


def missing_tools(sound=False):
    """Names of the programs that this machine lacks."""
    tools = ["Xvfb", "xdotool", "xwd", "dbus-daemon", "gdbus"]
    if sound:
        tools += ["pulseaudio", "pactl", "parec"]
    return [tool for tool in tools if not shutil.which(tool)]


def wait_until(condition, timeout_s, what):
    """The condition's first true value.  Sanitizers make everything slower: SB_TEST_PATIENCE multiplies."""
    deadline = time.monotonic() + timeout_s * float(os.environ.get("SB_TEST_PATIENCE", "1"))
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s in vain: {what}")
        time.sleep(0.03)


class Desktop:
    def __init__(self, size=(1600, 900), scheme="prefer-dark", sound_rate=None):
        self.size = size
        self.scheme = scheme
        self.sound_rate = sound_rate
        self.processes = []
        self.folder = None
        self.environment = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="sb-ui-")
        try:
            self._make_environment()
            self._start_display()
            self._start_bus()
            if self.sound_rate:
                self._start_sound()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def _make_environment(self):
        for name in ("home", "run", "bus", "pulse", "state", "screen"):
            os.mkdir(self.path(name), 0o700)
        environment = {k: v for k, v in os.environ.items()
                       if not k.startswith(("WAYLAND", "DBUS", "XDG_", "PULSE", "GTK_", "ALSA", "SONOBRUSH"))}
        environment.update(
            HOME=self.path("home"), XDG_RUNTIME_DIR=self.path("run"), GDK_BACKEND="x11",
            # One renderer and no GL: two runs give the same pixels.
            GSK_RENDERER="cairo", GDK_DEBUG="gl-disable",
            GTK_A11Y="none", GSETTINGS_BACKEND="memory", ADW_DISABLE_PORTAL="1",
            ADW_DEBUG_COLOR_SCHEME=self.scheme, NO_AT_BRIDGE="1", LC_ALL="C.UTF-8")
        environment["XDG_DATA_DIRS"] = "/usr/local/share:/usr/share"
        self.environment = environment

    def _spawn(self, command, **options):
        log = open(self.path(os.path.basename(command[0]) + ".log"), "ab")
        options.setdefault("stdout", log)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, env=self.environment, **options)
        log.close()
        self.processes.append(process)
        return process

    def _start_display(self):
        reader, writer = os.pipe()
        self._spawn(["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{self.size[0]}x{self.size[1]}x24",
                     "-nolisten", "tcp", "-noreset", "-fbdir", self.path("screen")], pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        assert number, f"Xvfb did not start: {self.log('Xvfb')}"
        self.environment["DISPLAY"] = ":" + number

    def _start_bus(self):
        with open(self.path("bus.conf"), "w", encoding="utf-8") as file:
            file.write(BUS_CONFIG.format(folder=self.path("bus")))
        bus = self._spawn(["dbus-daemon", "--config-file", self.path("bus.conf"), "--nofork", "--print-address"],
                          stdout=subprocess.PIPE)
        address = bus.stdout.readline().decode().strip()
        assert address, f"the session bus did not start: {self.log('dbus-daemon')}"
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address

    def _start_sound(self):
        """PulseAudio with one null sink.  norewinds=1: without it the device's callback stalls for a second."""
        with open(self.path("daemon.conf"), "w", encoding="utf-8") as file:
            file.write(PULSE_CONFIG.format(rate=self.sound_rate))
        with open(self.path("asound.conf"), "w", encoding="utf-8") as file:
            file.write(ALSA_CONFIG)
        self.environment.update(
            PULSE_CONFIG=self.path("daemon.conf"), PULSE_RUNTIME_PATH=self.path("pulse"),
            PULSE_STATE_PATH=self.path("state"), PULSE_SERVER="unix:" + self.path("native"),
            PULSE_SINK="probe", PULSE_SOURCE="probe.monitor", ALSA_CONFIG_PATH=self.path("asound.conf"))
        self._spawn(["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                     "--high-priority=no", "--realtime=no", "--log-target=stderr", "--log-level=notice",
                     "-L", f"module-native-protocol-unix socket={self.path('native')} auth-anonymous=1",
                     "-L", f"module-null-sink sink_name=probe format=float32le rate={self.sound_rate} channels=2 "
                           "norewinds=1"])
        wait_until(lambda: subprocess.run(["pactl", "info"], env=self.environment, capture_output=True).returncode == 0,
                   10, f"PulseAudio to answer: {self.log('pulseaudio')}")

    def record_sound(self, path, sink="probe"):
        """Starts to capture what is played, as float32 frames of two channels without a header."""
        file = open(path, "wb")
        recorder = self._spawn(["parec", f"--device={sink}.monitor", "--format=float32le", f"--rate={self.sound_rate}",
                                "--channels=2", "--latency-msec=20", "--raw"], stdout=file)
        file.close()
        wait_until(lambda: os.path.getsize(path) > 0, 10, "the recorder to hear the sink")
        return recorder

    def start(self, command, **variables):
        """Starts a program on this desktop; its output goes to a log."""
        saved = dict(self.environment)
        self.environment.update(variables)
        try:
            return self._spawn([str(part) for part in command])
        finally:
            self.environment = saved

    def log(self, name):
        try:
            with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as file:
                return file.read()[-4000:]
        except OSError:
            return ""

    def run(self, *command, check=True):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert not check or done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done.stdout.strip()

    def xdotool(self, *words):
        return self.run("xdotool", *[str(word) for word in words])

    def pixels(self):
        """(width, height, rows of RGB bytes) of the whole screen."""
        dump = subprocess.run(["xwd", "-root", "-silent"], env=self.environment, capture_output=True, check=True).stdout
        return read_xwd(dump)

    def screenshot(self, path):
        width, height, rows = self.pixels()
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        write_png(path, width, height, rows)


def read_xwd(dump):
    header = struct.unpack_from(">25I", dump)
    size, width, height, bits, line, colours = header[0], header[4], header[5], header[11], header[12], header[19]
    assert bits == 32, f"{bits} bits a pixel"
    body = dump[size + colours * 12:]
    rows = []
    for y in range(height):
        row = body[y * line:y * line + width * 4]
        rgb = bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows.append(bytes(rgb))
    return width, height, rows


def write_png(path, width, height, rows):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                   chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def end(process, timeout_s=10):
    """Asks a program to end, as a logout would; its exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
