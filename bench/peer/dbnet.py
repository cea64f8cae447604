#!/usr/bin/env python3
"""The engine to compare with: Inkstone's training step in PyTorch, for `npm run bench`.

Networks are those of packages/inkstone/src/detection and the pages those of studies/benchmark/step.ts, so that both engines have
the same work. As many threads as there are processors, as Inkstone has, for PyTorch counts a virtual machine's two processors as one
core and would leave one idle. PyTorch's defaults otherwise, and its memory format unless --layout says so.

  dbnet.py --encoder resnet18 --batch 2 --size 640 --steps 4 --dtype bfloat16 --layout channels_last

prints one line of JSON: the version, the seconds of each timed step, and the highest resident set in bytes.
"""
import argparse
import json
import os
import resource
import time

import torch
from torch import nn
from torch.nn import functional as F

# ---- layers


def conv(inputs, outputs, kernel, stride=1, groups=1, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)


def block(inputs, outputs, kernel, stride=1, groups=1, activation=None):
    parts = [conv(inputs, outputs, kernel, stride, groups), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, activation(inplace=True)) if activation else nn.Sequential(*parts)


class Residual(nn.Module):
    """act(body(x) + way(x))"""

    def __init__(self, body, way=None, activation=None):
        super().__init__()
        self.body, self.way, self.activation = body, way or nn.Identity(), activation or nn.Identity()

    def forward(self, x):
        return self.activation(self.body(x) + self.way(x))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        # A quarter of the channels, in multiples of 8.
        squeezed = max(8, (channels // 4 + 7) // 8 * 8)
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), conv(channels, squeezed, 1, bias=True), nn.ReLU(inplace=True),
            conv(squeezed, channels, 1, bias=True), nn.Hardsigmoid())

    def forward(self, x):
        return x * self.weigh(x)


# ---- encoders: (what comes before the stages, the stages, their channels, width of the pyramid)


def resnet18():
    def pair(inputs, outputs, stride):
        body = nn.Sequential(block(inputs, outputs, 3, stride, activation=nn.ReLU), block(outputs, outputs, 3))
        way = None if inputs == outputs else block(inputs, outputs, 1, stride)
        return Residual(body, way, nn.ReLU(inplace=True))

    channels = [64, 128, 256, 512]
    stem = nn.Sequential(block(3, 64, 7, 2, activation=nn.ReLU), nn.MaxPool2d(3, 2, 1))
    stages = [nn.Sequential(pair(before, width, 1 if before == width else 2), pair(width, width, 1))
              for before, width in zip([64] + channels, channels)]
    return stem, stages, channels, 256


def mobilenet_v3_small_050():
    def inverted(inputs, kernel, expanded, outputs, squeeze, activation, stride):
        parts = [] if expanded == inputs else [block(inputs, expanded, 1, activation=activation)]
        parts.append(block(expanded, expanded, kernel, stride, expanded, activation))
        if squeeze:
            parts.append(SqueezeExcite(expanded))
        body = nn.Sequential(*parts, block(expanded, outputs, 1))
        return Residual(body) if stride == 1 and inputs == outputs else body

    relu, swish = nn.ReLU, nn.Hardswish
    # kernel, expanded, outputs, squeeze and excite, activation, stride: arXiv:1905.02244, table 2, at half the width
    table = [
        [(3, 8, 8, True, relu, 2)],
        [(3, 40, 16, False, relu, 2), (3, 48, 16, False, relu, 1)],
        [(5, 48, 24, True, swish, 2)] + 2 * [(5, 120, 24, True, swish, 1)] + [(5, 64, 24, True, swish, 1)],
        [(5, 144, 48, True, swish, 2)] + 2 * [(5, 288, 48, True, swish, 1)],
    ]
    width, stages = 8, []
    for rows in table:
        made = []
        for row in rows:
            made.append(inverted(width, *row))
            width = row[2]
        stages.append(nn.Sequential(*made))
    return block(3, 8, 3, 2, activation=swish), stages, [rows[-1][2] for rows in table], 64


ENCODERS = {encoder.__name__: encoder for encoder in (mobilenet_v3_small_050, resnet18)}

# ---- DBNet (arXiv:1911.08947)


