# SPDX-License-Identifier: LGPL-3.0-or-later
"""What stands on the land of the sample pictures: trees, grass and a cabin.

Each is a cloud of points. A tree is drawn once as a small picture, reused at many sizes; grass
and cabin are splatted into a view directly. A `scene` gives sunlight, skylight, sun and land.
"""
import itertools

import numpy as np

from landscape import F32, look_up, normalise, resize, rgb


def tree_points(rng, kind, count):
    """A tree of height 1 as points: position, normal, openness to the sky."""
    t = rng.random(count) ** 0.75 if kind != 'pine' else 1 - rng.random(count) ** 0.8 * 0.62
    turn, s = rng.random(count) * 2 * np.pi, np.sqrt(rng.random(count))
    if kind == 'broad':
        lobes = normalise(rng.standard_normal((90, 3))) * rng.random((90, 1)) ** 0.4
        lobes = lobes * [0.24, 0.38, 0.24] + [0, 0.5, 0]
        which = rng.integers(0, 90, count)
        n = normalise(rng.standard_normal((count, 3)))
        size = (0.045 + 0.05 * rng.random(90))[which]
        p = lobes[which] + n * (size * (0.6 + 0.6 * rng.random(count)))[:, None]
        open_ = np.clip(0.3 + 0.45 * n[:, 1] + 0.7 * (p[:, 1] - 0.4), 0.1, 1)
        n = normalise(n + 0.7 * rng.standard_normal((count, 3)))
        return p, n, open_ * (0.6 + 0.6 * rng.random(90))[which]
    whorls = 24 if kind == 'fir' else 13
    level = np.floor(t * whorls)
    bough = np.floor(turn / (2 * np.pi) * 7)
    key = (level * 7 + bough).astype(int)
    trait = rng.random((whorls * 7 + 14, 4))[key]
    if kind == 'fir':
        reach = 0.19 * (1 - (level + 0.4) / whorls) ** 0.82 * (0.62 + 0.55 * trait[:, 0]) + 0.006
        height = (level + 0.5 + 0.7 * (trait[:, 1] - 0.5)) / whorls
        reach = reach * np.clip(9 * (1 - height), 0.05, 1)      # a pointed leader
        droop = 0.42
    else:
        reach = 0.17 * np.clip(1 - (level + 0.6) / whorls, 0, 1) ** 0.6
        reach = reach * (0.35 + 0.9 * trait[:, 0])
        height = 0.95 * (level + 0.5 + 0.9 * (trait[:, 1] - 0.5)) / whorls
        droop = -0.25
    spread = 0.95 - 0.55 * s
    turn = (bough + 0.5 + (trait[:, 2] - 0.5) + (rng.random(count) - 0.5) * spread) * 2 * np.pi / 7
    y = height - droop * reach * s + rng.standard_normal(count) * (0.005 + 0.010 * (1 - s))
    p = np.stack([reach * s * np.cos(turn), y, reach * s * np.sin(turn)], -1)
    rise = 0.75 + rng.standard_normal(count) * 0.4
    n = normalise(np.stack([np.cos(turn), rise, np.sin(turn)], -1))
    open_ = (0.16 + 0.84 * s ** 1.4) * (0.55 + 0.6 * trait[:, 3]) * (0.7 + 0.3 * t)
    trunk = np.arange(count) % 19 == 0
    p[trunk, 0], p[trunk, 2] = 0.006 * np.cos(turn[trunk]), 0.006 * np.sin(turn[trunk])
    p[trunk, 1] = rng.random(trunk.sum()) * 0.98
    open_[trunk] *= 0.5
    return p, n, open_


def tree_picture(rng, kind, height, sun):
    """Draw a tree `height` pixels tall: (height, width, 3) alpha, sunlit part, openness."""
    fine = height * 2
    count = int({'fir': 0.32, 'pine': 0.22, 'broad': 0.6}[kind] * fine * fine) + 2000
    p, n, open_ = tree_points(rng, kind, count)
    half = int(fine * (0.23 if kind != 'broad' else 0.46)) + 1
    lit = np.clip(n @ sun, 0, 1) * np.clip(open_ * 1.25 - 0.1, 0, 1)
    order = np.argsort(-p[:, 2], kind='stable')
    out = np.zeros((fine, 2 * half, 3), F32)
    for dy, dx in itertools.product((0, 1), repeat=2):
        row = np.clip(((1 - p[order, 1]) * (fine - 2)).astype(int) + dy, 0, fine - 1)
        column = np.clip((p[order, 0] * fine + half).astype(int) + dx, 0, 2 * half - 1)
        out[row, column] = np.stack([np.ones(count), lit[order], open_[order]], -1)
    return resize(out, half, height)


