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

from figures import Cabin, Stock, grass
from landscape import (F32, Camera, View, bell, blur, cells, fractal, look_up, mix, normalise, resize,
                       rgb, ridged, smoothstep, water, wave_slopes)
from weather import CloudLayer, sky_light

SKY, HILLS, PLANTS, WATER, BARE = range(5)
REGIONS = {SKY: ('sky', (0, 0, 255)), HILLS: ('hills', (128, 128, 128)),
           PLANTS: ('plants', (0, 255, 0)), WATER: ('water', (0, 255, 255)),
           BARE: ('bare', (255, 0, 0))}
BANK_ENDS, FOREST_ENDS = 60, 1500       # metres ahead


def spread(tile, x, z, size):
    """A noise tile laid over the ground, `size` metres a side."""
    return look_up(tile, x / size, z / size)


class Scene:
    """What both lakes share: noise, the lie of the land, and the order of painting."""

    def __init__(self, seed, scale):
        self.size, self.scale, self.seed = (round(1200 * scale), round(800 * scale)), scale, seed
        self.rough = fractal(self.random(1), 1024, 2, 1.95, low=2)
        self.grain = fractal(self.random(2), 1024, 2, 1.25, low=4)
        self.smooth = fractal(self.random(3), 512, 2, 2.9, low=3)
        self.ridges = ridged(self.random(4), 1024, low=2, octaves=8)
        pebble, self.pebble_tone = cells(self.random(5), 1024, 48)
        self.pebbles = np.sqrt(np.clip(0.3 - pebble ** 2, 0, 1))
        crown, tall = cells(self.random(6), 512, 64)
        self.canopy = np.clip(1 - crown * 1.15, 0, 1) * (0.5 + 0.7 * tall)
        self.gusts = fractal(self.random(7), 512, 2, 1.5, low=2)

    def random(self, stream):
        """A generator of its own for each purpose, so that a change to one leaves the others."""
        return np.random.default_rng([self.seed, stream])

    # ---- the lie of the land
    def land(self, x, z):
        """Height in metres above the water: the near shore, a headland, the far side."""
        x, z = np.broadcast_arrays(np.asarray(x, float), np.asarray(z, float))
        height, reach = np.empty(x.shape), 0
        parts = (BANK_ENDS, self.bank), (View.near_ends, self.headland), (np.inf, self.far)
        for limit, part in parts:
            here = (z >= reach) & (z < limit)
            if here.any():
                height[here] = part(x[here], z[here])
            reach = limit
        return height

    def lumps(self, x, z):
        return 0.14 * spread(self.smooth, x, z, 5.3)

    def with_boulders(self, x, z, ground):
        """Ground with the scene's boulders (x, z, radius, height) on it."""
        lumps = self.lumps(x, z)
        for bx, bz, radius, tall in self.boulders:
            d = np.hypot(x - bx, z - bz) / radius + lumps
            cut = 0.10 * look_up(self.smooth, x / 3.1 + bx, z / 3.1)
            dome = (tall + 0.25) * (np.clip(1 - d ** 2, 0, 1) ** 0.5 + cut) - 0.25
            ground = np.maximum(ground, np.where(d < 1, dome, -9))
        return ground

    def on_boulder(self, x, z):
        """1 on a boulder, 0 beside it."""
        away = [np.hypot(x - bx, z - bz) / radius for bx, bz, radius, _ in self.boulders]
        return smoothstep(1.0, 0.93, np.min(away, 0) + self.lumps(x, z)) * (z < BANK_ENDS)

    def island(self, x, z, middle, radii, wobble, height, steep):
        """A headland: metres above its shoreline, or below."""
        shift = wobble * spread(self.rough, x, z, 18 * wobble)
        d = 1 - np.hypot((x - middle[0] + shift) / radii[0], (z - middle[1] + shift) / radii[1])
        return np.where(d > 0, height * (1 - np.exp(-steep * d.clip(0))), 8.5 * d)

    def mountains(self, x, z, size, warp=0.05):
        """Ridged relief in 0..1 or so, with valleys bent by a coarse noise."""
        u = x / size + warp * spread(self.rough, x, z, 3 * size)
        v = z / size + warp * look_up(self.rough, x / size / 3 + 0.5, z / size / 3)
        return 1.15 - 1.15 * np.exp(-1.4 * look_up(self.ridges, u, v))

    def stones(self, x, y, z, size, colour):
        """Albedo and openness of a stony shore, boulders included."""
        boulder = self.on_boulder(x, z)
        tiny = look_up(self.grain, x / 2.3 + 0.31 * y, (z + 0.8 * y) / 2.3)
        tone = mix(spread(self.pebble_tone, x, z, size), 0.47, boulder)
        albedo = colour * (0.53 + 0.75 * tone + 0.21 * tiny)[:, None]
        return albedo, mix(0.47 + 0.9 * spread(self.pebbles, x, z, size), 0.92, boulder)

    def label(self, z, turf):
        near = np.where(turf > 0.5, PLANTS, BARE)
        return np.where(z < BANK_ENDS, near, np.where(z < FOREST_ENDS, PLANTS, HILLS))

    # ---- painting
    def plant(self, view, trees):
        """Paint trees (x, z, height, stock, tint), the farthest first."""
        x, z = (np.array([t[k] for t in trees]) for k in (0, 1))
        foot, shade = self.land(x, z).clip(0), self.shade(x, z)
        for k in np.argsort(-z, kind='stable'):
            if z[k] < view.start:
                continue
            height, stock, tint = trees[k][2:]
            which = int(abs(x[k] * 7.3 + z[k] * 3.1) * 10)
            picture = stock.picture(which, height / z[k] * self.camera.f)
            colours = tint * self.sunlight * shade[k], tint * self.skylight
            label = PLANTS if z[k] < FOREST_ENDS else HILLS
            view.sprite(x[k], foot[k] - 0.02 * height, z[k], picture, colours, label)

    def stand_cabin(self, x, z, **looks):
        ground = float(self.land(x, z))
        return Cabin((x, ground - 0.1, z), **looks)

    def light_land(self, view, count):
        """Trace, light and paint the ground. Returns the pixels that are water (row, column,
        distance), the height of the lake's bed there and its light."""
        row, column, z = view.trace(self.land, count)
        x = self.camera.across[column] * z
        y = self.land(x, z)
        dry = y > 0
        if view.mirrored:
            row, column, x, y, z, dry = (a[dry] for a in (row, column, x, y, z, dry))
        e = np.maximum(z * 0.0012, 0.006)
        normal = np.stack([self.land(x - e, z) - self.land(x + e, z), 2 * e,
                           self.land(x, z - e) - self.land(x, z + e)], -1)
        normal = normalise(normal.astype(F32))
        albedo, openness, label = self.surface(x, y, z, normal)
        lit = self.shade(x, z) * np.clip(normal @ self.sun.astype(F32), 0, 1)
        for way in np.geomspace(0.0015, 0.5, 11):
            d = way * z
            over = self.land(x + self.sun[0] * d, z + self.sun[2] * d) - (y + self.sun[1] * d)
            lit = lit * (1 - smoothstep(-0.03, 0.05, over / d))
        sky = (0.55 + 0.45 * normal[:, 1]) * openness + 0.12 * (1 - normal[:, 1]) * self.sun[1]
        light = albedo * (lit[:, None] * self.sunlight + sky[:, None] * self.skylight)
        light = light.astype(F32)
        view.light[row[dry], column[dry]] = view.through_air(light[dry], z[dry], column[dry])
        view.distance[row, column] = z
        view.label[row, column] = np.where(dry, label, WATER)
        wet = ~dry
        return row[wet], column[wet], z[wet], y[wet], light[wet]

    def clouded(self, sky):
        """Clouds over the sky, at half the picture's resolution, dimmed by the air before them."""
        camera, reduce = self.camera, self.camera.s * 2
        rays = camera.rays(reduce)[:camera.horizon // reduce + 1]
        layer, light = self.clouds()
        colour, clear, reach = layer.render(rays, self.cloud_sun, *light, self.random(12))
        air = np.exp(-reach[..., None] / (self.reach * self.cloud_reach))
        near = resize(self.air(rays[::4, ::4]), rays.shape[1], rays.shape[0])
        colour = colour * air + near * (1 - clear[..., None]) * (1 - air)
        both = blur(np.concatenate([colour, clear[..., None]], -1), 0.6)
        both = resize(both, camera.w, rays.shape[0] * reduce)[:camera.rows].clip(0)
        n = len(both)
        sky[:n] = sky[:n] * both[..., 3:].clip(0, 1) + both[..., :3]
        return sky

    def paint_water(self, view, mirror, row, column, z, bed_height, bed):
        """The lake: what it mirrors, and near the shore its bed."""
        ripples, surface = self.ripples(self.random(14)), np.empty((len(z), 3), F32)
        for part, samples in ((z < 40, 6), (z >= 40, 20)):      # far ripples are finer than pixels
            surface[part] = water(view, mirror, row[part], column[part], z[part], ripples,
                                  self.calm, self.body, self.land, self.random(15), samples)
        theta = np.minimum(view.eye / z, 1)
        passes = 1 - (0.02 + 0.98 * (1 - theta) ** 5)
        clear = np.exp(3.2 * bed_height[:, None] * rgb(1.5, 1.0, 1.15)) * passes[:, None]
        surface += clear * (bed * rgb(0.75, 0.85, 0.8) - self.body)
        view.light[row, column] = view.through_air(surface, 0.6 * z, column)

    def render(self):
        """The photograph (8-bit) and the soft masks by region."""
        camera = self.camera
        rays = camera.rays()
        coarse = normalise(resize(rays, camera.w // 8, camera.rows // 8))
        sky = resize(self.air(coarse), camera.w, camera.rows).clip(0)
        edge = sky[camera.horizon - int(0.02 * camera.f) - 1]
        edge = blur(np.repeat(edge[None], 3, 0), camera.w / 60)[1]
        haze = {'reach': self.reach, 'colour': edge * self.haze_gain + self.haze_floor}
        sky = self.clouded(sky + self.disc(rays))
        trees, cabin, detail = self.trees(self.random(10)), self.cabin(), max(self.scale, 0.4)
        mirror = View(camera, sky, haze, True, self.mirror_start)
        self.light_land(mirror, int(1500 * detail))
        self.plant(mirror, trees)
        cabin.draw(self, mirror, self.random(13), BARE)
        view = View(camera, sky, haze, False, self.view_start)
        lake = self.light_land(view, int(2600 * detail))
        self.paint_water(view, mirror, *lake)
        self.plant(view, trees)
        cabin.draw(self, view, self.random(13), BARE)
        self.foreground(view, self.random(16))
        picture = camera.develop(view.light, self.random(17), **self.film)
        labels = view.label[camera.crop:]
        masks = {k: resize((labels == k).astype(F32), *self.size) for k in REGIONS}
        return picture, masks


class Noon(Scene):
    """High sun behind the left shoulder, cumulus, a bare peak, a red cabin on a headland."""

    def __init__(self, scale):
        super().__init__(104, scale)
        self.camera = Camera(*self.size, horizon=0.53, eye=2.7)
        self.sun = self.cloud_sun = normalise(np.array([-0.62, 0.80, -0.45]))
        self.sunlight, self.skylight = rgb(3.1, 2.95, 2.65), rgb(0.42, 0.58, 0.86)
        self.reach, self.cloud_reach = rgb(28000, 21000, 14500), 2.2
        self.haze_gain, self.haze_floor = rgb(0.8, 0.9, 1.0), rgb(0, 0, 0)
        self.view_start, self.mirror_start = 3.2, 30.0
        self.body = rgb(0.012, 0.05, 0.055)
        self.boulders = [(2.6, 9.9, 0.75, 0.42), (3.9, 9.2, 0.5, 0.3), (1.5, 11.6, 0.6, 0.22),
                         (4.6, 10.6, 0.8, 0.25), (-3.4, 11.2, 0.7, 0.5), (5.4, 8.1, 0.45, 0.25),
                         (0.4, 10.6, 0.35, 0.18)]
        self.film = {'exposure': 0.85, 'bloom': 0.03, 'falloff': 0.22, 'noise': 0.055,
                     'warmth': (1.02, 1.0, 0.99)}

    def air(self, rays):
        return sky_light(rays, self.sun, haze=0.7) * 18 + rgb(0.004, 0.012, 0.03)

    def disc(self, rays):
        return F32(0)       # the sun is behind the camera

    def clouds(self):
        cumulus = CloudLayer(self.random(11), 1300, 2700, cover=0.41, size=2600, erode=0.36)
        return cumulus, (rgb(3.3, 3.2, 3.05), rgb(0.56, 0.66, 0.80), rgb(0.30, 0.345, 0.42))

    def bank(self, x, z):
        near = 10.5 - 0.42 * x + 0.9 * look_up(self.rough, x / 37, x * 0 + 0.3) - z
        ground = np.where(near > 0, 1.15 * np.tanh(0.22 * near), 0.17 * near)
        stones = 0.055 * spread(self.pebbles, x, z, 9) + 0.02 * spread(self.pebbles, x, z, 2.9)
        ground = ground + stones * smoothstep(3.5, -0.5, near)
        return self.with_boulders(x, z, ground + 0.02 * spread(self.rough, x, z, 3))

    def headland(self, x, z):
        return self.island(x, z, (-92, 158), (74, 34), 9, 4.6, 2.6)

    def far(self, x, z):
        shore = 1000 + 150 * look_up(self.rough, x / 3000, z * 0 + 0.7) + 0.0001 * x * x
        inland = z - shore
        open_ = 0.35 + 0.65 * smoothstep(-100, 1500, np.abs(x - 420 - 0.06 * z))
        hills = 60 + 470 * self.mountains(x, z, 5200) + 0.07 * np.abs(x + 300)
        high = (1350 * bell(x, z, (-3300, 6800), (1900, 2600))
                + 2450 * bell(x, z, (1500, 10500), (2100, 3000))
                + 2300 * bell(x, z, (-1800, 17500), (6500, 4000)))
        high = high * (0.40 + 0.62 * self.mountains(x + 900, z, 9000, 0.04)
                       + 0.14 * self.mountains(x, z + 500, 2300))
        h = np.where(inland > 0, 0.045 * inland.clip(0, 400), 0.02 * inland)
        h = h + smoothstep(0, 2400, inland) * open_ * hills + smoothstep(300, 3000, inland) * high
        wooded = 1 - smoothstep(520, 760, h + 60 * spread(self.rough, x, z, 900))
        wooded = wooded * smoothstep(1500, 2300, z)     # nearer woods are single trees
        return h + 13 * spread(self.canopy, x, z, 560) * wooded

    def shade(self, x, z):
        """Shadows of clouds on the far hills."""
        drift = look_up(self.gusts, x / 9000 + 0.2, z / 9000)
        return mix(1.0, 0.42, smoothstep(0.35, 1.0, drift) * smoothstep(1200, 3000, z))

    def surface(self, x, y, z, normal):
        """Albedo, openness to the sky and label of the ground."""
        broad, fine = spread(self.rough, x, z, 700), spread(self.grain, x, z, 60)
        streak = look_up(self.grain, (x + y) / 900, y / 130)
        level = y + 90 * broad + 40 * fine
        rock = rgb(0.19, 0.178, 0.165) * (1 + 0.28 * streak + 0.2 * broad)[:, None]
        meadow = rgb(0.13, 0.155, 0.05) * (1 + 0.2 * fine)[:, None]
        forest = rgb(0.030, 0.052, 0.020) * (1 + 0.25 * fine + 0.15 * broad)[:, None]
        bare = np.maximum(smoothstep(0.80, 0.62, normal[:, 1] + 0.05 * fine),
                          smoothstep(820, 1180, level))
        wooded = 1 - smoothstep(560, 760, level)
        clearing = smoothstep(0.9, 1.3, look_up(self.rough, x / 1500 + 0.3, z / 1500))
        albedo = mix(meadow, rock, bare[:, None])
        albedo = mix(albedo, forest, (wooded * (1 - 0.9 * clearing))[:, None])
        snow = (smoothstep(1250, 1560, level + 260 * broad)
                * smoothstep(0.50, 0.74, normal[:, 1] + 0.06 * streak))
        albedo = mix(albedo, rgb(0.80, 0.82, 0.86), snow[:, None])
        crowns = 0.25 + 0.9 * spread(self.canopy, x, z, 560)
        openness = mix(1.0, crowns, wooded * smoothstep(1500, 2300, z))
        tiny = spread(self.grain, x, z, 2.3)
        rim = mix(rgb(0.17, 0.15, 0.12), rgb(0.05, 0.065, 0.022),
                  smoothstep(0.25, 0.9, y)[:, None])
        rim = rim * (1 + 0.35 * fine + 0.3 * tiny)[:, None]
        albedo = np.where((z < View.near_ends)[:, None], rim, albedo)
        stones, cavity = self.stones(x, y, z, 9, rgb(0.15, 0.14, 0.125))
        turf = smoothstep(0.42, 0.62, y + 0.12 * spread(self.rough, x, z, 6))
        turf = turf * (1 - self.on_boulder(x, z))
        soil = rgb(0.075, 0.085, 0.03) * (1 + 0.3 * tiny)[:, None]
        shore = mix(stones, soil, turf[:, None]) * mix(0.45, 1.0, smoothstep(0, 0.1, y))[:, None]
        near = z < BANK_ENDS
        albedo = np.where(near[:, None], shore, albedo)
        return albedo, np.where(near, mix(cavity, 0.7, turf), openness), self.label(z, turf)

    def trees(self, rng):
        stock = {kind: Stock(kind, n, height * self.camera.s * self.scale, self.sun, rng)
                 for kind, n, height in (('fir', 14, 190), ('broad', 6, 120), ('pine', 6, 190))}
        x, z = rng.uniform(-175, -15, 900), rng.uniform(122, 195, 900)
        dry = (self.headland(x, z) > 0.7) & ~((-64 < x) & (x < -30) & (z < 160))
        small = smoothstep(-15, -75, x).clip(0.6, 1)
        spots = [(*spot, 13, 0.16) for spot in np.stack([x, z, small], -1)[dry]]
        z = 960 + 1500 * rng.random(9000) ** 2
        x = rng.uniform(-0.58, 0.58, 9000) * z
        dry = (self.land(x, z) > 1) & (spread(self.rough, x, z, 700) < 1.35)
        spots += [(*spot, 20, 0.2) for spot in np.stack([x, z, 0 * x + 1], -1)[dry]]
        found = []
        for x, z, small, tall, leafy in spots:
            draw = rng.random()
            kind = 'broad' if draw < leafy else 'pine' if draw < 0.3 and z < 420 else 'fir'
            tall = tall * small * rng.uniform(0.55, 1.15) * (0.6 if kind == 'broad' else 1)
            tint = rgb(0.08, 0.12, 0.03) if kind == 'broad' else rgb(0.042, 0.065, 0.028)
            found.append((x, z, tall, stock[kind], tint * F32(rng.uniform(0.72, 1.25))))
        return found

    def cabin(self):
        return self.stand_cabin(-47.0, 146.0, yaw=0.62, size=(9.5, 6.5, 2.7, 5.4),
                                wall=rgb(0.19, 0.085, 0.045), roof=rgb(0.16, 0.15, 0.15),
                                glow=rgb(0, 0, 0))

    def ripples(self, rng):
        return [(wave_slopes(rng, 512, 6, 150, (0.35, 1)), 14.0, 0.030),
                (wave_slopes(rng, 512, 4, 120, (-0.2, 1)), 3.7, 0.020)]

    def calm(self, x, z):
        wind = look_up(self.gusts, x / 700 + 0.37, z / 240)
        return 0.28 + 0.75 * smoothstep(-0.5, 1.2, wind)

    def foreground(self, view, rng):
        z = 3.3 + 9 * rng.random(34000) ** 1.3
        x = rng.uniform(-0.62, 0.62, len(z)) * z
        clump = spread(self.rough, x, z, 6)
        keep = self.land(x, z) + 0.12 * clump > 0.5 + 0.15 * rng.random(len(z))
        keep &= self.on_boulder(x, z) < 0.5
        colours = np.stack([rgb(0.12, 0.17, 0.035), rgb(0.16, 0.19, 0.05), rgb(0.22, 0.20, 0.08),
                            rgb(0.09, 0.14, 0.03)])
        tall = 0.30 + 0.07 * clump[keep].clip(-1, 2)
        grass(self, view, rng, np.stack([x, z], -1)[keep], tall, colours, PLANTS)
        x, z = rng.uniform(-175, -10, 15000), rng.uniform(120, 175, 15000)
        spots = np.stack([x, z], -1)[self.headland(x, z) > 0.6]
        grass(self, view, rng, spots, 0.45, colours, PLANTS)


class Dusk(Scene):
    """A low sun in the gap of a valley, a glitter path, dark pines and a lit cabin at the right."""

    def __init__(self, scale):
        super().__init__(110, scale)
        self.camera = Camera(*self.size, horizon=0.50, eye=2.2)
        self.sun = normalise(np.array([-0.135, 0.050, 1.0]))
        self.cloud_sun = normalise(np.array([-0.135, -0.03, 1.0]))     # lights them from below
        self.sunlight, self.skylight = rgb(2.2, 0.85, 0.28), rgb(0.20, 0.18, 0.27)
        self.reach, self.cloud_reach = rgb(21000, 17500, 14000), 3.0
        self.haze_gain, self.haze_floor = rgb(0.22, 0.25, 0.42), rgb(0.012, 0.028, 0.070)
        self.view_start, self.mirror_start = 2.6, 30.0
        self.body = rgb(0.010, 0.014, 0.020)
        self.boulders = [(-2.9, 8.6, 0.85, 0.42), (-3.9, 10.2, 1.1, 0.6), (-1.55, 8.0, 0.42, 0.2),
                         (-5.6, 11.8, 0.9, 0.35), (-0.7, 9.4, 0.5, 0.16), (1.2, 13.5, 0.6, 0.2),
                         (-2.6, 12.4, 0.5, 0.22), (3.4, 9.5, 0.5, 0.25)]
        self.film = {'exposure': 1.25, 'bloom': 0.06, 'falloff': 0.30, 'noise': 0.06,
                     'warmth': (1.03, 1.0, 0.99)}

    def air(self, rays):
        up = np.maximum(rays[..., 1:2], 0)
        away = np.maximum(1 - rays @ self.sun.astype(F32), 0)[..., None]
        tint = mix(rgb(0.17, 0.10, 0.17), rgb(0.035, 0.09, 0.23), smoothstep(0.0, 0.34, up))
        light = sky_light(rays, normalise(self.sun + [0, -0.02, 0]), haze=1.1)
        glow = rgb(0.26, 0.085, 0.014) * np.exp(-14.4 * away - 9 * up)
        return light * 5.5 + tint * 0.75 + glow

    def disc(self, rays):
        away = np.arccos(np.clip(rays @ self.sun.astype(F32), -1, 1))[..., None]
        disc = smoothstep(0.0085, 0.0065, away) * rgb(60, 30, 9)
        return disc + np.exp(-away / 0.03) * rgb(1.2, 0.45, 0.08)

    def clouds(self):
        sheet = CloudLayer(self.random(11), 2600, 3300, cover=0.47, size=2400, stretch=(2.4, 1.0),
                           erode=0.42, density=0.009)
        return sheet, (rgb(1.35, 0.40, 0.14), rgb(0.05, 0.06, 0.125), rgb(0.19, 0.08, 0.10))

    def bank(self, x, z):
        near = 6.3 - 0.10 * x + 0.5 * look_up(self.rough, x / 30, x * 0 + 0.6) - z
        ground = np.where(near > 0, 0.55 * np.tanh(0.3 * near), 0.2 * near)
        stones = 0.10 * spread(self.pebbles, x, z, 13) + 0.03 * spread(self.pebbles, x, z, 3.7)
        ground = ground + stones * smoothstep(-4, 0.5, near)
        return self.with_boulders(x, z, ground + 0.02 * spread(self.rough, x, z, 3))

    def headland(self, x, z):
        return self.island(x, z, (47, 80), (36, 17), 5, 3.4, 2.4)

    def far(self, x, z):
        aside = x + 0.135 * z       # from the middle of the valley, which runs towards the sun
        inland = (z - 1500 + 0.55 * np.abs(aside)
                  + 120 * look_up(self.rough, x / 2100, z * 0 + 0.2))
        relief = self.mountains(x, z, 5600)
        wall = 560 * smoothstep(150, 2100, aside) + 800 * smoothstep(100, 2300, -aside)
        wall = wall * (0.35 + 0.75 * relief + 0.15 * self.mountains(x + 300, z, 1700))
        back = (620 * bell(aside, z, (2600, 11500), (3600, 2500))
                + 980 * bell(aside, z, (-4200, 10500), (2700, 2500)))
        h = np.where(inland > 0, 0.03 * inland.clip(0, 500), 0.02 * inland)
        h = h + smoothstep(0, 1900, inland) * (20 + wall) + back * (0.5 + 0.6 * relief)
        h = h + smoothstep(9000, 16000, z) * (165 + 264 * self.mountains(x, z, 7800))
        wooded = smoothstep(20, 90, inland) * (1 - smoothstep(450, 700, h))
        return h + 15 * spread(self.canopy, x, z, 560) * wooded

    def shade(self, x, z):
        """The headland lies in the shadow of the valley; the near shore gets the last sun."""
        return 0.2 + 0.8 * smoothstep(60, 20, z) + 0 * x

    def surface(self, x, y, z, normal):
        """Albedo, openness to the sky and label of the ground."""
        fine = spread(self.grain, x, z, 60)
        albedo = rgb(0.05, 0.055, 0.035) * (1 + 0.3 * fine)[:, None]
        openness = 0.3 + 0.9 * spread(self.canopy, x, z, 560)
        stones, cavity = self.stones(x, y, z, 13, rgb(0.17, 0.155, 0.15))
        turf = smoothstep(0.27, 0.42, y + 0.10 * spread(self.rough, x, z, 6)) * (z < 7.5)
        shore = mix(stones, rgb(0.05, 0.05, 0.03), turf[:, None])
        shore = shore * mix(0.5, 1.0, smoothstep(0.0, 0.08, y))[:, None]
        near = z < BANK_ENDS
        albedo = np.where(near[:, None], shore, albedo)
        return albedo, np.where(near, cavity, openness), self.label(z, turf)

    def trees(self, rng):
        pixels, tint = 330 * self.camera.s * self.scale, rgb(0.04, 0.05, 0.03)
        firs = Stock('fir', 10, pixels, self.sun, rng)
        pines = Stock('pine', 8, pixels, self.sun, rng)
        x, z = rng.uniform(10, 85, 420), rng.uniform(63, 98, 420)
        dry = (self.headland(x, z) > 0.6) & ~((24 < x) & (x < 37) & (z < 81))
        tall = 15 * rng.uniform(0.4, 1.2, 420) * smoothstep(8, 45, x).clip(0.45, 1)
        found = [(*spot, pines if rng.random() < 0.4 else firs, tint)
                 for spot in np.stack([x, z, tall], -1)[dry]]
        z = 900 + 1500 * rng.random(6000)
        x = rng.uniform(-0.58, 0.58, 6000) * z
        spots = np.stack([x, z, 21 * rng.uniform(0.6, 1.2, 6000)], -1)[self.land(x, z) > 1.5]
        return found + [(*spot, firs, tint) for spot in spots]

    def cabin(self):
        return self.stand_cabin(30.0, 74.0, yaw=0.35, size=(9.0, 6.5, 2.7, 5.2),
                                wall=rgb(0.12, 0.07, 0.045), roof=rgb(0.09, 0.085, 0.09),
                                glow=rgb(2.4, 1.25, 0.38))

    def ripples(self, rng):
        return [(wave_slopes(rng, 512, 5, 150, (0.25, 1)), 15.0, 0.034),
                (wave_slopes(rng, 512, 4, 120, (-0.2, 1)), 3.9, 0.022)]

    def calm(self, x, z):
        wind = look_up(self.gusts, x / 600, z / 260)
        return 0.45 + 0.7 * smoothstep(-1.0, 1.3, wind)

    def foreground(self, view, rng):
        z = 2.8 + 5 * rng.random(9000)
        x = rng.uniform(-0.62, 0.62, len(z)) * z
        ground = self.land(x, z) + 0.10 * spread(self.rough, x, z, 6)
        spots = np.stack([x, z], -1)[ground > 0.31 + 0.1 * rng.random(len(z))]
        colours = np.stack([rgb(0.07, 0.075, 0.03), rgb(0.10, 0.09, 0.05), rgb(0.13, 0.10, 0.06)])
        grass(self, view, rng, spots, 0.26, colours, PLANTS)
        x, z = rng.uniform(5, 60, 15000), rng.uniform(60, 85, 15000)
        spots = np.stack([x, z], -1)[self.headland(x, z) > 0.35]
        grass(self, view, rng, spots, 0.5, 1.6 * colours, PLANTS)


def write(name, scene, out, masks):
    """Render a scene and write its photograph, label map and, where asked for, soft masks."""
    picture, parts = scene.render()
    Image.fromarray(picture).save(out / f'{name}.jpg', quality=93, subsampling=0, optimize=True)
    winner = np.argmax(np.stack([parts[k] for k in sorted(REGIONS)]), 0)
    palette = np.array([REGIONS[k][1] for k in sorted(REGIONS)], np.uint8)
    Image.fromarray(palette[winner]).save(out / f'{name}-labels.png', optimize=True)
    if masks:
        masks.mkdir(parents=True, exist_ok=True)
        for k, (region, _) in REGIONS.items():
            grey = (parts[k] * 255).round().clip(0, 255).astype(np.uint8)
            Image.fromarray(grey).save(masks / f'{name}-{region}.png')


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
