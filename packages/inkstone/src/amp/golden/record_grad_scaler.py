#!/usr/bin/env python3
"""Records what PyTorch's GradScaler decides over a sequence of clean and overflowing steps (torch_grad_scaler.json).

The class is torch's own (torch.cuda.amp.GradScaler, 1.13). Its two kernels exist for CUDA only, so they are replaced by
their definitions in aten/src/ATen/native/cuda/AmpKernels.cu; the asserts that ask for a CUDA tensor are bypassed.

  /usr/bin/python3 record_grad_scaler.py > torch_grad_scaler.json
"""
import json
import random

import torch
from torch.cuda.amp import grad_scaler


def check_and_unscale(grads, found_inf, inv_scale):
    for g in grads:
        if not torch.isfinite(g).all():
            found_inf.fill_(1.0)
        g.mul_(inv_scale)


def update_scale(scale, tracker, found_inf, growth_factor, backoff_factor, growth_interval):
    if found_inf.item():
        scale.mul_(backoff_factor)
        tracker.fill_(0)
    elif tracker.item() + 1 == growth_interval:
        scale.mul_(growth_factor)
        tracker.fill_(0)
    else:
        tracker.add_(1)


class Here:
    def __init__(self, tensor):
        self._per_device_tensors = {tensor.device: tensor}

    def get(self, device):
        return self._per_device_tensors[device]


torch._amp_foreach_non_finite_check_and_unscale_ = check_and_unscale
torch._amp_update_scale_ = update_scale
grad_scaler._MultiDeviceReplicator = Here
grad_scaler.amp_definitely_not_available = lambda: False

GROWTH_INTERVAL = 4
random.seed(7)
weight = torch.nn.Parameter(torch.zeros(1))
optimizer = torch.optim.SGD([weight], lr=1.0)
scaler = grad_scaler.GradScaler(growth_interval=GROWTH_INTERVAL)
scaler._lazy_init_scale_growth_tracker(torch.device("cpu"))
steps = []
for i in range(120):
    # A run of overflows in the middle, single ones elsewhere.
    overflow = 50 <= i < 56 or random.random() < 0.12
    value = [float("inf"), float("-inf"), float("nan")][i % 3] if overflow else 1.0
    before = weight.item()
    weight.grad = torch.tensor([value]) * scaler.get_scale()
    scaler.unscale_(optimizer)
    unscaled = weight.grad.item()
    scaler.step(optimizer)
    scaler.update()
    steps.append({"overflow": overflow, "unscaled": None if overflow else unscaled, "updated": weight.item() != before,
                  "scale": scaler.get_scale(), "growth_tracker": scaler.state_dict()["_growth_tracker"]})
print(json.dumps({"torch": torch.__version__, "growth_interval": GROWTH_INTERVAL, "init_scale": 65536.0, "steps": steps}, indent=1))