class Stock:
    """n different trees of one kind, each drawn `height` pixels tall when first asked for."""

    def __init__(self, kind, n, height, sun, rng):
        self.kind, self.height, self.sun = kind, min(max(int(height), 12), 1400), sun
        self.seeds, self.made = rng.integers(0, 1 << 31, n), {}

    def picture(self, which, pixels):
        """Tree number `which`, reduced to about `pixels`."""
        which %= len(self.seeds)
        if which not in self.made:
            rng = np.random.default_rng(self.seeds[which])
            self.made[which] = {'whole': tree_picture(rng, self.kind, self.height, self.sun)}
        sizes = self.made[which]
        step = 1 if pixels < 40 else 4 if pixels < 160 else 16
        pixels = max(int(round(pixels / step)) * step, 2)
        if pixels not in sizes:
            whole = sizes['whole']
            width = max(int(round(whole.shape[1] * pixels / whole.shape[0])), 1)
            sizes[pixels] = resize(whole, width, pixels) if pixels < self.height else whole
        return sizes[pixels]


# ---------------------------------------------------------------- grass
def grass(scene, view, rng, spots, tall, colours, label):
    """Curved blades of grass, `tall` metres or so, from `spots` (N, 2) on the ground."""
    n = len(spots)
    x, z = spots.T
    y = scene.land(x, z)
    lean = rng.standard_normal((n, 2)) * 0.33 + [0.12, 0]
    tall = tall * (0.45 + 0.75 * rng.random(n))
    t = np.linspace(0, 1, 90)[None]
    shape = np.stack([x[:, None] + lean[:, :1] * tall[:, None] * t ** 2,
                      y[:, None] + tall[:, None] * (t - 0.25 * t ** 2),
                      z[:, None] + lean[:, 1:] * tall[:, None] * t ** 2], -1)
    tint = colours[rng.integers(0, len(colours), n)] * (0.7 + 0.6 * rng.random((n, 1)))
    tint = tint * (1 + 0.3 * look_up(scene.rough, x / 2.7, z / 2.7)).clip(0.4, 2)[:, None]
    glow = (0.12 + 0.88 * t ** 0.8) * (0.75 + 0.5 * rng.random((n, 1)))
    shade = scene.shade(x, z)
    light = scene.sunlight * 0.42 * shade[:, None, None] + 0.8 * scene.skylight
    light = tint[:, None] * (glow[..., None] * light)
    width = np.maximum((0.004 * view.camera.f / z).astype(int), 1)
    for k in range(int(width.max())):
        some = width > k
        moved = shape[some].copy()
        moved[..., 0] += (k * z[some] / view.camera.f)[:, None] * (1 - t)
        view.splat(moved.reshape(-1, 3), light[some].reshape(-1, 3), label)


# ---------------------------------------------------------------- cabin
def vec(*values):
    return np.array(values, float)


