# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sample's lakes under each other's light, for the paired bench: with the same scene under another
light there is a truth to measure against.

A scene is a place (the sample's two, or one of the same making from other noise) under a light: noon, dusk, a
clear morning with the sun at the right, or a grey day."""

import os
import sys

import numpy as np
from PIL import Image

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "samples")
sys.path.insert(0, SAMPLES)

from importlib import import_module

lakes = import_module("render-scenes")
rgb, normalise = lakes.rgb, lakes.normalise


class Morning(lakes.Noon):
    """A clear, cool morning: the sun stands low at the right."""

    def __init__(self, scale):
        super().__init__(scale)
        self.sun = self.cloud_sun = normalise(np.array([0.85, 0.30, -0.25]))
        self.sunlight, self.skylight = rgb(3.0, 2.2, 1.35), rgb(0.34, 0.50, 0.86)
        self.reach, self.haze_gain = rgb(15000, 13000, 11000), rgb(1.0, 0.95, 0.9)
        self.film = self.film | {"exposure": 1.0}

    def air(self, rays):
        return lakes.sky_light(rays, self.sun, haze=1.3) * 14 + rgb(0.02, 0.03, 0.06)

    def clouds(self):
        return None, (rgb(3.2, 2.5, 1.8), rgb(0.5, 0.6, 0.8), rgb(0.32, 0.33, 0.40))


class Grey(lakes.Noon):
    """A grey day: hardly any sun, a white sky, haze."""

    def __init__(self, scale):
        super().__init__(scale)
        self.sunlight, self.skylight = rgb(0.25, 0.25, 0.25), rgb(0.85, 0.92, 1.0)
        self.reach, self.haze_gain = rgb(6000, 5800, 5600), rgb(1.0, 1.0, 1.0)
        self.film = self.film | {"exposure": 0.95}

    def air(self, rays):
        up = np.maximum(rays[..., 1:2], 0)
        return rgb(0.62, 0.68, 0.76) * (1 - 0.35 * up)

    def clouds(self):
        return None, (rgb(0.75, 0.78, 0.8), rgb(0.6, 0.65, 0.7), rgb(0.35, 0.38, 0.42))


LIGHTS = {"noon": lakes.Noon, "dusk": lakes.Dusk, "morning": Morning, "grey": Grey}
PLACES = {"peak": (lakes.Noon, 0), "valley": (lakes.Dusk, 0), "peak2": (lakes.Noon, 7), "valley2": (lakes.Dusk, 7)}


def scene(place, light, scale):
    """A scene that can be rendered; `place` and `light` are names."""
    (base, noise), source = PLACES[place], LIGHTS[light]

    def clouds(self):
        return base.clouds(self)[0], source.clouds(self)[1]

    lit = type("Lit", (base,), {"air": source.air, "disc": source.disc, "shade": source.shade, "clouds": clouds,
                                "random": lambda self, stream: np.random.default_rng([self.seed + noise, stream])})
    made, donor = lit(scale), source(scale)
    for name in ("sun", "cloud_sun", "sunlight", "skylight", "reach", "cloud_reach", "haze_gain", "haze_floor",
                 "film"):
        setattr(made, name, getattr(donor, name))
    return made


def render(place, light, scale, folder):
    """Writes PLACE-LIGHT.png and the label map of the place, where they are not there yet; gives their paths."""
    photo, labels = (os.path.join(folder, name + ".png") for name in (f"{place}-{light}", f"{place}-labels"))
    if not (os.path.exists(photo) and os.path.exists(labels)):
        picture, parts = scene(place, light, scale).render()
        kinds = sorted(lakes.REGIONS)
        palette = np.array([lakes.REGIONS[k][1] for k in kinds], np.uint8)
        Image.fromarray(palette[np.argmax(np.stack([parts[k] for k in kinds]), 0)]).save(labels)
        Image.fromarray(picture).save(photo)
    return photo, labels