class DBNet(nn.Module):
    STEEPNESS = 50

    def __init__(self, encoder):
        super().__init__()
        self.stem, stages, channels, width = ENCODERS[encoder]()
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList(conv(count, width, 1) for count in channels)
        self.smooth = nn.ModuleList(conv(width, width // 4, 3) for _ in channels)
        self.probability, self.threshold = (self.branch(width) for _ in range(2))

    @staticmethod
    def branch(width):
        inner = width // 4
        return nn.Sequential(
            block(width, inner, 3, activation=nn.ReLU), nn.ConvTranspose2d(inner, inner, 2, 2),
            nn.BatchNorm2d(inner), nn.ReLU(inplace=True), nn.ConvTranspose2d(inner, 1, 2, 2))

    def forward(self, x):
        """Logits of the probability map, and the threshold map."""
        x, levels = self.stem(x), []
        for stage, lateral in zip(self.stages, self.lateral):
            x = stage(x)
            levels.append(lateral(x))
        for finer in (2, 1, 0):
            levels[finer] = levels[finer] + F.interpolate(levels[finer + 1], scale_factor=2)
        smoothed = [smooth(level) for smooth, level in zip(self.smooth, levels)]
        grown = [F.interpolate(level, scale_factor=2 ** i) if i else level for i, level in enumerate(smoothed)]
        features = torch.cat(grown[::-1], 1)
        return self.probability(features), torch.sigmoid(self.threshold(features))


def db_loss(logits, threshold, pages):
    """5 · balanced cross-entropy over the hardest negatives + 10 · masked L1 + dice, all in fp32."""
    text, text_mask, border, border_mask = pages
    logits, threshold, tiny = logits.float(), threshold.float(), 1e-6
    positive, negative = text * text_mask, (1 - text) * text_mask
    positives = int(positive.sum())
    negatives = min(int(negative.sum()), 3 * positives)
    entropy = F.binary_cross_entropy_with_logits(logits, text, reduction="none")
    hardest = (entropy * negative).flatten().topk(negatives).values.sum()
    balanced = ((entropy * positive).sum() + hardest) / (positives + negatives + tiny)
    l1 = ((threshold - border).abs() * border_mask).sum() / (border_mask.sum() + tiny)
    binary = torch.sigmoid(DBNet.STEEPNESS * (torch.sigmoid(logits) - threshold)) * text_mask
    dice = 1 - 2 * (binary * text).sum() / (binary.sum() + positive.sum() + tiny)
    return 5 * balanced + 10 * l1 + dice


# ---- the step


def bars(batch, size):
    """Text-like bars, those of `bars` in step.ts: text, its mask, threshold map, its mask, each [batch, 1, size, size]."""
    text, border_mask = torch.zeros(2, batch, 1, size, size)
    border = torch.full_like(text, 0.3)
    height, width, margin = max(4, size >> 5), max(12, size // 5), 2
    for b in range(batch):
        for bar in range(max(4, size // 40)):
            top = 4 + (bar * 3 * height + 5 * b) % (size - height - 8)
            left = 4 + (bar * 2 * width + 7 * b) % (size - width - 8)
            text[b, 0, top:top + height, left:left + width] = 1
            around = (b, 0, slice(top - margin, top + height + margin), slice(left - margin, left + width + margin))
            border[around], border_mask[around] = 0.5, 1
    return text, torch.ones_like(text), border, border_mask


def measure(encoder, batch, size, steps, dtype, layout):
    torch.manual_seed(0)
    layout = getattr(torch, {"contiguous": "contiguous_format"}.get(layout, layout))
    model = DBNet(encoder).train().to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    images = torch.randn(batch, 3, size, size).to(memory_format=layout)
    pages = bars(batch, size)
    seconds = []
    # One more goes before those that count.
    for _ in range(steps + 1):
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
            maps = model(images)
        loss = db_loss(*maps, pages)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", choices=ENCODERS, default="mobilenet_v3_small_050")
    for name, default in (("--batch", 2), ("--size", 640), ("--steps", 4)):
        parser.add_argument(name, type=int, default=default)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--layout", choices=["contiguous", "channels_last"], default="contiguous")
    arguments = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    seconds = measure(**vars(arguments))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"version": torch.__version__, "seconds": seconds, "peakResidentBytes": 1024 * kilobytes}))


main()
