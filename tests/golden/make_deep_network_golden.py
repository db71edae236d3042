#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes network-resnet50.safetensors and network-densenet121.safetensors beside it: narrow networks with random weights
under torchvision's names, a picture, its features, and a gradient through them all, as make_network_golden.py does for
others.  The gradient is found by complex steps (J. Martins et al., ACM TOMS 29, 2003), to the last digit.

    python3 make_deep_network_golden.py            # needs numpy; some minutes
"""
import numpy as np
from golden_file import write

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
BATCH = 105


# Pictures are (pictures, planes, rows, columns); what is larger is told by real parts.

def windows(x, k, stride):
    """(pictures, planes, rows, columns, k, k)"""
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), (2, 3))[:, :, ::stride, ::stride]


def bordered(x, pad, value):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=value)


def conv(x, weight, stride=1):
    k = weight.shape[2]
    return np.einsum('ncyxuv,ocuv->noyx', windows(bordered(x, k // 2, 0), k, stride), weight, optimize=True)


def relu(x):
    return np.where(x.real > 0, x, 0)


def pool(x, k, pad, average):
    """Windows every two pixels; what lies beyond the picture doesn't count."""
    w = windows(bordered(x, pad, np.nan), k, 2)
    w = w.reshape(*w.shape[:4], k * k)
    if average:
        return np.nanmean(w, -1)
    first = np.nanargmax(w.real, -1)
    return np.take_along_axis(w, first[..., None], -1)[..., 0]


class Net:
    def __init__(self, seed):
        self.rng, self.tensors = np.random.default_rng(seed), {}

    def drawn(self, name, make):
        if name not in self.tensors:
            self.tensors[name] = make().astype(np.float32)
        return self.tensors[name].astype(float)

    def conv(self, name, x, outputs, k, stride=1):
        scale = (2 / (x.shape[1] * k * k)) ** 0.5
        return conv(x, self.drawn(name + '.weight', lambda: scale * self.rng.normal(size=(outputs, x.shape[1], k, k))), stride)

    def norm(self, name, x):
        n = x.shape[1]
        weight = self.drawn(name + '.weight', lambda: self.rng.uniform(0.5, 1.5, n))
        bias = self.drawn(name + '.bias', lambda: 0.2 * self.rng.normal(size=n))
        mean = self.drawn(name + '.running_mean', lambda: 0.3 * self.rng.normal(size=n))
        variance = self.drawn(name + '.running_var', lambda: self.rng.uniform(0.3, 2, n))
        factor = weight / np.sqrt(variance + 1e-5)
        return x * factor[:, None, None] + (bias - mean * factor)[:, None, None]


def resnet50(net, x, average):
    taps = {}
    y = taps['relu'] = relu(net.norm('bn1', net.conv('conv1', x, 4, 7, 2)))
    y = pool(y, 3, 1, average)
    for layer, (blocks, inner, outer) in enumerate(((3, 3, 6), (4, 3, 8), (6, 4, 8), (3, 4, 10)), 1):
        for block in range(blocks):
            name, stride = f'layer{layer}.{block}', 2 if layer > 1 and block == 0 else 1
            z = relu(net.norm(name + '.bn1', net.conv(name + '.conv1', y, inner, 1)))
            z = relu(net.norm(name + '.bn2', net.conv(name + '.conv2', z, inner, 3, stride)))
            z = net.norm(name + '.bn3', net.conv(name + '.conv3', z, outer, 1))
            if block == 0:
                y = net.norm(name + '.downsample.1', net.conv(name + '.downsample.0', y, outer, 1, stride))
            y = taps[name] = relu(z + y)
    return taps


def densenet121(net, x, average):
    taps = {}
    y = taps['relu0'] = relu(net.norm('features.norm0', net.conv('features.conv0', x, 4, 7, 2)))
    y = pool(y, 3, 1, average)
    for block, layers in enumerate((6, 12, 24, 16), 1):
        for layer in range(1, layers + 1):
            name, dot = f'features.denseblock{block}.denselayer{layer}', '.' if block == 2 else ''   # the first names, too
            z = relu(net.norm(f'{name}.norm{dot}1', y))
            z = relu(net.norm(f'{name}.norm{dot}2', net.conv(f'{name}.conv{dot}1', z, 3, 1)))
            y = np.concatenate([y, net.conv(f'{name}.conv{dot}2', z, 2, 3)], 1)
        taps[f'denseblock{block}'] = y
        if block < 4:
            name = f'features.transition{block}'
            y = net.conv(name + '.conv', relu(net.norm(name + '.norm', y)), y.shape[1] // 2, 1)
            y = taps[f'transition{block}'] = pool(y, 2, 0, True)
    return taps


def golden(file, build, seed, more):
    net, rng = Net(seed), np.random.default_rng(seed + 1)
    x = rng.uniform(size=(3, 29, 35)).astype(np.float32).astype(float)

    def run(x, average):
        return build(net, (x - MEAN[:, None, None]) / DEVIATION[:, None, None], average)

    results = {'x': x}
    for pooling in ('max', 'average'):
        results |= {f'{pooling}.{name}': y[0] for name, y in run(x[None], pooling == 'average').items()}
        gradient = np.zeros(x.size)
        for first in range(0, x.size, BATCH):
            moved = np.repeat(x[None].astype(complex), BATCH, 0)
            moved.reshape(BATCH, -1)[np.arange(BATCH), first + np.arange(BATCH)] += 1e-30j
            total = sum((y * y).sum((1, 2, 3)) for y in run(moved, pooling == 'average').values())
            gradient[first:first + BATCH] = total.imag / 1e-30
        results[f'{pooling}.gradient'] = gradient.reshape(x.shape)
    write(file, net.tensors | more | results, {})
    print(file)


golden('network-resnet50.safetensors', resnet50, 5, {'bn1.num_batches_tracked': np.int64(1), 'layer1.0.bn1.num_batches_tracked': np.int64(1)})
golden('network-densenet121.safetensors', densenet121, 7, {})
