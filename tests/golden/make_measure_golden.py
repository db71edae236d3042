#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes measure.safetensors beside it: right answers for resizing, for carrying a result by local
affine maps, and for the measures.  Resizing comes from Pillow and torch themselves, the rest is an
independent float64 version of the formulas in core/image/affine.h and core/transfer/measure.h.

    python3 make_measure_golden.py            # needs numpy, torch and pillow

Images are planar (C, H, W), RGB in [0, 1]; masks are (K, H, W) in [0, 1].
"""
import numpy as np, torch
import torch.nn.functional as F
from PIL import Image
from golden_file import write

torch.set_default_dtype(torch.float64)


def photo(c, h, w, seed, detail=0.15):
    """A picture-like test image of 8-bit values: slow colours and noise, one flat patch."""
    g = torch.Generator().manual_seed(seed)
    low = F.interpolate(torch.rand(1, c, 4, 5, generator=g), size=(h, w), mode='bicubic', align_corners=False)
    x = (low + detail * (torch.rand(1, c, h, w, generator=g) - 0.5)).clamp(0, 1)[0]
    x[:, 2:7, 3:9] = x[:, 2:3, 3:4]
    return (x * 255).round() / 255


# ---------------------------------------------------------------- resizing
def pillow8(x, w, h):
    im = Image.fromarray((x.permute(1, 2, 0).numpy() * 255).round().astype('uint8'))
    return np.array(im.resize((w, h), Image.LANCZOS)).transpose(2, 0, 1) / 255


def pillow(x, w, h):
    """Mode F: no rounding, no clipping (but float32)."""
    planes = [np.array(Image.fromarray(p.numpy().astype('float32'), 'F').resize((w, h), Image.LANCZOS)) for p in x]
    return np.stack(planes).clip(0, 1)


def resizing():
    x, out = photo(3, 23, 31, 1), {}
    out['resize.image'] = x
    for w, h in ((12, 5), (31, 8), (40, 33), (11, 45), (1, 1)):
        size = f'{w}x{h}'
        out['lanczos.' + size], out['lanczos8.' + size] = pillow(x, w, h), pillow8(x, w, h)
        out['adaptive.' + size] = F.adaptive_avg_pool2d(x[None], (h, w))[0]
        out['bilinear.' + size] = F.interpolate(x[None], size=(h, w), mode='bilinear', antialias=True)[0]
    return out


# ---------------------------------------------------------------- local affine maps
def affine(guide, result, target, r, eps):
    box = lambda v: F.avg_pool2d(F.pad(v, (r, r, r, r), mode='reflect'), 2 * r + 1, 1)
    h, w = guide.shape[1:]
    I, P = guide[None], result[None]
    mi, mp = box(I)[0], box(P)[0]
    C = box(torch.einsum('chw,dhw->cdhw', guide, guide).reshape(1, 9, h, w)).view(3, 3, h, w) - torch.einsum('chw,dhw->cdhw', mi, mi)
    X = box(torch.einsum('chw,dhw->cdhw', guide, result).reshape(1, 9, h, w)).view(3, 3, h, w) - torch.einsum('chw,dhw->cdhw', mi, mp)
    A = torch.linalg.solve(C.permute(2, 3, 0, 1) + eps * torch.eye(3), X.permute(2, 3, 0, 1))     # (h, w, c, d)
    b = mp.permute(1, 2, 0) - torch.einsum('hwcd,chw->hwd', A, mi)
    field = torch.cat([A, b[:, :, None]], 2).permute(3, 2, 0, 1).reshape(12, h, w)                # 4 d + c
    field = box(field[None])[0]
    big = F.interpolate(field[None], size=target.shape[1:], mode='bilinear', align_corners=False)[0]
    big = big.reshape(3, 4, *target.shape[1:])
    return field, torch.einsum('dchw,chw->dhw', big[:, :3], target) + big[:, 3]


def carrying():
    guide, result, target = photo(3, 13, 17, 2), photo(3, 13, 17, 3), photo(3, 37, 41, 4)
    out = {'affine.guide': guide, 'affine.result': result, 'affine.target': target}
    for r, eps in ((1, 1e-4), (2, 1e-4), (3, 1e-3)):
        out[f'affine.field.{r}'], out[f'affine.carried.{r}'] = affine(guide, result, target, r, eps)
    return out


# ---------------------------------------------------------------- measures
def sobel(x):
    x = (x * torch.tensor([.299, .587, .114])[:, None, None]).sum(0)[None, None] * 255
    k = torch.tensor([[1., 2, 1], [0, 0, 0], [-1, -2, -1]]) / 4
    return (F.conv2d(x, k[None, None]) ** 2 + F.conv2d(x, k.T[None, None]) ** 2).sqrt().clamp(max=255)


def ssim(a, b):
    g = torch.exp(-(torch.arange(11.) - 5) ** 2 / (2 * 1.5 ** 2))
    g = g / g.sum()
    f = lambda x: F.conv2d(x, (g[:, None] * g)[None, None])
    ma, mb = f(a), f(b)
    va, vb, cov = f(a * a) - ma ** 2, f(b * b) - mb ** 2, f(a * b) - ma * mb
    c1, c2 = (.01 * 255) ** 2, (.03 * 255) ** 2
    return ((2 * ma * mb + c1) * (2 * cov + c2) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2))).mean()


def energy(image, p, eps=1e-7):
    """Per pixel; the least of |p - A I - b|^2 + eps |A|^2 in every 3x3 window, as a least-squares problem."""
    win = lambda x: F.unfold(x[None], 3).view(x.shape[0], 9, -1).permute(2, 1, 0)                 # (windows, 9, C)
    I, P = win(image), win(p)
    n = I.shape[0]
    M = torch.cat([I, torch.ones(n, 9, 1)], 2)
    M = torch.cat([M, torch.cat([eps ** .5 * torch.eye(3), torch.zeros(3, 1)], 1).expand(n, 3, 4)], 1)
    P = torch.cat([P, torch.zeros(n, 3, 3)], 1)
    s = torch.linalg.lstsq(M, P, driver='gelsd').solution
    return ((P - M @ s) ** 2).sum() / (image.shape[1] * image.shape[2])


def colour(x, style, cm, sm):
    def stat(v, m):
        mean = (v * m).flatten(1).sum(1) / m.sum()
        return torch.cat([mean, (((v - mean[:, None, None]) ** 2 * m).flatten(1).sum(1) / m.sum()).sqrt()])
    d = area = 0
    for a, b in zip(cm, sm):
        if a.mean() >= 5e-3 and b.mean() >= 5e-3:
            d += (stat(x, a) - stat(style, b)).norm() * 255 * a.mean()
            area += a.mean()
    return d / area


def measures():
    content, style = photo(3, 61, 73, 5), photo(3, 47, 73, 6)
    result = (0.6 * content.flip(0) + 0.35 * content + 0.05 * photo(3, 61, 73, 7, 1.)).clamp(0, 1)
    result = (result * 255).round() / 255
    yy, xx = torch.meshgrid(torch.linspace(0, 1, 61), torch.linspace(0, 1, 73), indexing='ij')
    soft = (4 * (yy - 0.4)).clamp(0, 1)
    corner = ((yy < 0.05) & (xx < 0.05)).double()                                                  # too small to count
    cm = torch.stack([1 - soft, soft * (xx < 0.7), soft * (xx >= 0.7), corner])
    yy, xx = torch.meshgrid(torch.linspace(0, 1, 47), torch.linspace(0, 1, 73), indexing='ij')
    sm = torch.stack([(yy < 0.5).double(), (yy >= 0.5).double(), torch.zeros(47, 73), torch.ones(47, 73)])
    return {'measure.content': content, 'measure.style': style, 'measure.result': result, 'measure.content_masks': cm,
            'measure.style_masks': sm, 'measure.edge': ssim(sobel(result), sobel(content)).reshape(1),
            'measure.energy': energy(content, result).reshape(1), 'measure.colour': colour(result, style, cm, sm).reshape(1)}


results = resizing() | carrying() | measures()
write('measure.safetensors', {name: np.asarray(a, float) for name, a in results.items()},
      {'note': 'resize: Pillow LANCZOS in float and in 8 bits, torch adaptive_avg_pool2d and antialiased bilinear; affine: local '
               'affine fits, plane 4 d + c; measure: the definitions of core/transfer/measure.h'})
