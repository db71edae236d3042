#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes the golden vectors in this folder: an independent float64 reference of every formula that
the engine computes, in PyTorch with automatic differentiation, on small odd-sized inputs.

    python3 make_golden.py            # needs numpy and torch; rewrites *.safetensors beside it

All images are planar (C, H, W), RGB in [0, 1]; masks are (K, H, W) in [0, 1].
"""
import numpy as np, torch
import torch.nn.functional as F
from golden_file import write

torch.set_default_dtype(torch.float64)


def smooth(c, h, w, seed, detail=0.15):
    """A picture-like test image: low-frequency colour plus noise, with one flat patch."""
    g = torch.Generator().manual_seed(seed)
    low = F.interpolate(torch.rand(1, c, 4, 5, generator=g), size=(h, w), mode='bicubic', align_corners=False)
    x = (low + detail * (torch.rand(1, c, h, w, generator=g) - 0.5)).clamp(0, 1)[0]
    x[:, 2:7, 3:9] = x[:, 2:3, 3:4]
    return x


# ---------------------------------------------------------------- matting (Levin 2008)
EPS = 1e-7


def windows(x):                                   # (C, 9, n) over the 3x3 windows fully inside
    return F.unfold(x[None], 3).view(x.shape[0], 9, -1)


def laplacian(image, eps=EPS):
    h, w = image.shape[1:]
    I = windows(image)
    I = I - I.mean(1, keepdim=True)
    S = torch.einsum('ikn,jkn->nij', I, I) / 9 + eps / 9 * torch.eye(3)
    block = torch.eye(9) - (1 + torch.einsum('ikn,nij,jln->nkl', I, torch.linalg.inv(S), I)) / 9
    ids = F.unfold(torch.arange(h * w).double().view(1, 1, h, w), 3)[0].long().T
    L = torch.zeros(h * w, h * w)
    L.index_put_((ids[:, :, None].expand(-1, 9, 9), ids[:, None, :].expand(-1, 9, 9)), block, accumulate=True)
    return L


def golden_matting():
    image, p = smooth(3, 13, 17, 1), smooth(3, 13, 17, 2)
    L = laplacian(image)
    v = p.reshape(3, -1)
    Lp = (v @ L).reshape(p.shape)
    write('matting.safetensors', {
        'image': image, 'p': p, 'laplacian': L, 'Lp': Lp,
        'energy': (v * (v @ L)).sum().reshape(1)},
        {'note': 'radius 1, eps 1e-7, windows fully inside; laplacian is dense (H*W, H*W), row-major pixel ids; energy = sum_c p_c^T L p_c'})


# ---------------------------------------------------------------- network, masks, losses
WIDTH = (4, 8, 12, 16, 16)
CONVS = (2, 2, 4, 4, 1)
STYLE = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1']
CONTENT = ['relu4_2']
MEAN = torch.tensor([103.939, 116.779, 123.68])  # B, G, R


def make_weights(seed=7):
    g, out, cin = torch.Generator().manual_seed(seed), {}, 3
    for b in range(5):
        for k in range(CONVS[b]):
            fan = cin * 9
            out[f'conv{b + 1}_{k + 1}.weight'] = torch.randn(WIDTH[b], cin, 3, 3, generator=g) * (2 / fan) ** 0.5 * (0.02 if b + k == 0 else 1)
            out[f'conv{b + 1}_{k + 1}.bias'] = 0.1 * torch.randn(WIDTH[b], generator=g)
            cin = WIDTH[b]
    return out


def features(weights, rgb):
    x = (rgb.flip(0) * 256 - MEAN[:, None, None])[None]
    out = {}
    for b in range(5):
        if b:
            x = F.max_pool2d(x, 2, ceil_mode=True)
        for k in range(CONVS[b]):
            n = f'conv{b + 1}_{k + 1}'
            x = F.relu(F.conv2d(x, weights[n + '.weight'], weights[n + '.bias'], padding=1))
            out[n.replace('conv', 'relu')] = x[0]
    return out


def area(m, h, w):
    """Area-averaging resize; each output pixel averages its (fractional) source interval."""
    def axis(n_in, n_out):
        A, s = torch.zeros(n_out, n_in), n_in / n_out
        for o in range(n_out):
            lo, hi = o * s, (o + 1) * s
            for i in range(int(lo), min(n_in, int(np.ceil(hi - 1e-12)))):
                A[o, i] = max(0.0, min(hi, i + 1) - max(lo, i)) / s
        return A
    return torch.einsum('yi,kij,xj->kyx', axis(m.shape[1], h), m, axis(m.shape[2], w))


def mask_pyramid(m):
    out = {}
    for b in range(5):
        if b:
            m = area(m, -(-m.shape[1] // 2), -(-m.shape[2] // 2))
        for k in range(CONVS[b]):
            m = F.avg_pool2d(m[None], 3, 1, 1, count_include_pad=True)[0]
            out[f'relu{b + 1}_{k + 1}'] = m
    return out


def grams(f, m):
    """G_k = (m_k F)(m_k F)^T / (C H W mean m_k); zero where the mask is empty."""
    c, h, w = f.shape
    g = torch.einsum('khw,chw,dhw->kcd', m * m, f, f)
    area_k = m.mean((1, 2))
    safe = torch.where(area_k > 0, area_k, torch.ones(()))
    return g / (c * h * w * safe)[:, None, None]


def total_variation(v):
    d = v * 256
    a, b, c = d[:, :-1, :-1], d[:, :-1, 1:], d[:, 1:, :-1]
    return ((a - b) ** 2 + (a - c) ** 2).sum() / 2


def golden_objective():
    weights = make_weights()
    content, style = smooth(3, 37, 45, 11), smooth(3, 41, 33, 12)
    v = (content + 0.1 * smooth(3, 37, 45, 13, 1.0)).clamp(0, 1)
    yy, xx = torch.meshgrid(torch.linspace(0, 1, 37), torch.linspace(0, 1, 45), indexing='ij')
    soft = (3 * (yy - 0.3)).clamp(0, 1)
    cm = torch.stack([1 - soft, soft * (xx < 0.8), soft * (xx >= 0.8)])        # label 2 is missing in the style
    yy, xx = torch.meshgrid(torch.linspace(0, 1, 41), torch.linspace(0, 1, 33), indexing='ij')
    sm = torch.stack([(yy < 0.5).double(), (yy >= 0.5).double(), torch.zeros(41, 33)])
    fc, fs = features(weights, content), features(weights, style)
    cp, sp = mask_pyramid(cm), mask_pyramid(sm)
    use = [k for k in range(3) if float(sm[k].sum()) > 0]                        # a label absent in the style carries no style loss
    target = {n: grams(fs[n], sp[n])[use] for n in STYLE}
    v = v.clone().requires_grad_(True)
    f = features(weights, v)
    lc = sum(5.0 * ((f[n] - fc[n]) ** 2).mean() for n in CONTENT)
    ls = sum(100.0 * (cp[n][use].mean((1, 2)) * ((grams(f[n], cp[n][use]) - target[n]) ** 2).sum((1, 2))).sum() / f[n].shape[0] ** 2 for n in STYLE)
    lt = 1e-3 * total_variation(v)
    flat = v.reshape(3, -1)
    lm = 1e4 * (flat * (flat @ laplacian(content))).sum()
    parts = {}
    for name, l in (('content', lc), ('style', ls), ('tv', lt), ('matting', lm)):
        parts['loss.' + name] = l.detach().reshape(1)
        parts['grad.' + name] = torch.autograd.grad(l, v, retain_graph=True)[0]
    out = {'content': content, 'style': style, 'x': v, 'content_masks': cm, 'style_masks': sm, **parts}
    out |= {'weights.' + k: w for k, w in weights.items()}
    out |= {'features.x.' + n: f[n] for n in STYLE + CONTENT}
    out |= {'masks.content.' + n: cp[n] for n in STYLE} | {'masks.style.' + n: sp[n] for n in STYLE}
    out |= {'gram.target.' + n: target[n] for n in STYLE} | {'gram.x.' + n: grams(f[n], cp[n][use]) for n in STYLE}
    write('objective.safetensors', out, {'note': 'exact gradients of the stated losses with respect to x (RGB, [0,1]); content 5, style 100 per layer, tv 1e-3, lambda 1e4; label 2 has no style region and is skipped'})


# ---------------------------------------------------------------- colour transfer, smoothing, detail
def sqrtm(A, p):
    e, V = torch.linalg.eigh(A)
    return (V * e.clamp_min(1e-10) ** p) @ V.T


def golden_colour():
    content, style = smooth(3, 19, 23, 21), smooth(3, 17, 29, 22)
    cm, sm = torch.rand(19, 23, generator=torch.Generator().manual_seed(3)), torch.rand(17, 29, generator=torch.Generator().manual_seed(4))
    X, Y, a, b = content.reshape(3, -1), style.reshape(3, -1), cm.reshape(-1), sm.reshape(-1)
    mx, my = (X * a).sum(1) / a.sum(), (Y * b).sum(1) / b.sum()
    A = ((X - mx[:, None]) * a) @ (X - mx[:, None]).T / a.sum() + 1e-4 * torch.eye(3)
    B = ((Y - my[:, None]) * b) @ (Y - my[:, None]).T / b.sum() + 1e-4 * torch.eye(3)
    R = sqrtm(A, .5)
    T = sqrtm(A, -.5) @ sqrtm(R @ B @ R, .5) @ sqrtm(A, -.5)
    write('colour.safetensors', {'content': content, 'style': style, 'content_mask': cm, 'style_mask': sm, 'matrix': T,
                                 'mean_content': mx, 'mean_style': my,
                                 'result': (T @ (X - mx[:, None]) + my[:, None]).reshape(content.shape)},
          {'note': 'mask-weighted Monge-Kantorovitch linear colour transfer (Pitie and Kokaram 2007), covariances + 1e-4 I; not clipped'})


def golden_smoothing():
    image, result = smooth(3, 21, 25, 31), smooth(3, 21, 25, 32)
    h, w = 21, 25
    M = torch.zeros(h, w, 4, 4)
    S = torch.zeros(h, w, 3, 4)
    one = torch.cat([image, torch.ones(1, h, w)])
    for y in range(h):
        for x in range(w):
            m = one[:, max(0, y - 1):y + 2, max(0, x - 1):x + 2].reshape(4, -1)
            r = result[:, max(0, y - 1):y + 2, max(0, x - 1):x + 2].reshape(3, -1)
            M[y, x] = m @ m.T + torch.diag(torch.tensor([1e-3, 1e-3, 1e-3, 0]))
            S[y, x] = r @ m.T
    A = torch.linalg.solve(M, S.transpose(-1, -2)).transpose(-1, -2)          # (h, w, 3, 4)
    R, s1, s2 = 15, 5.0, 0.01
    out = torch.zeros(3, h, w)
    gy, gx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing='ij')
    for y in range(h):
        for x in range(w):
            near = ((gy - y).abs() <= R) & ((gx - x).abs() <= R)
            d = ((image - image[:, y:y + 1, x:x + 1]) ** 2).mean(0)
            wt = torch.exp(-((gy - y) ** 2 + (gx - x) ** 2) / (2 * s1 ** 2)) * torch.exp(-d / (2 * s2 ** 2)) * near
            out[:, y, x] = (A * wt[:, :, None, None]).sum((0, 1)) / wt.sum() @ one[:, y, x]
    box = lambda t, r: F.avg_pool2d(t[None], 2 * r + 1, 1, r, count_include_pad=False)[0]
    r, eps = 8, 0.01
    mu = box(image, r)
    C = box(torch.einsum('chw,dhw->cdhw', image, image).reshape(9, h, w), r).reshape(3, 3, h, w) - torch.einsum('chw,dhw->cdhw', mu, mu)
    a = torch.einsum('hwij,jkhw->ikhw', torch.linalg.inv(C.permute(2, 3, 0, 1) + eps * torch.eye(3)), C)   # guide = input = image
    b = mu - torch.einsum('ikhw,ihw->khw', a, mu)
    gf = torch.einsum('ikhw,ihw->khw', box(a.reshape(9, h, w), r).reshape(3, 3, h, w), image) + box(b, r)
    write('smoothing.safetensors', {'image': image, 'result': result, 'smoothed': out, 'guided': gf, 'detail': result + image - gf},
          {'note': 'smoothed: 3x3 in-bounds affine fits averaged by a cross-bilateral kernel, R 15, sigma 5 and 0.01; guided: colour guided filter of image by itself, r 8, eps 0.01; detail = result + image - guided'})


for fn in (golden_matting, golden_objective, golden_colour, golden_smoothing):
    fn()
