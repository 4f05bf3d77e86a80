"""Models of the library timm, by small configurations, for images of 32 pixels."""

from collections.abc import Callable
from typing import Any

import timm
from timm.models.mlp_mixer import MlpMixer

from benchmarks.interop.data import CLASSES, images
from benchmarks.interop.entries import Entry
from benchmarks.interop.pytorch.seeds import seeded, tensors

__all__ = ["ENTRIES"]

_ATTENTION = {"embed_dim": 64, "depth": 3, "num_heads": 4, "img_size": 32, "patch_size": 8}
_PACKED = {"*.attn.qkv.weight": (3, 4)}


def _made(model: str, **options: Any) -> Callable[[], Any]:
    return lambda: timm.create_model(model, num_classes=CLASSES, **options)


def _entry(name: str, make: Callable[[], Any], *flat: str, side: int = 32, **more: Any) -> Entry:
    batch = tensors(images, side=side)
    return Entry(name, "timm", "torch", seeded(make), batch, flat=flat, **more)


_SLOW = {"steps": 80, "rate": 3e-3}  # with fewer steps they learn nothing
_STAGES = {"layers": (1, 1, 1, 1), "channels": (32, 64, 96, 128)}

ENTRIES = [
    _entry("ResNet-18", _made("resnet18", channels=(32, 64, 96, 128)), "*.bn1.bias"),
    _entry("ResNet of bottlenecks", _made("resnet50", **_STAGES), "*.bn1.bias", "*.bn2.bias"),
    _entry("ConvNeXt", _made("convnext_atto", depths=(1, 1, 2, 1)), "*.mlp.fc1.bias", side=64),
    _entry("MobileNetV3", _made("mobilenetv3_small_050"), "blocks.*.bn1.bias", **_SLOW),
    _entry("EfficientNet-B0", _made("efficientnet_b0"), **_SLOW),
    _entry(
        "DenseNet",
        _made("densenet121", block_config=(2, 3, 3, 2), growth_rate=16),
        "features.*norm*.bias",
    ),
    _entry("DeiT", _made("deit_tiny_patch16_224", **_ATTENTION), "*.mlp.fc1.bias", heads=_PACKED),
    _entry(
        "MLP-Mixer", lambda: MlpMixer(CLASSES, 32, patch_size=8, num_blocks=3, embed_dim=64),
        "*.fc1.bias",
    ),
    _entry(
        "Swin", _made("swin_tiny_patch4_window7_224", img_size=32, patch_size=2, window_size=4,
        embed_dim=32, depths=(2, 2), num_heads=(4, 4)), "*.mlp.fc1.bias", heads=_PACKED,
    ),
    _entry("RegNet", _made("regnetx_002"), "*.conv1.bn.bias", "*.conv2.bn.bias"),
]  # fmt: skip
