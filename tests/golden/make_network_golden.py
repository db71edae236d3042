#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes network-vgg16.safetensors and network-squeezenet.safetensors beside it: narrow networks with
random weights under torchvision's names, so that they can be loaded as a user's file would be, and
in the same file a picture and what PyTorch makes of it.

    python3 make_network_golden.py            # needs numpy and torch

For both poolings P in max, average: `P.NAME` are the rectified features of layer NAME, and `P.gradient`
is the picture's gradient of the sum of all their squares, by automatic differentiation in float64.
"""
import numpy as np, torch
from torch import nn
from golden_file import write

torch.set_default_dtype(torch.float64)
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


class Fire(nn.Module):
    def __init__(self, inputs, squeezed, ones, threes):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, ones, 1)
        self.expand3x3 = nn.Conv2d(squeezed, threes, 3, padding=1)

    def forward(self, x):
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x).relu(), self.expand3x3(x).relu()], 1)


def vgg16():
    """The modules of torchvision's vgg16().features, and the names of those that are tapped."""
    modules, names, inputs = [], {}, 3
    for block, (count, width) in enumerate(((2, 4), (2, 6), (3, 8), (3, 10), (3, 10)), 1):
        for k in range(1, count + 1):
            modules += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            names[len(modules) - 1] = f'relu{block}_{k}'
            inputs = width
        modules.append(nn.MaxPool2d(2))
    return modules, names


def squeezenet1_1():
    modules = [nn.Conv2d(3, 6, 3, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True)]
    inputs, squeezed, expanded = 6, (2, 2, 3, 3, 4, 4, 5, 5), ((3, 4), (4, 3), (5, 5), (4, 6), (6, 6), (7, 5), (6, 8), (7, 7))
    names = {1: 'relu1'}
    for fire, (s, (a, b)) in enumerate(zip(squeezed, expanded), 2):
        if fire in (4, 6):
            modules.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        names[len(modules)] = f'fire{fire}'
        modules.append(Fire(inputs, s, a, b))
        inputs = a + b
    return modules, names


def randomise(modules, seed):
    """Weights that keep the features' size, rounded to float32 so that files may hold them as such."""
    g = torch.Generator().manual_seed(seed)
    for p in nn.ModuleList(modules).parameters():
        with torch.no_grad():
            scale = (2 / p[0].numel()) ** 0.5 if p.dim() == 4 else 0.1
            p.copy_((scale * torch.randn(p.shape, generator=g)).float().double())


def run(modules, names, x, average):
    taps, y = {}, (x - MEAN) / DEVIATION
    for i, module in enumerate(modules):
        if average and isinstance(module, nn.MaxPool2d):
            module = nn.AvgPool2d(module.kernel_size, module.stride, ceil_mode=module.ceil_mode)
        if i > max(names):
            break
        y = module(y)
        if i in names:
            taps[names[i]] = y
    return taps


def golden(file, build, seed, meta):
    modules, names = build()
    randomise(modules, seed)
    g = torch.Generator().manual_seed(seed + 1)
    x = torch.rand(1, 3, 29, 35, generator=g).float().double().requires_grad_()
    tensors = {'features.' + key: p for key, p in nn.ModuleList(modules).state_dict().items()}
    tensors['x'] = x[0]
    for pooling in ('max', 'average'):
        taps = run(modules, names, x, pooling == 'average')
        for name, y in taps.items():
            tensors[f'{pooling}.{name}'] = y[0]
        tensors[f'{pooling}.gradient'], = torch.autograd.grad(sum((y ** 2).sum() for y in taps.values()), x)
        tensors[f'{pooling}.gradient'] = tensors[f'{pooling}.gradient'][0]
    write(file, tensors, meta)
    print(file, {name: tuple(y.shape[1:]) for name, y in taps.items()})


golden('network-vgg16.safetensors', vgg16, 5, {})
golden('network-squeezenet.safetensors', squeezenet1_1, 9, {'architecture': 'squeezenet1_1'})
