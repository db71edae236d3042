# SPDX-License-Identifier: LGPL-3.0-or-later
"""The files that strange-inputs.txt speaks of, made in a folder."""

import io
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image

import tool


def chunk(kind, body):
    return (struct.pack(">I", len(body)) + kind + body
            + struct.pack(">I", zlib.crc32(kind + body)))


def png(width, height, data=b"0" * 100, depth=8, kind=2):
    """A PNG that is sound outside, whatever it declares."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data))
            + chunk(b"IEND", b""))


def encoded(pixels, kind, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def pfm(value, width=8, height=8):
    pixels = np.full((height, width, 3), 0.5, "<f4")
    pixels[2, 3] = value
    return b"PF\n%d %d\n-1.0\n" % (width, height) + pixels.tobytes()


def pictures():
    whole = {"png": encoded(tool.photo(40, 30), "PNG"), "jpg": encoded(tool.photo(60, 50), "JPEG"),
             "tif": encoded(tool.photo(60, 50), "TIFF"), "webp": encoded(tool.photo(60, 50), "WEBP"),
             "gif": encoded(tool.photo(60, 50)[..., 0], "GIF"),
             "bmp": encoded(tool.photo(60, 50), "BMP"), "ppm": encoded(tool.photo(9, 7), "PPM")}
    files = {"whole." + name: data for name, data in whole.items()}
    for name in ("png", "jpg", "tif", "webp", "ppm"):
        files["half." + name] = whole[name][:len(whole[name]) // 2]
        files["begin." + name] = whole[name][:20]
    flipped = bytearray(whole["png"])
    flipped[len(flipped) // 2] ^= 1
    table = bytearray(whole["jpg"])
    at = table.index(b"\xff\xc4")
    table[at + 5:at + 20] = b"\xff" * 15
    files.update({
        "flipped.png": bytes(flipped), "table.jpg": bytes(table), "empty.png": b"",
        "text.png": b"a letter, not a picture\n", "huge.png": png(100000, 100000),
        "zero.png": png(0, 10), "short.png": png(50, 50), "wrong.png": png(5, 5, depth=3),
        "signature.png": b"\x89PNG\r\n\x1a\n", "renamed.png": whole["jpg"],
        "huge.ppm": b"P6\n100000 100000\n255\n" + b"x" * 299,
        "zero.ppm": b"P6\n0 10\n255\n", "minus.ppm": b"P6\n-4 10\n255\nxxxxxxxxxxxx",
        "endless.ppm": b"P6\n" + b"9" * 400, "deep.ppm": b"P6\n1 1\n70000\nxxxxxx",
        "none.ppm": b"P6\n1 1\n0\nxxx", "word.ppm": b"P6\n1 one\n255\nxxx",
        "ascii.ppm": b"P3\n1 1\n255\n1 2 3\n", "comment.ppm": b"P6\n# a\n2 1 # b\n255\nabcdef",
        "scale.pfm": b"PF\n1 1\n0\n" + b"x" * 12, "endless.pfm": b"PF\n1 1\nnan\n" + b"x" * 12,
        "half.pfm": b"PF\n10 10\n-1.0\n" + b"x" * 1000,
        "nan.pfm": pfm(np.nan), "inf.pfm": pfm(np.inf), "wild.pfm": pfm(1e38), "hdr.pfm": pfm(3),
        "one.ppm": b"P6\n1 1\n255\nabc", "line.ppm": b"P6\n500 1\n255\n" + bytes(range(250)) * 6,
    })
    return files


def masks():
    sky = np.zeros((30, 40), np.uint8)
    sky[:10] = 255
    labels = np.zeros((30, 40, 3), np.uint8)
    labels[:10] = 0, 0, 255
    return {"sky.png": encoded(sky, "PNG"), "black.png": encoded(sky * 0, "PNG"),
            "white.png": encoded(sky * 0 + 255, "PNG"), "labels.png": encoded(labels, "PNG"),
            "other.png": encoded(labels[..., ::-1].copy(), "PNG")}


def networks():
    one = {"features.0.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    return {
        "text.safetensors": b"this is no network\n" * 10, "short.safetensors": b"abc",
        "long.safetensors": struct.pack("<Q", 1 << 60) + b"{}",
        "list.safetensors": safetensors(b"[1, 2]"), "open.safetensors": safetensors(b'{"a": {'),
        "none.safetensors": safetensors({}), "one.safetensors": safetensors(one, bytes(4)),
        "beyond.safetensors": safetensors(one), "zero.safetensors": b"",
        "kind.safetensors": safetensors({"features.0.weight": {
            "dtype": "Q4", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        "deep.safetensors": safetensors(b"[" * 5000),
        "minus.safetensors": safetensors(b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
                                         bytes(4)),
    }


def recipes():
    return {
        "text.json": b"no JSON", "list.json": b"[]", "empty.json": b"", "number.json": b"3",
        "nothing.json": b"{}", "odd.json": b'{"options": 3}',
        "unknown.json": b'{"options": {"colour_of_the_sky": 1}}',
        "range.json": b'{"options": {"amount": 7}}', "word.json": b'{"options": {"amount": "much"}}',
        "choice.json": b'{"options": {"preset": "fast"}}',
        "none.json": b'{"options": {"amount": null}}',
        "missing.json": b'{"options": {}, "inputs": {"content": "a.png", "style": "b.png"}}',
        "half.json": b'{"options": {"amount": 1', "binary.json": bytes(range(256)),
        "twice.json": b'{"options": {"amount": 0, "amount": 1}}',
        "inputs.json": b'{"options": {}, "inputs": 3}',
        "masks.json": b'{"options": {}, "inputs": {"content": "content.png", "style": "style.png", '
                      b'"content_masks": [3, {"name": "a"}, {"file": "b"}]}}',
    }


def make(folder):
    files = {"content.png": encoded(tool.photo(40, 30), "PNG"),
             "style.png": encoded(tool.photo(36, 36, 2), "PNG"),
             "a\nb.png": b"", "-dash.png": encoded(tool.photo(40, 30), "PNG"),
             "sp ace.png": encoded(tool.photo(40, 30), "PNG"), "\x1b[31mred.png": b"x", **pictures(), **masks(), **networks(), **recipes()}
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    with open(os.path.join(os.fsencode(folder), b"\xff\xfe.png"), "wb") as file:
        file.write(b"x")
    os.mkdir(os.path.join(folder, "folder.png"))
    os.mkdir(os.path.join(folder, "folder"))
    os.mkfifo(os.path.join(folder, "pipe.png"))
    os.symlink("loop.png", os.path.join(folder, "loop.png"))
    os.symlink("gone/away.png", os.path.join(folder, "gone.png"))
    os.symlink("content.png", os.path.join(folder, "link.png"))
    kept = os.path.join(folder, "kept.png")
    with open(kept, "wb"):
        os.chmod(kept, 0o444)
