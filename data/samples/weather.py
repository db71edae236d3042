# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sky of the sample pictures: daylight scattered in clear air, and volumetric clouds.

Heights and distances are metres, colours linear light; the ground is flat for the clouds and a
sphere for the air.
"""
import numpy as np

from landscape import F32, cells, fractal, look_up, mix, normalise, rgb, smoothstep


def sky_light(direction, sun, haze=1.0, steps=16):
    """Single scattering of sunlight by air, dust and ozone (Nishita et al. 1993) along unit
    `direction` (..., 3), radiance for sunlight of 1; below the horizon as at the horizon."""
    ground, top = 6.36e6, 6.42e6
    air, dust = rgb(5.8e-6, 13.5e-6, 33.1e-6), 21e-6 * haze
    ozone = rgb(0.65e-6, 1.88e-6, 0.085e-6) * 3
    d = direction.astype(np.float64).copy()
    d[..., 1] = np.maximum(d[..., 1], 0.004)
    d = normalise(d)

    def length(y, up):
        return -y * up + np.sqrt((y * up) ** 2 + top ** 2 - y ** 2)

    def depth(optical):
        return np.exp(-(optical[0][..., None] * (air + ozone) + 1.1 * dust * optical[1][..., None]))

    total_r, total_m = 0, 0
    seen = [np.zeros(d.shape[:-1])] * 2
    far = length(ground + 1, d[..., 1])
    edges = (np.arange(steps + 1) / steps) ** 2
    for near, end in zip(edges[:-1], edges[1:]):
        p = d * (far * (near + end) / 2)[..., None] + np.array([0, ground + 1, 0])
        r = np.sqrt((p * p).sum(-1))
        step, mass = far * (end - near), [np.exp(-(r - ground) / h) for h in (8000, 1200)]
        seen = [s + m * step for s, m in zip(seen, mass)]
        up = (p @ sun) / r
        way = length(r, up)
        lit = [0, 0]
        for k in range(8):
            t = way * (k + 0.5) / 8
            h = np.maximum(np.sqrt(r * r + t * t + 2 * r * t * up) - ground, 0)
            lit = [lit[0] + np.exp(-h / 8000) * way / 8, lit[1] + np.exp(-h / 1200) * way / 8]
        light = depth([seen[0] + lit[0], seen[1] + lit[1]])
        total_r = total_r + light * (mass[0] * step)[..., None]
        total_m = total_m + light * (mass[1] * step)[..., None]
    mu = np.clip(d @ sun, -1, 1)[..., None]
    rayleigh = 3 / (16 * np.pi) * (1 + mu * mu)
    return (total_r * air * rayleigh + total_m * dust * phase(mu, 0.76)).astype(F32)


def phase(mu, g):
    """Henyey and Greenstein's scattering phase function."""
    return (1 - g * g) / (4 * np.pi * (1 + g * g - 2 * g * mu) ** 1.5)


class CloudLayer:
    """Volumetric clouds between two heights: billows of 3D noise under a 2D map of coverage."""

    def __init__(self, rng, base, top, cover, size, stretch=(1, 1), erode=0.35, density=0.03):
        self.base, self.top, self.cover, self.size = base, top, cover, size
        self.stretch, self.erode, self.density = stretch, erode, density
        puffs = 1 - sum(w * cells(rng, 64, c, 3)[0]
                        for w, c in ((0.6, 4), (0.28, 8), (0.12, 16)))
        smooth = fractal(rng, 64, 3, 2.3)
        self.shape = puffs + 0.09 * smooth
        self.detail = 1 - sum(w * cells(rng, 64, c, 3)[0] for w, c in ((0.6, 6), (0.4, 13)))
        self.map = fractal(rng, 512, 2, 1.6, low=3)

    def amount(self, x, y, z, fine=True):
        """Extinction per metre at world points."""
        h = (y - self.base) / (self.top - self.base)
        u, v = x / self.stretch[0] / self.size, z / self.stretch[1] / self.size
        cover = self.cover + 0.23 * look_up(self.map, u / 9 + 0.13, v / 9 + 0.41)
        taper = mix(1.5, 0.55, np.clip(cover * 1.4, 0, 1))
        profile = smoothstep(0, 0.09, h) * (1 - smoothstep(0.05, 1.0, h) * taper)
        lump = look_up(self.shape, u, h * (self.top - self.base) / self.size, v)
        body = lump * np.maximum(profile, 0) - (1 - cover)
        if fine:
            k = 4.3 / self.size
            crumbs = look_up(self.detail, x * k, y * k, z * k)
            body = body - self.erode * (1 - crumbs) * np.clip(1 - 2.2 * body, 0, 1)
        return self.density * np.clip(body * 5, 0, 1)

    def sun_reaching(self, p, sun, mu):
        """Sunlight scattered at points p towards the eye, mu the cosine between the two."""
        tau, direct = 0, 0
        for ahead, span in ((0.02, 0.05), (0.08, 0.08), (0.2, 0.16), (0.42, 0.3)):
            q = p + sun * (ahead * self.size)
            tau = tau + self.amount(q[:, 0], q[:, 1], q[:, 2], fine=False) * span * self.size
        # Three orders of scattering, each dimmer, wider and reaching deeper than the last.
        for order in range(3):
            g = 0.5 ** order
            lobe = 0.7 * phase(mu, 0.72 * g) + 0.3 * phase(mu, -0.3 * g)
            direct = direct + 0.62 ** order * np.exp(-tau * 0.38 ** order) * lobe
        return direct

    def render(self, rays, sun, sunlight, skylight, groundlight, rng, steps=56):
        """Light scattered towards the eye (premultiplied), transmittance and mean distance."""
        shape = rays.shape[:-1]
        d = rays.reshape(-1, 3)
        colour, through = np.zeros((len(d), 3), F32), np.ones(len(d), F32)
        reach, seen = np.zeros(len(d), F32), np.full(len(d), 1e-6, F32)
        jitter = rng.random(len(d)).astype(F32)
        start, end = (h / np.maximum(d[:, 1], 1e-4) for h in (self.base, self.top))
        mu = (d @ sun.astype(F32))
        for k in range(steps):
            alive = np.flatnonzero((through > 0.02) & (d[:, 1] > 0.012))
            step = (end[alive] - start[alive]) / steps
            t = start[alive] + step * (k + jitter[alive])
            p = d[alive] * t[:, None]
            sigma = self.amount(p[:, 0], p[:, 1], p[:, 2])
            inside = sigma > 1e-5
            if not inside.any():
                continue
            alive, p, sigma, t, step = (a[inside] for a in (alive, p, sigma, t, step))
            h = ((p[:, 1] - self.base) / (self.top - self.base))[:, None]
            light = (self.sun_reaching(p, sun, mu[alive])[:, None] * sunlight * 6
                     + mix(groundlight, skylight, smoothstep(0, 0.8, h)))
            opaque = 1 - np.exp(-sigma * step)
            weight = through[alive] * opaque
            colour[alive] += weight[:, None] * light
            reach[alive] += weight * t
            seen[alive] += weight
            through[alive] *= 1 - opaque
        return colour.reshape(shape + (3,)), through.reshape(shape), (reach / seen).reshape(shape)
