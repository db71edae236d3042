# SPDX-License-Identifier: LGPL-3.0-or-later
"""A small landscape renderer: noise, a camera, views of the land, and water.

It knows nothing of a particular scene; render-scenes.py describes those, weather.py makes the sky
and figures.py what stands on the land. Everything is NumPy on float32 arrays. World coordinates
are metres: x to the right, y up from the water, z ahead. Colours are linear light until
Camera.develop. A picture is kept on a canvas of `rows` rows whose row `horizon` looks straight
ahead, so that what stands r rows above it is mirrored r rows below.
"""
import itertools

import numpy as np
from PIL import Image

F32 = np.float32


# ---------------------------------------------------------------- arithmetic and noise
def smoothstep(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    return a + (b - a) * t


def rgb(*values):
    return np.array(values, F32)


def normalise(v):
    return v / np.sqrt((v * v).sum(-1, keepdims=True))


def resize(a, width, height):
    """Bicubic enlargement, area-averaging reduction, of (H, W) or (H, W, C)."""
    if a.ndim == 3:
        return np.stack([resize(a[..., c], width, height) for c in range(a.shape[2])], -1)
    method = Image.BOX if width < a.shape[1] else Image.BICUBIC
    return np.asarray(Image.fromarray(a.astype(F32)).resize((width, height), method))


def blur(a, sigma):
    """Gaussian blur of (H, W) or (H, W, C), edges mirrored, done in the frequency domain."""
    if a.ndim == 3:
        return np.stack([blur(a[..., c], sigma) for c in range(a.shape[2])], -1)
    pad = min(int(4 * sigma) + 1, min(a.shape) - 1)
    p = np.pad(a, pad, mode='reflect')
    fy, fx = np.fft.fftfreq(p.shape[0])[:, None], np.fft.rfftfreq(p.shape[1])[None]
    kernel = np.exp(-2 * (np.pi * sigma) ** 2 * (fy * fy + fx * fx))
    out = np.fft.irfft2(np.fft.rfft2(p) * kernel, p.shape)
    return out[pad:-pad, pad:-pad].astype(F32)


def frequencies(n, dims):
    axes = np.meshgrid(*[np.fft.fftfreq(n, 1 / n)] * dims, indexing='ij')
    return np.sqrt(sum(a * a for a in axes))


def shaped_noise(rng, n, dims, gain):
    """A periodic tile of Gaussian noise with spectrum gain(k), zero mean and unit variance."""
    k = frequencies(n, dims)
    spectrum = np.fft.fftn(rng.standard_normal((n,) * dims)) * np.where(k > 0, gain(k + 1e-9), 0)
    a = np.fft.ifftn(spectrum).real
    return (a / a.std()).astype(F32)


def fractal(rng, n, dims=2, slope=1.9, low=1.0):
    """Fractal noise: amplitude falls as k^-slope above `low` cycles per tile."""
    return shaped_noise(rng, n, dims, lambda k: np.where(k >= low, k ** -slope, 0))


def bell(x, z, middle, width):
    """A mountain's outline: 1 at the middle (x, z)."""
    return np.exp(-((x - middle[0]) / width[0]) ** 2 - ((z - middle[1]) / width[1]) ** 2)


def ridged(rng, n, low=2.0, octaves=7, gain=0.5):
    """Musgrave's ridged multifractal: each octave is folded at zero and weighted by the last."""
    total, weight, amplitude = np.zeros((n, n), F32), 1.0, 1.0
    for o in range(octaves):
        k0 = low * 2.0 ** o
        band = shaped_noise(rng, n, 2, lambda k: np.exp(-2.5 * np.log2(k / k0) ** 2))
        crest = (1 - np.minimum(np.sqrt(band * band + 0.02) * 0.7, 1)) ** 1.6
        total += amplitude * weight * crest
        weight, amplitude = np.clip(crest * 1.6, 0, 1), amplitude * gain
    return total / total.max()


def cells(rng, n, count, dims=2):
    """Worley noise: distance to the nearest of count^dims jittered points, in cell units, and
    that point's random number."""
    points = rng.random((count,) * dims + (dims,)).astype(F32)
    value = rng.random((count,) * dims).astype(F32)
    axis = np.arange(n, dtype=F32) * F32(count / n)
    grid = np.stack(np.meshgrid(*[axis] * dims, indexing='ij'), -1)
    home = np.floor(grid).astype(np.int32)
    best, which = np.full((n,) * dims, F32(9)), np.zeros((n,) * dims, F32)
    for step in itertools.product((-1, 0, 1), repeat=dims):
        cell = home + np.array(step, np.int32)
        wrapped = tuple(np.moveaxis(cell % count, -1, 0))
        away = cell.astype(F32) + points[wrapped] - grid
        distance = np.sqrt((away * away).sum(-1))
        nearer = distance < best
        best = np.where(nearer, distance, best)
        which = np.where(nearer, value[wrapped], which)
    return best, which


def look_up(tile, *where):
    """Linear interpolation in a periodic tile of 2^k entries a side; `where` in tile periods."""
    n = tile.shape[0]
    base, frac = [], []
    for w in where:
        p = np.asarray(w, np.float64) * n
        b = np.floor(p)
        base.append(b.astype(np.int32) & (n - 1))
        frac.append((p - b).astype(F32))
    flat, total = tile.ravel(), 0
    sides = [((b, 1 - f), (np.where(b == n - 1, 0, b + 1), f)) for b, f in zip(base, frac)]
    for corner in itertools.product(*sides):
        index, weight = 0, 1
        for b, f in corner:
            index, weight = index * n + b, weight * f
        total = total + flat[index] * weight
    return total


# ---------------------------------------------------------------- camera
class Camera:
    """Looks along +z from `height` metres; `horizon` is the fraction of the picture above it."""

    def __init__(self, width, height, horizon, eye, field=0.95, oversample=2):
        self.out, self.eye, self.s = (width, height), eye, oversample
        self.w, self.f = width * oversample, width * oversample * field
        above, below = horizon * height, (1 - horizon) * height
        self.horizon = int(round(max(above, 1.12 * below) * oversample))
        self.crop = self.horizon - int(round(above * oversample))
        self.rows = self.crop + height * oversample
        self.slope = ((self.horizon - np.arange(self.rows) - 0.5) / self.f).astype(F32)
        self.across = ((np.arange(self.w) + 0.5 - self.w / 2) / self.f).astype(F32)

    def rays(self, reduce=1):
        """Unit directions (rows/reduce, w/reduce, 3)."""
        s, a = self.slope[reduce // 2::reduce], self.across[reduce // 2::reduce]
        d = np.stack(np.broadcast_arrays(a[None], s[:, None], F32(1)), -1)
        return normalise(d)

    def develop(self, light, rng, exposure, bloom, falloff, noise, warmth):
        """Linear light to an 8-bit photograph: glare, lens falloff, softness, lateral colour,
        sensor noise, tone curve."""
        width, height = self.out
        light = light[self.crop:] * exposure
        bright = np.minimum(light, 12)
        glare = blur(bright, 0.004 * self.w) + 0.6 * blur(bright, 0.03 * self.w)
        light = light + bloom * (glare - 1.2 * light.clip(0, 1))
        light = np.stack([self._lens(light[..., c], 1 + 0.0006 * (c - 1)) for c in range(3)], -1)
        light = resize(blur(light.clip(0, 20), 0.42 * self.s), width, height)
        y, x = np.mgrid[:height, :width]
        radius = np.hypot(x - width / 2, y - height / 2) / np.hypot(width / 2, height / 2)
        light = light / (1 + falloff * radius[..., None] ** 2) ** 2 * rgb(*warmth)
        grain = rng.standard_normal((height, width, 3)) * rgb(1.0, 0.8, 1.25)
        grain = 0.65 * grain + 0.9 * blur(grain.astype(F32), 0.7)
        light = np.maximum(light + noise * grain * np.sqrt(light.clip(0) * 0.02 + 2e-5), 0)
        # Narkowicz's fit of the ACES curve, then the sRGB encoding.
        tone = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
        tone = tone.clip(0, 1)
        coded = np.where(tone <= 0.0031308, 12.92 * tone, 1.055 * tone ** (1 / 2.4) - 0.055)
        return (coded * 255 + rng.random(coded.shape)).clip(0, 255).astype(np.uint8)

    @staticmethod
    def _lens(a, scale):
        """Enlarge one channel about the middle: the lateral colour of a simple lens."""
        h, w = a.shape
        box = (w / 2 * (1 - 1 / scale), h / 2 * (1 - 1 / scale))
        affine = (1 / scale, 0, box[0], 0, 1 / scale, box[1])
        image = Image.fromarray(a.astype(F32))
        out = np.asarray(image.transform((w, h), Image.AFFINE, affine, Image.BICUBIC))
        return a if scale == 1 else np.where(out == 0, a, out)


# ---------------------------------------------------------------- a view of the land
class View:
    """What the camera sees above the water: light, distance and label of each canvas pixel.

    The mirrored view is taken from as far below the water as the eye is above it and shows, upside
    up, what a still lake reflects."""

    near_ends = 420     # metres: nearer land may stand alone in the water

    def __init__(self, camera, sky, haze, mirrored, start):
        self.camera, self.haze, self.start = camera, haze, start
        self.eye = -camera.eye if mirrored else camera.eye
        self.rows = camera.horizon if mirrored else camera.rows
        self.light = sky[:self.rows].copy()
        self.distance = np.full(self.light.shape[:2], np.inf, F32)
        self.label = np.zeros(self.light.shape[:2], np.uint8)
        self.mirrored = mirrored

    def through_air(self, colour, z, column):
        clear = np.exp(-z[..., None] / self.haze['reach'])
        return colour * clear + self.haze['colour'][column] * (1 - clear)

    def trace(self, land, count, far=32000.0):
        """Where each pixel's ray meets the land: indices (row, column) and distances."""
        z = np.geomspace(self.start, far, count)
        x = self.camera.across[:, None] * z[None]
        height = land(x, z[None] + 0 * x)
        slope = ((np.maximum(height, 0) - self.eye) / z).astype(F32)
        if self.mirrored:
            slope[height <= 0] = -1     # seen from below, the water itself hides nothing
        crest = np.maximum.accumulate(slope, 1)
        wanted = self.camera.slope[:self.rows][::-1]
        # A mirrored ray leaves the water at -eye / slope and passes under land nearer than that.
        split = int(np.searchsorted(z, self.near_ends))
        beyond = np.maximum.accumulate(slope[:, split:], 1)
        found = []
        for c in range(self.camera.w):
            k = np.searchsorted(crest[c], wanted)
            if self.mirrored:
                under = z[np.minimum(k, count - 1)] * wanted < -self.eye
                k[under] = split + np.searchsorted(beyond[c], wanted[under])
            hit = np.flatnonzero(k < count)
            i = k[hit]
            prior = np.maximum(i - 1, 0)
            rise = slope[c, i] - slope[c, prior]
            t = np.clip((wanted[hit] - slope[c, prior]) / np.where(rise == 0, 1, rise), 0, 1)
            found.append((self.rows - 1 - hit, np.full(len(hit), c), mix(z[prior], z[i], t)))
        return tuple(np.concatenate(part) for part in zip(*found))

    def put(self, row, column, z, colour, label):
        """Set points, the farthest first, where nothing nearer is."""
        order = np.argsort(-z, kind='stable')
        row, column, z, colour = row[order], column[order], z[order], colour[order]
        ok = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.camera.w)
        row, column, z, colour = row[ok], column[ok], z[ok], colour[ok]
        ok = z <= self.distance[row, column] * 1.002
        row, column, z, colour = row[ok], column[ok], z[ok], colour[ok]
        self.light[row, column] = self.through_air(colour, z, column)
        self.distance[row, column] = z
        self.label[row, column] = label

    def splat(self, points, colour, label):
        """Put world points (N, 3)."""
        x, y, z = points.T
        column = np.floor(x / z * self.camera.f + self.camera.w / 2)
        row = np.floor(self.camera.horizon - (y - self.eye) / z * self.camera.f)
        self.put(row.astype(int), column.astype(int), z, colour, label)

    def sprite(self, x, y, z, picture, colours, label):
        """Stand a tree picture (alpha, lit, open; premultiplied) with its foot at (x, y, z)."""
        alpha = picture[..., 0]
        h, w = alpha.shape
        foot = int(self.camera.horizon - (y - self.eye) / z * self.camera.f)
        left = int(x / z * self.camera.f + self.camera.w / 2 - w / 2)
        r0, r1 = max(foot - h, 0), min(foot, self.rows)
        c0, c1 = max(left, 0), min(left + w, self.camera.w)
        if r0 >= r1 or c0 >= c1:
            return
        part = picture[r0 - foot + h:r1 - foot + h, c0 - left:c1 - left]
        window = (slice(r0, r1), slice(c0, c1))
        a = part[..., 0] * (self.distance[window] >= z * 0.985)
        lit, shade = colours
        tint = (part[..., 1:2] * lit + part[..., 2:3] * shade) / np.maximum(part[..., :1], 1e-4)
        tint = self.through_air(tint, np.full(tint.shape[:2], z), np.arange(c0, c1)[None])
        self.light[window] += a[..., None] * (tint - self.light[window])
        solid = a > 0.5
        self.distance[window][solid] = z
        self.label[window][solid] = label


# ---------------------------------------------------------------- water
def water(view, mirrored, row, column, z, waves, calm, body, land, rng, samples):
    """Light from water pixels at distance z: the view `mirrored` in ripples, mixed by Fresnel's law
    with the light `body` from within. `waves` lists (tile of slopes (n, n, 2), size, rms).
    What stands in the water close by is found by marching over `land`."""
    camera, mirror = view.camera, mirrored.light
    theta = camera.eye / z
    still = np.clip(camera.horizon - (theta * camera.f).astype(int) - 1, 0, len(mirror) - 1)
    # A tilted facet looks up from the water, not from the mirrored eye: what stands close behind
    # the facet shifts less than what is far.
    shift = 1 - np.minimum(z / mirrored.distance[still, column], 1)
    reach = z * z / (camera.f * camera.eye)
    close = np.flatnonzero(z < 25)
    wet = np.zeros(view.distance.shape, bool)
    wet[row, column] = True
    total, weights = np.zeros((len(z), 3), F32), np.zeros(len(z), F32)
    for k in range(samples):
        zz = z + ((k + rng.random(len(z))) / samples - 0.5) * reach
        xx = (camera.across[column] + (rng.random(len(z)) - 0.5) / camera.f) * zz
        rough = calm(xx, zz)
        tilt_x, tilt_z = 0, 0
        for tile, size, rms in waves:
            tilt_x = tilt_x + rms * rough * look_up(tile[..., 0], xx / size, zz / size)
            tilt_z = tilt_z + rms * rough * look_up(tile[..., 1], xx / size, zz / size)
        facing = np.maximum(theta + tilt_z, 0.02 * theta)
        fresnel = 0.02 + 0.98 * (1 - np.minimum(facing, 1)) ** 5
        up = np.abs(theta + 2 * shift * tilt_z)
        r = np.clip(camera.horizon - (up * camera.f).astype(int) - 1, 0, mirror.shape[0] - 1)
        c = column + 2 * tilt_x * np.minimum(up, 0.5) * camera.f
        seen = mirror[r, np.clip(c.astype(int), 0, camera.w - 1)]
        if k % 2 == 0:
            stands, colour = near_reflection(view, xx[close], zz[close], up[close], land, wet)
        seen[close[stands]] = colour
        w = (facing / theta).astype(F32)
        total += (w * fresnel)[:, None] * seen + (w * (1 - fresnel))[:, None] * body
        weights += w
    return total / weights[:, None]


def near_reflection(view, x, z, up, land, unlit):
    """Where rays leaving the water at (x, 0, z) with slope `up` meet land: a flag for each, and
    the light seen there by the camera, which is not yet known where `unlit`."""
    camera, across = view.camera, x / z
    free, where = np.ones(len(z), bool), np.zeros((len(z), 2))
    for d in np.geomspace(0.06, 3.0, 14):
        far = z + d
        under = free & (land(across * far, far) > up * d)
        where[under] = np.stack([up[under] * d, far[under]], -1)
        free &= ~under
    y, far = where[~free].T
    row = (camera.horizon - (y - camera.eye) / far * camera.f).astype(int)
    column = (across[~free] * camera.f + camera.w / 2).astype(int)
    row, column = row.clip(0, view.rows - 1), column.clip(0, camera.w - 1)
    light = view.light[row, column]
    hidden = (view.distance[row, column] > 25) | unlit[row, column]
    if not hidden.all():
        light[hidden] = light[~hidden].mean(0)      # a side the camera can't see
    return ~free, light


def wave_slopes(rng, n, low, high, wind, slope=2.2):
    """A tile of ripple slopes (n, n, 2), unit rms ahead, running mostly along `wind`."""
    k = np.stack(np.meshgrid(*[np.fft.fftfreq(n, 1 / n)] * 2, indexing='ij'), -1)
    size = np.sqrt((k * k).sum(-1)) + 1e-9
    along = np.abs(k @ np.asarray(wind, float)) / size
    gain = np.where((size >= low) & (size <= high), size ** -slope * (0.15 + along ** 2), 0)
    height = np.fft.fft2(rng.standard_normal((n, n))) * gain
    a = np.stack([np.fft.ifft2(height * 1j * k[..., axis]).real for axis in (0, 1)], -1)
    return (a / a[..., 1].std()).astype(F32)
