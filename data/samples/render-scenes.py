#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Render the sample pair: a mountain lake at noon and another at dusk, with their label maps.

    render-scenes.py --out DIR [--scale S] [--small] [--masks DIR] [--only noon|dusk]

Writes noon.jpg, dusk.jpg, noon-labels.png and dusk-labels.png. The same options always give the
same files. Needs NumPy and Pillow.
"""
import argparse
import pathlib

import numpy as np
from PIL import Image

from landscape import (F32, Camera, CloudLayer, View, blur, cells, fractal, look_up, mix, normalise,
                       resize, rgb, ridged, sky_light, smoothstep, tree_picture, water, wave_slopes)

SKY, HILLS, PLANTS, WATER, BARE = range(5)
REGIONS = {SKY: ('sky', (0, 0, 255)), HILLS: ('hills', (128, 128, 128)), PLANTS: ('plants', (0, 255, 0)),
           WATER: ('water', (0, 255, 255)), BARE: ('bare', (255, 0, 0))}


class Scene:
    """What both lakes share: noise, the order of painting, and trees."""

    def __init__(self, seed, scale):
        self.size, self.seed = (round(1200 * scale), round(800 * scale)), seed
        self.rough = fractal(self.random(1), 1024, 2, 1.95, low=2)
        self.grain = fractal(self.random(2), 1024, 2, 1.25, low=4)
        self.smooth = fractal(self.random(3), 512, 2, 2.9, low=3)
        self.ridges = ridged(self.random(4), 1024, low=2, octaves=8)
        pebble, tone = cells(self.random(5), 1024, 48)
        self.pebbles, self.pebble_tone = np.sqrt(np.clip(0.3 - pebble ** 2, 0, 1)), tone
        crown, tall = cells(self.random(6), 512, 64)
        self.canopy = np.clip(1 - crown * 1.15, 0, 1) * (0.5 + 0.7 * tall)
        self.gusts = fractal(self.random(7), 512, 2, 1.5, low=2)

    def random(self, stream):
        """A generator of its own for each purpose, so that a change to one leaves the others."""
        return np.random.default_rng([self.seed, stream])

    def land(self, x, z):
        """Height in metres above the water: the near shore, a headland, the far side."""
        x, z = np.broadcast_arrays(np.asarray(x, float), np.asarray(z, float))
        height, reach = np.empty(x.shape), 0
        for limit, part in ((60, self.bank), (420, self.headland), (np.inf, self.far)):
            here = (z >= reach) & (z < limit)
            if here.any():
                height[here] = part(x[here], z[here])
            reach = limit
        return height

    def boulder_heights(self, x, z, ground):
        """Ground with the scene's boulders (x, z, radius, height) on it."""
        lump = 0.2 * look_up(self.smooth, x / 5.3, z / 5.3)
        for bx, bz, radius, tall in self.boulders:
            d = np.hypot(x - bx, z - bz) / radius + lump
            cut = 0.10 * look_up(self.smooth, x / 3.1 + bx, z / 3.1)
            dome = (tall + 0.25) * (np.clip(1 - d ** 2, 0, 1) ** 0.5 + cut) - 0.25
            ground = np.maximum(ground, np.where(d < 1, dome, -9))
        return ground

    def on_boulder(self, x, z):
        """1 on a boulder, 0 beside it."""
        lump = 0.2 * look_up(self.smooth, x / 5.3, z / 5.3)
        nearest = np.min([np.hypot(x - bx, z - bz) / radius for bx, bz, radius, _ in self.boulders], 0)
        return smoothstep(1.0, 0.93, nearest + lump) * (z < 60)

    def mountains(self, x, z, size, warp=0.05):
        """Ridged relief in 0..1 or so, with valleys bent by a coarse noise."""
        u = x / size + warp * look_up(self.rough, x / size / 3, z / size / 3)
        v = z / size + warp * look_up(self.rough, x / size / 3 + 0.5, z / size / 3)
        return 1.15 - 1.15 * np.exp(-1.4 * look_up(self.ridges, u, v))

    def grow(self, kind, n, heights, rng):
        """n different trees of one kind, each drawn at a few sizes when first asked for."""
        seeds = rng.integers(0, 1 << 31, n)
        return {'kind': kind, 'seeds': seeds, 'heights': heights, 'made': {}}

    def tree(self, stock, which, pixels):
        which %= len(stock['seeds'])
        biggest = min(int(max(stock['heights'] * self.camera.s * self.size[0] / 1200, 12)), 1400)
        if which not in stock['made']:
            rng = np.random.default_rng(stock['seeds'][which])
            stock['made'][which] = {'whole': tree_picture(rng, stock['kind'], biggest, self.sun)}
        sizes = stock['made'][which]
        step = 1 if pixels < 40 else 4 if pixels < 160 else 16
        pixels = max(int(round(pixels / step)) * step, 2)
        if pixels not in sizes:
            whole = sizes['whole']
            width = max(int(round(whole.shape[1] * pixels / whole.shape[0])), 1)
            sizes[pixels] = resize(whole, width, pixels) if pixels < biggest else whole
        return sizes[pixels]

    def plant(self, view, trees):
        """Paint trees (x, z, height, stock, tint), the farthest first."""
        x, z = (np.array([t[k] for t in trees]) for k in (0, 1))
        foot, shade = self.land(x, z).clip(0), self.shade(x, z)
        for k in np.argsort(-z, kind='stable'):
            height, stock, tint = trees[k][2:]
            if view.mirrored and z[k] < view.start:
                continue
            picture = self.tree(stock, int(abs(x[k] * 7.3 + z[k] * 3.1) * 10), height / z[k] * self.camera.f)
            colours = tint * self.sunlight * shade[k], tint * self.skylight
            view.sprite(x[k], foot[k] - 0.02 * height, z[k], picture, colours,
                        PLANTS if z[k] < self.forest_ends else HILLS)

    def light_land(self, view, count):
        """Trace, light and paint the ground; returns the pixels that are water."""
        row, column, z = view.trace(self.land, count)
        x = self.camera.across[column] * z
        y = self.land(x, z)
        dry = y > 0
        if view.mirrored:
            row, column, x, y, z = (a[dry] for a in (row, column, x, y, z))
            dry = np.ones(len(z), bool)
        e = np.maximum(z * 0.0012, 0.006)
        normal = normalise(np.stack([(self.land(x - e, z) - self.land(x + e, z)), 2 * e,
                                     (self.land(x, z - e) - self.land(x, z + e))], -1).astype(F32))
        albedo, openness, label = self.surface(x, y, z, normal)
        lit = np.ones(len(z), F32)
        for way in np.geomspace(0.0015, 0.5, 11):
            d = way * z
            over = self.land(x + self.sun[0] * d, z + self.sun[2] * d) - (y + self.sun[1] * d)
            lit = np.minimum(lit, 1 - smoothstep(-0.03, 0.05, over / d))
        lambert = np.clip(normal @ self.sun.astype(F32), 0, 1) * lit * self.shade(x, z)
        sky = (0.55 + 0.45 * normal[:, 1]) * openness
        bounce = 0.12 * (1 - normal[:, 1]) * self.sun[1]
        light = albedo * (lambert[:, None] * self.sunlight + (sky + bounce)[:, None] * self.skylight)
        view.light[row[dry], column[dry]] = view.through_air(light[dry], z[dry], column[dry])
        view.distance[row, column] = z
        view.label[row, column] = np.where(dry, label, WATER)
        wet = ~dry
        return row[wet], column[wet], z[wet], y[wet], light[wet]

    def render(self):
        """The photograph (8-bit) and the soft masks by region."""
        camera, rng = self.camera, self.random(10)
        rays = camera.rays()
        coarse = resize(rays, camera.w // 8, camera.rows // 8)
        sky = resize(self.air(normalise(coarse)), camera.w, camera.rows).clip(0)
        edge = sky[camera.horizon - int(0.02 * camera.f) - 1]
        haze = {'reach': self.reach, 'colour': blur(np.repeat(edge[None], 3, 0), camera.w / 60)[1]}
        haze['colour'] = haze['colour'] * self.haze_gain + self.haze_floor
        sky = sky + self.disc(rays)
        sky = self.clouded(sky, rays, haze)
        ripples = self.ripples(rng)
        trees = self.trees(rng)
        scale = self.size[0] / 1200
        mirror = View(camera, sky, haze, True, self.mirror_start)
        self.light_land(mirror, int(1500 * max(scale, 0.4)))
        self.plant(mirror, trees)
        self.build(mirror, self.random(13))
        view = View(camera, sky, haze, False, self.view_start)
        row, column, z, depth, bed = self.light_land(view, int(2600 * max(scale, 0.4)))
        surface = water(view, mirror.light, row, column, z, ripples, self.calm, self.body, self.land, rng)
        theta = np.minimum(camera.eye / z, 1)
        clear = (np.exp(3.2 * depth * rgb(1.5, 1.0, 1.15)[:, None]).T
                 * (1 - (0.02 + 0.98 * (1 - theta) ** 5))[:, None])
        wet = bed * rgb(0.75, 0.85, 0.8)
        surface = surface + clear * (wet - self.body)
        view.light[row, column] = view.through_air(surface, z * 0.6, column)
        self.plant(view, trees)
        self.build(view, self.random(13))
        self.foreground(view, rng)
        picture = camera.develop(view.light, rng, **self.film)
        masks = {}
        for region in REGIONS:
            part = (view.label[camera.crop:] == region).astype(F32)
            masks[region] = resize(part, *self.size)
        return picture, masks

    def clouded(self, sky, rays, haze):
        """Clouds, drawn at half the output's resolution and dimmed by the air before them."""
        camera = self.camera
        reduce = camera.s * 2
        reduced = camera.rays(reduce)
        upper = reduced[:camera.horizon // reduce + 1]
        through = np.ones(sky.shape[:2], F32)
        for layer, light in self.clouds():
            colour, clear, reach = layer.render(upper, self.cloud_sun, *light, self.random(12))
            air = np.exp(-reach[..., None] / (self.reach * self.cloud_reach))
            near = resize(self.air(upper[::4, ::4]), upper.shape[1], upper.shape[0])
            colour = colour * air + near * (1 - clear[..., None]) * (1 - air)
            height = upper.shape[0] * reduce
            colour = resize(blur(colour, 0.6), camera.w, height)[:camera.rows]
            clear = resize(blur(clear, 0.6), camera.w, height)[:camera.rows].clip(0, 1)
            n = len(colour)
            sky[:n] = sky[:n] * clear[..., None] + colour.clip(0)
            through[:n] *= clear
        return sky

    def grass(self, view, rng, blades, spots, tall, colours):
        """Curved blades of grass from `spots` (N, 2) on the ground."""
        n = len(spots)
        x, z = spots.T
        y = self.land(x, z)
        lean = rng.standard_normal((n, 2)) * 0.33 + [0.12, 0]
        tall = tall * (0.45 + 0.75 * rng.random(n))
        t = np.linspace(0, 1, blades)[None]
        shape = np.stack([x[:, None] + lean[:, :1] * tall[:, None] * t ** 2,
                          y[:, None] + tall[:, None] * (t - 0.25 * t ** 2),
                          z[:, None] + lean[:, 1:] * tall[:, None] * t ** 2], -1)
        tint = colours[rng.integers(0, len(colours), n)] * (0.7 + 0.6 * rng.random((n, 1)))
        tint = tint * (1 + 0.3 * look_up(self.rough, x / 2.7, z / 2.7)).clip(0.4, 2)[:, None]
        glow = (0.12 + 0.88 * t ** 0.8) * (0.75 + 0.5 * rng.random((n, 1)))
        shade = self.shade(x, z)
        light = glow[..., None] * (self.sunlight * 0.42 * shade[:, None, None] + 0.8 * self.skylight)
        light = tint[:, None] * light
        width = np.maximum((0.004 * self.camera.f / z).astype(int), 1)
        for k in range(int(width.max())):
            some = width > k
            moved = shape[some].copy()
            moved[..., 0] += (k * z[some] / self.camera.f)[:, None] * (1 - t)
            view.splat(moved.reshape(-1, 3), light[some].reshape(-1, 3), PLANTS)

    def cabin(self, view, rng, at, yaw, size, wall, roof, glow):
        """A log cabin of `size` (length, width, eaves, ridge) with windows that shine with `glow`."""
        long, wide, eaves, ridge = size
        step = 0.7 * at[2] / self.camera.f
        faces = []

        def face(origin, a, b, albedo, keep=None, texture=None, light=None):
            na, nb = (int(np.linalg.norm(v) / step) + 2 for v in (a, b))
            u, v = np.meshgrid(np.linspace(0, 1, na), np.linspace(0, 1, nb))
            u, v = u.ravel(), v.ravel()
            if keep is not None:
                some = keep(u, v)
                u, v = u[some], v[some]
            p = origin + u[:, None] * a + v[:, None] * b
            n = np.cross(a, b)
            n = n / np.linalg.norm(n)
            tone = np.ones(len(u)) if texture is None else texture(u * np.linalg.norm(a), v * np.linalg.norm(b))
            faces.append((p, np.broadcast_to(n, p.shape), albedo * tone[:, None], light))

        def logs(u, v):
            row = np.floor(v / 0.24)
            return (0.55 + 0.6 * np.abs(np.sin(np.pi * v / 0.24))) * (0.85 + 0.3 * np.modf(np.sin(row * 12.9) * 43.7)[0] ** 2
                   ) * (1 + 0.16 * look_up(self.grain, u / 3, v / 0.8))

        def shingles(u, v):
            return 0.9 + 0.12 * look_up(self.grain, u / 1.5, v / 2) - 0.25 * (np.mod(v, 0.35) < 0.07)

        def vec(x, y, z):
            return np.array([x, y, z], float)

        l, w = long / 2, wide / 2
        face(vec(-l, 0, -w), vec(0, eaves, 0), vec(long, 0, 0), wall, texture=lambda u, v: logs(v, u))
        for side in (-1, 1):
            a, b = (vec(0, 0, wide), vec(0, ridge, 0))
            face(vec(side * l, 0, -w), a if side < 0 else b, b if side < 0 else a, wall,
                 keep=(lambda u, v: v * ridge < eaves + (ridge - eaves) * (1 - np.abs(2 * u - 1))) if side < 0 else
                 (lambda u, v: u * ridge < eaves + (ridge - eaves) * (1 - np.abs(2 * v - 1))),
                 texture=logs if side < 0 else (lambda u, v: logs(v, u)))
        rise, over = ridge - eaves, 0.45
        lift = over * rise / w
        face(vec(-l - over, eaves - lift, -w - over), vec(0, rise + lift, w + over), vec(long + 2 * over, 0, 0), roof,
             texture=lambda u, v: shingles(v, u))
        face(vec(-l - over, eaves - lift, w + over), vec(long + 2 * over, 0, 0), vec(0, rise + lift, -w - over), roof,
             texture=shingles)
        face(vec(-l - over, eaves - lift - 0.16, -w - over - 0.02), vec(0, 0.16, 0), vec(long + 2 * over, 0, 0), wall * 1.5)
        face(vec(l * 0.45, ridge - 0.9, 0.1), vec(0, 1.6, 0), vec(0.7, 0, 0), rgb(0.22, 0.19, 0.17))
        face(vec(l * 0.45, ridge - 0.9, 0.1), vec(0, 0, 0.7), vec(0, 1.6, 0), rgb(0.22, 0.19, 0.17))
        for x in (-0.62, -0.2, 0.55):
            face(vec(x * l - 0.08, 0.9, -w - 0.03), vec(0, 1.2, 0), vec(1.16, 0, 0), rgb(0.55, 0.5, 0.43))
            face(vec(x * l, 0.98, -w - 0.06), vec(0, 1.04, 0), vec(1.0, 0, 0), rgb(0.04, 0.05, 0.06), light=glow)
            face(vec(x * l + 0.47, 0.98, -w - 0.08), vec(0, 1.04, 0), vec(0.07, 0, 0), rgb(0.5, 0.45, 0.4))
        face(vec(l * 0.2, 0, -w - 0.04), vec(0, 2.0, 0), vec(0.95, 0, 0), rgb(0.13, 0.07, 0.04))
        turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        for p, n, albedo, light in faces:
            n = n @ turn.T
            direct = np.clip(n @ self.sun, 0, 1)[:, None]
            colour = albedo * (direct * self.sunlight + (0.6 + 0.4 * n[:, 1:2]) * self.skylight)
            if light is not None:
                colour = colour + light * (0.6 + 0.5 * rng.random((len(p), 1)))
            view.splat(p @ turn.T + np.asarray(at), colour.astype(F32), BARE)


class Noon(Scene):
    """High sun behind the left shoulder, cumulus, snow on the peaks, a cabin on a headland."""

    def __init__(self, scale):
        super().__init__(20260, scale)
        self.camera = Camera(*self.size, horizon=0.53, eye=2.7)
        self.sun = normalise(np.array([-0.62, 0.80, -0.45]))
        self.cloud_sun, self.sided = self.sun, True
        self.sunlight, self.skylight = rgb(3.1, 2.95, 2.65), rgb(0.42, 0.58, 0.86)
        self.reach, self.cloud_reach = rgb(28000, 21000, 14500), 2.2
        self.haze_gain, self.haze_floor = rgb(0.8, 0.9, 1.0), rgb(0, 0, 0)
        self.view_start, self.mirror_start = 3.2, 30.0
        self.body = rgb(0.012, 0.05, 0.055)
        self.forest_ends = 1500
        self.boulders = [(2.6, 9.9, 0.75, 0.42), (3.9, 9.2, 0.5, 0.3), (1.5, 11.6, 0.6, 0.22), (4.6, 10.6, 0.8, 0.25),
                         (-3.4, 11.2, 0.7, 0.5), (5.4, 8.1, 0.45, 0.25), (0.4, 10.6, 0.35, 0.18)]
        self.film = dict(exposure=0.85, bloom=0.03, falloff=0.22, noise=0.055, warmth=(1.02, 1.0, 0.99))

    def air(self, rays):
        return sky_light(rays, self.sun, haze=0.7) * rgb(18, 18, 18) + rgb(0.004, 0.012, 0.03)

    def disc(self, rays):
        return F32(0)

    def clouds(self):
        cumulus = CloudLayer(self.random(11), base=1300, top=2700, cover=0.41, size=2600, erode=0.36)
        light = rgb(3.3, 3.2, 3.05), rgb(0.56, 0.66, 0.80), rgb(0.30, 0.345, 0.42)
        return [(cumulus, light)]

    def shore(self, x):
        return 10.5 - 0.42 * x + 0.9 * look_up(self.rough, x / 37, x * 0 + 0.3)

    def headland(self, x, z):
        """Metres above or below the headland's shoreline."""
        wobble = 9 * look_up(self.rough, x / 160, z / 160)
        d = 1 - np.hypot((x + 92 + wobble) / 74, (z - 158 + wobble) / 34)
        return np.where(d > 0, 4.6 * (1 - np.exp(-2.6 * d.clip(0))), 9 * d)

    def far(self, x, z):
        inland = z - 1000 - 150 * look_up(self.rough, x / 3000, z * 0 + 0.7) - 0.0001 * x * x
        hill = smoothstep(0, 2400, inland) * (90 + 560 * self.mountains(x, z, 5200) + 0.08 * np.abs(x + 300))
        west = 1150 * np.exp(-((x + 3600) / 1900) ** 2 - ((z - 6800) / 2600) ** 2)
        peak = 2050 * np.exp(-((x - 1900) / 2300) ** 2 - ((z - 10500) / 3000) ** 2)
        back = 1700 * np.exp(-((x + 1800) / 6500) ** 2 - ((z - 17500) / 4000) ** 2)
        relief = self.mountains(x + 900, z, 9000, 0.04)
        fine = self.mountains(x, z + 500, 2300, 0.05)
        high = (west + peak + back) * (0.40 + 0.62 * relief + 0.14 * fine)
        h = np.where(inland > 0, 0.045 * inland.clip(0, 400), 0.02 * inland) + hill + high * smoothstep(300, 3000, inland)
        wooded = smoothstep(0, 80, inland) * (1 - smoothstep(520, 760, h + 60 * look_up(self.rough, x / 900, z / 900)))
        crowns = 13 * look_up(self.canopy, x / 560, z / 560) * wooded * smoothstep(1500, 2300, z)
        return h + crowns

    def bank(self, x, z):
        near = self.shore(x) - z
        ground = np.where(near > 0, 1.15 * np.tanh(0.22 * near), 0.17 * near)
        stones = 0.055 * look_up(self.pebbles, x / 9, z / 9) + 0.02 * look_up(self.pebbles, x / 2.9, z / 2.9)
        ground = ground + stones * smoothstep(3.5, -0.5, near) + 0.02 * look_up(self.rough, x / 3, z / 3)
        return self.boulder_heights(x, z, ground)

    def shade(self, x, z):
        drift = look_up(self.gusts, np.asarray(x) / 9000 + 0.2, np.asarray(z) / 9000)
        return mix(1.0, 0.42, smoothstep(0.35, 1.0, drift) * smoothstep(1200, 3000, np.asarray(z)))

    def surface(self, x, y, z, normal):
        broad, fine = look_up(self.rough, x / 700, z / 700), look_up(self.grain, x / 60, z / 60)
        tiny = look_up(self.grain, x / 2.3 + 0.31 * y, (z + 0.8 * y) / 2.3)
        forest = rgb(0.030, 0.052, 0.020) * (1 + 0.25 * fine + 0.15 * broad)[:, None]
        meadow = rgb(0.13, 0.155, 0.05) * (1 + 0.2 * fine)[:, None]
        streak = look_up(self.grain, (x + y) / 900, y / 130)
        rock = rgb(0.19, 0.178, 0.165) * (1 + 0.28 * streak + 0.2 * broad)[:, None]
        level = y + 90 * broad + 40 * fine
        tree_line = 1 - smoothstep(560, 760, level)
        steep = smoothstep(0.80, 0.62, normal[:, 1] + 0.05 * fine)
        ground = mix(meadow, rock, np.maximum(steep, smoothstep(820, 1180, level))[:, None])
        clearing = smoothstep(0.9, 1.3, look_up(self.rough, x / 1500 + 0.3, z / 1500))
        albedo = mix(ground, forest, (tree_line * (1 - 0.9 * clearing))[:, None])
        snow = smoothstep(1250, 1560, level + 260 * broad) * smoothstep(0.50, 0.74, normal[:, 1] + 0.06 * streak)
        albedo = mix(albedo, rgb(0.80, 0.82, 0.86), snow[:, None])
        crown = look_up(self.canopy, x / 560, z / 560)
        openness = mix(1.0, 0.25 + 0.9 * crown, tree_line * smoothstep(1500, 2300, z))
        near = z < 60
        boulder = self.on_boulder(x, z)
        stone = mix(look_up(self.pebble_tone, x / 9, z / 9), 0.45, boulder)
        stones = rgb(0.15, 0.14, 0.125) * (0.55 + 0.8 * stone + 0.22 * tiny)[:, None]
        soil = rgb(0.075, 0.085, 0.03) * (1 + 0.3 * tiny)[:, None]
        turf = smoothstep(0.42, 0.62, y + 0.12 * look_up(self.rough, x / 6, z / 6))
        shore = mix(stones, soil, (turf * (1 - boulder))[:, None]) * mix(0.45, 1.0, smoothstep(0.0, 0.10, y))[:, None]
        albedo = np.where(near[:, None], shore, albedo)
        turf = turf * (1 - boulder)
        cavity = mix(0.45 + 1.0 * look_up(self.pebbles, x / 9, z / 9), 0.9, boulder)
        openness = np.where(near, mix(cavity, 0.7, turf), openness)
        island = (z >= 60) & (z < 420)
        rim = mix(rgb(0.17, 0.15, 0.12), rgb(0.05, 0.065, 0.022), smoothstep(0.25, 0.9, y)[:, None])
        albedo = np.where(island[:, None], rim * (1 + 0.35 * fine + 0.3 * tiny)[:, None], albedo)
        label = np.where(near, np.where(turf > 0.5, PLANTS, BARE), np.where(z < self.forest_ends, PLANTS, HILLS))
        return albedo.astype(F32), openness.astype(F32), label

    @staticmethod
    def choose(rng, leafy, broad, pine, fir):
        """A tree of one of three (stock, height) kinds: stock, height, tint."""
        draw, tint = rng.random(), rgb(0.045, 0.07, 0.03)
        stock, tall = broad if draw < leafy else pine if draw < leafy + 0.15 else fir
        if draw < leafy:
            tint = rgb(0.085, 0.13, 0.03)
        return stock, tall * rng.uniform(0.55, 1.15), tint * F32(rng.uniform(0.75, 1.3))

    def trees(self, rng):
        firs = self.grow('fir', 14, 190, rng)
        broad = self.grow('broad', 6, 120, rng)
        pine = self.grow('pine', 6, 190, rng)
        found = []
        x, z = rng.uniform(-175, -15, 900), rng.uniform(122, 195, 900)
        dry = (self.headland(x, z) > 0.7) & ~((-64 < x) & (x < -30) & (z < 160))
        for x, z in zip(x[dry], z[dry]):
            stock, tall, tint = self.choose(rng, 0.16, (broad, 7.5), (pine, 14), (firs, 13))
            found.append((x, z, tall * smoothstep(-15, -75, x).clip(0.6, 1), stock, tint))
        z = 960 + 1500 * rng.random(9000) ** 2
        x = rng.uniform(-0.58, 0.58, 9000) * z
        dry = (self.land(x, z) > 1) & (look_up(self.rough, x / 700, z / 700) < 1.35)
        for x, z in zip(x[dry], z[dry]):
            stock, tall, tint = self.choose(rng, 0.2, (broad, 13), (firs, 21), (firs, 19))
            found.append((x, z, tall, stock, tint * 0.85))
        return found

    def build(self, view, rng):
        x, z = -47.0, 146.0
        y = float(self.land(np.array([x]), np.array([z]))[0])
        self.cabin(view, rng, (x, y - 0.1, z), 0.62, (9.5, 6.5, 2.7, 5.4), rgb(0.19, 0.085, 0.045),
                   rgb(0.16, 0.15, 0.15), None)

    def ripples(self, rng):
        return [(wave_slopes(rng, 512, 6, 150, (0.35, 1)), 14.0, 0.030),
                (wave_slopes(rng, 512, 4, 120, (-0.2, 1)), 3.7, 0.020)]

    def calm(self, x, z):
        wind = look_up(self.gusts, x / 700 + 0.37, z / 240)
        return 0.28 + 0.75 * smoothstep(-0.5, 1.2, wind)

    def foreground(self, view, rng):
        n = 34000
        z = 3.3 + 9 * rng.random(n) ** 1.3
        x = rng.uniform(-0.62, 0.62, n) * z
        clump = look_up(self.rough, x / 6, z / 6)
        up = self.land(x, z)
        keep = (up + 0.12 * clump > 0.5 + 0.15 * rng.random(n)) & (self.on_boulder(x, z) < 0.5)
        spots = np.stack([x, z], -1)[keep]
        colours = rgb(0.12, 0.17, 0.035, 0.16, 0.19, 0.05, 0.22, 0.2, 0.08, 0.09, 0.14, 0.03).reshape(4, 3)
        self.grass(view, rng, 90, spots, 0.30 + 0.07 * clump[keep].clip(-1, 2), colours)


class Dusk(Scene):
    """A low sun in the gap of a valley, a glitter path, dark pines and a lit cabin at the right."""

    def __init__(self, scale):
        super().__init__(777, scale)
        self.camera = Camera(*self.size, horizon=0.50, eye=2.2)
        self.sun = normalise(np.array([-0.135, 0.050, 1.0]))
        self.cloud_sun, self.sided = normalise(np.array([-0.135, -0.03, 1.0])), True
        self.sunlight, self.skylight = rgb(2.2, 0.85, 0.28), rgb(0.20, 0.17, 0.27)
        self.reach, self.cloud_reach = rgb(21000, 17500, 14000), 3.0
        self.haze_gain, self.haze_floor = rgb(0.30, 0.30, 0.50), rgb(0.012, 0.022, 0.062)
        self.view_start, self.mirror_start = 2.6, 30.0
        self.body = rgb(0.010, 0.012, 0.018)
        self.film = dict(exposure=1.05, bloom=0.06, falloff=0.30, noise=0.085, warmth=(1.03, 1.0, 0.99))
        self.needles, self.forest_ends = rgb(0.04, 0.05, 0.03), 1500
        self.boulders = [(-2.9, 8.6, 0.85, 0.42), (-3.9, 10.2, 1.1, 0.6), (-1.55, 8.0, 0.42, 0.2), (-5.6, 11.8, 0.9, 0.35),
                         (-0.7, 9.4, 0.5, 0.16), (1.2, 13.5, 0.6, 0.2), (-2.6, 12.4, 0.5, 0.22), (3.4, 9.5, 0.5, 0.25)]

    def air(self, rays):
        up = np.maximum(rays[..., 1:2], 0)
        glow = np.exp(-np.maximum(1 - rays @ self.sun.astype(F32), 0)[..., None] * 9)
        tint = mix(rgb(0.17, 0.10, 0.17), rgb(0.035, 0.09, 0.23), smoothstep(0.0, 0.34, up))
        light = sky_light(rays, normalise(self.sun + [0, -0.02, 0]), haze=1.1) * 13
        return light * 0.5 + tint * 0.75 + glow * rgb(0.30, 0.10, 0.02) * np.exp(-up * 7)

    def disc(self, rays):
        away = np.arccos(np.clip(rays @ self.sun.astype(F32), -1, 1))[..., None]
        return smoothstep(0.0085, 0.0065, away) * rgb(60, 34, 12) + np.exp(-away / 0.035) * rgb(1.4, 0.6, 0.14)

    def clouds(self):
        sheet = CloudLayer(self.random(11), base=2600, top=3300, cover=0.47, size=2400, stretch=(2.4, 1.0), erode=0.42, density=0.009)
        light = rgb(1.35, 0.40, 0.14), rgb(0.05, 0.06, 0.125), rgb(0.19, 0.08, 0.10)
        return [(sheet, light)]

    def headland(self, x, z):
        """The wooded headland at the right."""
        wobble = 5 * look_up(self.rough, x / 90, z / 90)
        d = 1 - np.hypot((x - 47 + wobble) / 36, (z - 80 + wobble) / 17)
        return np.where(d > 0, 3.4 * (1 - np.exp(-2.4 * d.clip(0))), 8 * d)

    def far(self, x, z):
        middle = -0.135 * z
        aside = x - middle
        inland = z - 1500 + 0.55 * np.abs(aside) + 120 * look_up(self.rough, x / 2100, z * 0 + 0.2)
        relief = self.mountains(x, z, 5600, 0.05)
        fine = self.mountains(x + 300, z, 1700, 0.05)
        wall = 560 * smoothstep(150, 2100, aside) + 800 * smoothstep(100, 2300, -aside)
        h = smoothstep(0, 1900, inland) * (20 + wall * (0.35 + 0.75 * relief + 0.15 * fine))
        back = 620 * np.exp(-((aside - 2600) / 3600) ** 2 - ((z - 11500) / 2500) ** 2)
        back = back + 980 * np.exp(-((aside + 4200) / 2700) ** 2 - ((z - 10500) / 2500) ** 2)
        h = h + back * (0.5 + 0.6 * relief) + smoothstep(9000, 16000, z) * 330 * (0.5 + 0.8 * self.mountains(x, z, 7800))
        h = np.where(inland > 0, 0.03 * inland.clip(0, 500), 0.02 * inland) + h
        crowns = 15 * look_up(self.canopy, x / 560, z / 560) * smoothstep(20, 90, inland) * (1 - smoothstep(450, 700, h))
        return h + crowns

    def bank(self, x, z):
        near = 6.3 - 0.10 * x + 0.5 * look_up(self.rough, x / 30, x * 0 + 0.6) - z
        ground = np.where(near > 0, 0.55 * np.tanh(0.3 * near), 0.2 * near)
        stones = 0.10 * look_up(self.pebbles, x / 13, z / 13) + 0.03 * look_up(self.pebbles, x / 3.7, z / 3.7)
        ground = ground + stones * smoothstep(-4, 0.5, near) + 0.02 * look_up(self.rough, x / 3, z / 3)
        return self.boulder_heights(x, z, ground)

    def shade(self, x, z):
        return 0.2 + 0.8 * smoothstep(60, 20, np.asarray(z)) + 0 * np.asarray(x)

    def surface(self, x, y, z, normal):
        fine = look_up(self.grain, x / 60, z / 60)
        tiny = look_up(self.grain, x / 2.3 + 0.31 * y, (z + 0.8 * y) / 2.3)
        albedo = rgb(0.05, 0.055, 0.035) * (1 + 0.3 * fine)[:, None]
        crown = look_up(self.canopy, x / 560, z / 560)
        openness = 0.3 + 0.9 * crown
        near = z < 60
        boulder = self.on_boulder(x, z)
        stone = mix(look_up(self.pebble_tone, x / 13, z / 13), 0.5, boulder)
        stones = rgb(0.17, 0.155, 0.15) * (0.5 + 0.7 * stone + 0.2 * tiny)[:, None]
        turf = smoothstep(0.27, 0.42, y + 0.10 * look_up(self.rough, x / 6, z / 6)) * (z < 7.5)
        shore = mix(stones, rgb(0.05, 0.05, 0.03), turf[:, None]) * mix(0.5, 1.0, smoothstep(0.0, 0.08, y))[:, None]
        albedo = np.where(near[:, None], shore, albedo)
        cavity = mix(0.5 + 0.8 * look_up(self.pebbles, x / 13, z / 13), 0.95, boulder)
        openness = np.where(near, cavity, openness)
        label = np.where(near, np.where(turf > 0.5, PLANTS, BARE), np.where(z < self.forest_ends, PLANTS, HILLS))
        return albedo.astype(F32), openness.astype(F32), label

    def trees(self, rng):
        firs, pines = self.grow('fir', 10, 330, rng), self.grow('pine', 8, 330, rng)
        found = []
        x, z = rng.uniform(10, 85, 420), rng.uniform(63, 98, 420)
        dry = (self.headland(x, z) > 0.6) & ~((24 < x) & (x < 37) & (z < 81))
        for x, z in zip(x[dry], z[dry]):
            tall = 15 * rng.uniform(0.4, 1.2) * smoothstep(8, 45, x).clip(0.45, 1)
            found.append((x, z, tall, pines if rng.random() < 0.4 else firs, self.needles))
        z = 900 + 1500 * rng.random(6000)
        x = rng.uniform(-0.58, 0.58, 6000) * z
        dry = self.land(x, z) > 1.5
        found += [(x, z, 21 * rng.uniform(0.6, 1.2), firs, self.needles) for x, z in zip(x[dry], z[dry])]
        return found

    def build(self, view, rng):
        x, z = 30.0, 74.0
        y = float(self.land(np.array([x]), np.array([z]))[0])
        self.cabin(view, rng, (x, y - 0.1, z), 0.35, (9.0, 6.5, 2.7, 5.2), rgb(0.12, 0.07, 0.045), rgb(0.09, 0.085, 0.09),
                   rgb(2.4, 1.25, 0.38))

    def ripples(self, rng):
        return [(wave_slopes(rng, 512, 5, 150, (0.25, 1)), 15.0, 0.034),
                (wave_slopes(rng, 512, 4, 120, (-0.2, 1)), 3.9, 0.022)]

    def calm(self, x, z):
        return 0.45 + 0.7 * smoothstep(-1.0, 1.3, look_up(self.gusts, x / 600, z / 260))

    def foreground(self, view, rng):
        n = 9000
        z = 2.8 + 5 * rng.random(n)
        x = rng.uniform(-0.62, 0.62, n) * z
        keep = self.land(x, z) + 0.10 * look_up(self.rough, x / 6, z / 6) > 0.31 + 0.1 * rng.random(n)
        spots = np.stack([x, z], -1)[keep]
        colours = rgb(0.07, 0.075, 0.03, 0.1, 0.09, 0.05, 0.13, 0.1, 0.06).reshape(3, 3)
        self.grass(view, rng, 90, spots, 0.26, colours)


def write(name, scene, out, masks):
    picture, parts = scene.render()
    Image.fromarray(picture).save(out / f'{name}.jpg', quality=93, subsampling=0, optimize=True)
    order = sorted(parts)
    winner = np.argmax(np.stack([parts[k] for k in order]), 0)
    palette = np.array([REGIONS[k][1] for k in order], np.uint8)
    Image.fromarray(palette[winner]).save(out / f'{name}-labels.png', optimize=True)
    if masks:
        masks.mkdir(parents=True, exist_ok=True)
        for k in order:
            grey = (parts[k] * 255).round().clip(0, 255).astype(np.uint8)
            Image.fromarray(grey).save(masks / f'{name}-{REGIONS[k][0]}.png')


def main():
    parser = argparse.ArgumentParser(description='Render the sample lakes and their label maps.')
    parser.add_argument('--out', type=pathlib.Path, required=True, help='folder for the pictures')
    parser.add_argument('--scale', type=float, default=1.0, help='1 is 1200x800 pixels')
    parser.add_argument('--small', action='store_true', help='the same as --scale 0.25')
    parser.add_argument('--masks', type=pathlib.Path, help='folder for one soft mask per region')
    parser.add_argument('--only', choices=('noon', 'dusk'), help='render one of the two')
    options = parser.parse_args()
    scale = 0.25 if options.small else options.scale
    if not 0.05 <= scale <= 4:
        parser.error('--scale must be between 0.05 and 4')
    options.out.mkdir(parents=True, exist_ok=True)
    for name, scene in (('noon', Noon), ('dusk', Dusk)):
        if options.only in (None, name):
            write(name, scene(scale), options.out, options.masks)


if __name__ == '__main__':
    main()
