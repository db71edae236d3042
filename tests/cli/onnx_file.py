# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tiny ONNX models, written as the bytes of the format's protocol buffers (onnx.proto: field numbers)."""

import json
import struct

import numpy as np

FLOAT, INT64 = 1, 7


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def integer(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def attribute(name, value):
    if isinstance(value, int):
        return text(5, text(1, name) + integer(3, value) + integer(20, 2))
    return text(5, text(1, name) + b"".join(integer(8, v) for v in value) + integer(20, 7))


def node(kind, inputs, output, **attributes):
    return text(1, b"".join(text(1, i) for i in inputs) + text(2, output) + text(4, kind) +
                b"".join(attribute(k, v) for k, v in attributes.items()))


def constant(name, values):
    values = np.asarray(values, np.float32)
    return text(5, b"".join(integer(1, n) for n in values.shape) + integer(2, FLOAT) +
                text(8, name) + text(9, values.astype("<f4").tobytes()))


def value_info(field, name, shape, kind=FLOAT):
    dims = b"".join(text(1, integer(1, n) if isinstance(n, int) else text(2, n)) for n in shape)
    return text(field, text(1, name) + text(2, text(1, integer(1, kind) + text(2, dims))))


def write(path, nodes, constants, inputs, outputs):
    graph = b"".join(nodes) + text(2, "graph") + b"".join(constants) + b"".join(inputs + outputs)
    with open(path, "wb") as file:
        file.write(integer(1, 8) + text(8, text(1, "") + integer(2, 13)) + text(7, graph))


def picture(height="h", width="w"):
    return value_info(11, "photo", (1, 3, height, width))


def pixels(path, weights, bias, after=(), height="h", width="w", shape=None, kind=FLOAT):
    """A model that weighs the three colours of each pixel; `after`: nodes from "scores" to "out"."""
    weights = np.asarray(weights, np.float32)[:, :, None, None]
    nodes = [node("Conv", ["photo", "w", "b"], "scores" if after else "out"), *after]
    write(path, nodes, [constant("w", weights), constant("b", bias)], [picture(height, width)],
          [value_info(12, "out", shape or (1, len(weights), "h", "w"), kind)])


def rating(path, weights, bias):
    """Ratings of the mean colour."""
    weights = np.asarray(weights, np.float32)[:, :, None, None]
    write(path, [node("GlobalAveragePool", ["photo"], "mean"),
                 node("Conv", ["mean", "w", "b"], "out")],
          [constant("w", weights), constant("b", bias)], [picture()],
          [value_info(12, "out", (1, len(weights), 1, 1))])


def describe(path, **members):
    with open(path.replace(".onnx", ".json"), "w") as file:
        json.dump({"licence": "CC0", "size": 64, **members}, file)
