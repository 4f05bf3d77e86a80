"""Layers of PyTorch as its tutorials use them, and published networks of other libraries."""

from typing import Any

import torch
from diffusers import AutoencoderKL, DiTTransformer2DModel, UNet2DModel
from pytorch_tcn import TCN
from torch import nn
from transformers import VitsConfig
from transformers.models.vits.modeling_vits import VitsWaveNet

from benchmarks.interop.data import CLASSES, WORDS, Array, images, series, text
from benchmarks.interop.entries import Entry
from benchmarks.interop.pytorch.seeds import seeded, tensors

__all__ = ["ENTRIES"]


class LSTMTagger(nn.Module):
    """The tagger of PyTorch's tutorial on sequence models."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(WORDS, 32)
        self.lstm = nn.LSTM(32, 64, num_layers=2, batch_first=True)
        self.hidden2tag = nn.Linear(64, WORDS)

    def forward(self, sentence: torch.Tensor) -> torch.Tensor:
        """Return scores of the tag at each place."""
        states, _ = self.lstm(self.word_embeddings(sentence))
        return self.hidden2tag(states)


class GRUClassifier(nn.Module):
    """A GRU both ways over a series; a linear layer reads its last states."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 48, batch_first=True, bidirectional=True)
        self.head = nn.Linear(96, CLASSES)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return scores of classes."""
        _, last = self.gru(rows)
        return self.head(torch.cat([last[0], last[1]], dim=-1))


class TransformerModel(nn.Module):
    """An encoder of `torch.nn` as PyTorch's tutorial on language models wraps it."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 64)
        layer = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.1, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, 3)
        self.linear = nn.Linear(64, WORDS)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Return scores of the next word at each place."""
        mask = nn.Transformer.generate_square_subsequent_mask(words.shape[1])
        hidden = self.transformer_encoder(self.embedding(words) * 8, mask=mask, is_causal=True)
        return self.linear(hidden)


class BasicVAE(nn.Module):
    """The variational autoencoder of PyTorch's examples, for images of 16 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(256, 128)
        self.fc21 = nn.Linear(128, 16)
        self.fc22 = nn.Linear(128, 16)
        self.fc3 = nn.Linear(16, 128)
        self.fc4 = nn.Linear(128, 256)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the reconstruction, the means and the logarithms of the variances."""
        h = nn.functional.relu(self.fc1(x.view(-1, 256)))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(nn.functional.relu(self.fc3(z)))), mu, logvar


def _evidence(outputs: Any, target: torch.Tensor) -> torch.Tensor:
    """Return the negative evidence bound of the example, a pixel."""
    reconstruction, mu, logvar = outputs
    entropy = nn.functional.binary_cross_entropy(reconstruction, target)
    return entropy - 0.5 * torch.mean(1 + logvar - mu**2 - logvar.exp()) * mu.shape[1] / 256


def _pixels(seed: int) -> tuple[Array, Array]:
    """Return images of 16 pixels whose values are between 0 and 1, twice."""
    x = 1 / (1 + torch.exp(-2 * torch.as_tensor(images(seed, samples=32, side=16, channels=1)[0])))
    return x, x.view(-1, 256)


def _rows(seed: int) -> tuple[Array, Array]:
    """Return the rows of images, one after the other, as a series of vectors."""
    x, y = tensors(images, side=16)(seed)
    return x.mean(dim=2).transpose(1, 2).contiguous(), y


def _noisy(seed: int, side: int = 16) -> tuple[tuple[Any, ...], Any]:
    """Return noisy images and how noisy they are; the noise is the target."""
    x, labels = tensors(images, side=side)(seed)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(x.shape, generator=generator)
    step = torch.randint(0, 1000, (len(x),), generator=generator)
    share = (step / 1000).view(-1, 1, 1, 1)
    return ((1 - share).sqrt() * x + share.sqrt() * noise, step, labels), noise


def _denoised(seed: int) -> tuple[Any, Any]:
    (x, step, labels), noise = _noisy(seed)
    return {"hidden_states": x, "timestep": step, "class_labels": labels}, noise


def _unet() -> nn.Module:
    blocks = {"down_block_types": ("DownBlock2D", "AttnDownBlock2D")}
    blocks["up_block_types"] = ("AttnUpBlock2D", "UpBlock2D")
    return UNet2DModel(
        16, 3, 3, block_out_channels=(32, 64), layers_per_block=1, norm_num_groups=8, **blocks
    )


def _dit() -> nn.Module:
    return DiTTransformer2DModel(
        4, 16, in_channels=3, out_channels=3, num_layers=3, sample_size=16, patch_size=4,
        num_embeds_ada_norm=CLASSES,
    )  # fmt: skip


def _autoencoder() -> nn.Module:
    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 2}
    blocks["up_block_types"] = ("UpDecoderBlock2D",) * 2
    return AutoencoderKL(block_out_channels=(32, 64), norm_num_groups=8, **blocks)


def _tcn() -> nn.Module:
    return TCN(1, [32] * 4, kernel_size=3, output_projection=1)


class WaveNet(nn.Module):
    """The WaveNet of the library's text to speech between a first and a last convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, 32, 1)
        self.wavenet = VitsWaveNet(VitsConfig(hidden_size=32, wavenet_dropout=0.0), num_layers=4)
        self.last = nn.Conv1d(32, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return a value at each place."""
        return self.last(self.wavenet(self.first(x), torch.ones_like(x)))


def _image_twice(seed: int) -> tuple[Any, Any]:
    x, _ = tensors(images, side=16)(seed)
    return x, x


def _entry(name: str, library: str, make: Any, batch: Any, *flat: str, **more: Any) -> Entry:
    return Entry(name, library, "torch", seeded(make), batch, flat=flat, **more)


_Q = {f"*.to_{part}.weight": (1, 4) for part in "qkv"}
_PACKED = {"*.self_attn.in_proj_weight": (3, 4)}

ENTRIES = [
    _entry("LSTM tagger", "torch", LSTMTagger, tensors(text), steps=80, rate=1e-2),
    _entry("GRU, both ways", "torch", GRUClassifier, _rows, steps=80, rate=1e-2),
    _entry(
        "TransformerEncoder",
        "torch",
        TransformerModel,
        tensors(text),
        "*.linear1.bias",
        heads=_PACKED,
    ),
    _entry(
        "VAE, with its own loss",
        "torch",
        BasicVAE,
        _pixels,
        "fc1.bias",
        "fc3.bias",
        loss=_evidence,
        steps=300,
        rate=3e-3,
    ),
    _entry("U-Net", "diffusers", _unet, lambda seed: (_noisy(seed)[0][:2], _noisy(seed)[1])),
    _entry("DiT", "diffusers", _dit, _denoised, "*.ff.net.0.proj.bias", heads=_Q),
    _entry("AutoencoderKL", "diffusers", _autoencoder, _image_twice),
    _entry("TCN", "pytorch-tcn", _tcn, tensors(series, samples=32)),
    _entry("WaveNet", "transformers", WaveNet, tensors(series, samples=32)),
]
