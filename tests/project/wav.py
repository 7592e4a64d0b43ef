# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes WAV files for the tests, on its own: not with the library under test."""
import struct
import wave

import numpy as np


def read_wav(path):
    """(rate, frames): frames is int64[n][channels] for integer files, float64 otherwise; integers are not scaled."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise ValueError(f"{path} is not a WAV file")
    at, form, payload = 12, None, None
    while at + 8 <= len(data):
        name, size = data[at:at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8:at + 8 + size]
        if name == b"fmt ":
            form = body
        elif name == b"data":
            payload = data[at + 8:] if size == 0xFFFFFFFF else body
        at += 8 + size + (size & 1)
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if kind == 0xFFFE:
        kind = struct.unpack_from("<H", form, 24)[0]
    payload = payload[:len(payload) // (channels * bits // 8) * (channels * bits // 8)]
    if kind == 3:
        flat = np.frombuffer(payload, "<f4" if bits == 32 else "<f8").astype(np.float64)
    elif bits == 24:
        b = np.frombuffer(payload, np.uint8).reshape(-1, 3).astype(np.int64)
        flat = b[:, 0] | b[:, 1] << 8 | b[:, 2] << 16
        flat -= (flat >> 23 & 1) << 24
    elif bits == 8:
        flat = np.frombuffer(payload, np.uint8).astype(np.int64) - 128
    else:
        flat = np.frombuffer(payload, {16: "<i2", 32: "<i4"}[bits]).astype(np.int64)
    return rate, flat.reshape(-1, channels)


def write_wav(path, rate, frames):
    """16 bit; frames: whole numbers, [n] or [n][channels]."""
    frames = np.asarray(frames).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setnchannels(1 if frames.ndim == 1 else frames.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames.tobytes())


def write_tone(path, rate, seconds, hz):
    """Mono, half of full scale."""
    t = np.arange(seconds * rate) / rate
    write_wav(path, rate, np.round(0.5 * 32767 * np.sin(2 * np.pi * hz * t)))


def si_sdr_db(estimate, target):
    """Scale-invariant signal to distortion ratio (Le Roux et al. 2019), all channels together."""
    estimate, target = np.asarray(estimate, float).ravel(), np.asarray(target, float).ravel()
    part = target * (estimate @ target) / (target @ target)
    return 10 * np.log10((part @ part) / ((estimate - part) @ (estimate - part)))
