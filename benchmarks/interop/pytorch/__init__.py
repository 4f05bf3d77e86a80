"""Models of PyTorch.

timm and transformers import torchvision, whose wheel on PyPI is built for CUDA: beside a PyTorch
for the CPU its compiled operators do not load, and its import fails where it describes two of them.
Declared here without a kernel, they let the import pass; no model of the zoo calls them.
"""

import torch

if not torch.version.cuda:
    _operators = torch.library.Library("torchvision", "DEF")  # stays declared while it lives
    for _name in ("nms", "qnms"):
        _operators.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