class Cabin:
    """A log cabin `at` a place, turned by `yaw`, of size (length, width, eaves, ridge); its windows
    shine with `glow`."""

    def __init__(self, at, yaw, size, wall, roof, glow):
        self.at, self.yaw, self.size = np.asarray(at), yaw, size
        self.wall, self.roof, self.glow = wall, roof, glow

    def draw(self, scene, view, rng, label):
        """Splat it into a view, point by point, closer than the pixels."""
        self.step, self.grain = 0.7 * self.at[2] / view.camera.f, scene.grain
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        for p, normal, albedo, shines in self.walls() + self.roofs() + self.fittings():
            n = turn @ normal
            colour = albedo * (max(n @ scene.sun, 0) * scene.sunlight
                               + (0.6 + 0.4 * n[1]) * scene.skylight)
            if shines:
                colour = colour + self.glow * (0.6 + 0.5 * rng.random((len(p), 1)))
            view.splat(p @ turn.T + self.at, colour.astype(F32), label)

    def face(self, origin, a, b, albedo, pattern=None, inside=None, outward=1, shines=False):
        """A parallelogram as (points, normal, albedo, shines); `pattern` of the metres along a
        and b, `inside` of the fractions."""
        la, lb = np.linalg.norm(a), np.linalg.norm(b)
        u, v = np.meshgrid(np.linspace(0, 1, int(la / self.step) + 2),
                           np.linspace(0, 1, int(lb / self.step) + 2))
        u, v = u.ravel(), v.ravel()
        if inside:
            keep = inside(u, v)
            u, v = u[keep], v[keep]
        tone = pattern(u * la, v * lb) if pattern else np.ones(len(u))
        normal = outward * np.cross(a, b) / (la * lb)
        return origin + u[:, None] * a + v[:, None] * b, normal, albedo * tone[:, None], shines

    def logs(self, along, up):
        row = np.floor(up / 0.24)
        tone = 0.85 + 0.3 * np.modf(np.sin(row * 12.9) * 43.7)[0] ** 2
        tone = tone * (1 + 0.16 * look_up(self.grain, along / 3, up / 0.8))
        return tone * (0.55 + 0.6 * np.abs(np.sin(np.pi * up / 0.24)))

    def shingles(self, along, up):
        tone = 0.9 + 0.12 * look_up(self.grain, along / 1.5, up / 2)
        return tone - 0.25 * (np.mod(up, 0.35) < 0.07)

    def walls(self):
        length, width, eaves, ridge = self.size
        x, z = length / 2, width / 2

        def gable(u, v):
            return v * ridge < eaves + (ridge - eaves) * (1 - np.abs(2 * u - 1))

        ends = [self.face(vec(side * x, 0, -z), vec(0, 0, width), vec(0, ridge, 0), self.wall,
                          self.logs, gable, -side) for side in (-1, 1)]
        return ends + [self.face(vec(-x, 0, -z), vec(length, 0, 0), vec(0, eaves, 0), self.wall,
                                 self.logs, outward=-1)]

    def roofs(self):
        length, width, eaves, ridge = self.size
        over = 0.45
        drop = over * (ridge - eaves) / (width / 2)
        x, z, low, long = -length / 2 - over, width / 2 + over, eaves - drop, length + 2 * over
        sides = [self.face(vec(x, low, side * z), vec(long, 0, 0), vec(0, ridge - low, -side * z),
                           self.roof, self.shingles, outward=side) for side in (-1, 1)]
        return sides + [self.face(vec(x, low - 0.16, -z - 0.02), vec(0, 0.16, 0), vec(long, 0, 0),
                                  self.wall * 1.5)]

    def fittings(self):
        """Chimney, door and windows."""
        length, width, _, ridge = self.size
        x, z, brick = length / 2, -width / 2, rgb(0.22, 0.19, 0.17)
        foot, up = vec(x * 0.45, ridge - 0.9, 0.1), vec(0, 1.6, 0)
        parts = [self.face(foot, up, vec(0.7, 0, 0), brick),
                 self.face(foot, vec(0, 0, 0.7), up, brick),
                 self.face(foot + vec(0.7, 0, 0), up, vec(0, 0, 0.7), brick),
                 self.face(vec(x * 0.2, 0, z - 0.04), vec(0, 2, 0), vec(0.95, 0, 0),
                           rgb(0.13, 0.07, 0.04))]
        for left in (-0.62 * x, -0.2 * x, 0.55 * x):
            frame = vec(left, 0.98, z)
            parts += [self.face(frame + vec(-0.08, -0.08, -0.03), vec(0, 1.2, 0), vec(1.16, 0, 0),
                                rgb(0.55, 0.5, 0.43)),
                      self.face(frame - vec(0, 0, 0.06), vec(0, 1.04, 0), vec(1, 0, 0),
                                rgb(0.04, 0.05, 0.06), shines=True),
                      self.face(frame + vec(0.47, 0, -0.08), vec(0, 1.04, 0), vec(0.07, 0, 0),
                                rgb(0.5, 0.45, 0.4))]
        return parts
