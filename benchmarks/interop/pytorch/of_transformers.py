"""Models of the library transformers, by small configurations."""

from typing import Any

import torch
import transformers as hf

from benchmarks.interop.data import CLASSES, LENGTH, WORDS, images, phrases, series, text
from benchmarks.interop.entries import Entry
from benchmarks.interop.pytorch.seeds import mapped_tensors, seeded, tensors

__all__ = ["ENTRIES"]

WIDTH, HEADS, LAYERS = 64, 4, 3
_SIZES = {
    "hidden_size": WIDTH,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "intermediate_size": 4 * WIDTH,
}
_WORDS = {"vocab_size": WORDS, "max_position_embeddings": LENGTH}


def _gpt2() -> torch.nn.Module:
    sizes = {"n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS}
    return hf.GPT2LMHeadModel(
        hf.GPT2Config(vocab_size=WORDS, n_positions=LENGTH, bos_token_id=0, eos_token_id=1, **sizes)
    )


def _bert() -> torch.nn.Module:
    return hf.BertForSequenceClassification(
        hf.BertConfig(num_labels=CLASSES, pad_token_id=None, **_SIZES, **_WORDS)
    )


def _albert() -> torch.nn.Module:
    config = hf.AlbertConfig(
        num_labels=CLASSES, embedding_size=32, pad_token_id=None, **_SIZES, **_WORDS
    )
    return hf.AlbertForSequenceClassification(config)


def _distilbert() -> torch.nn.Module:
    config = hf.DistilBertConfig(
        dim=WIDTH, n_heads=HEADS, n_layers=LAYERS, hidden_dim=4 * WIDTH, pad_token_id=None,
        num_labels=CLASSES, **_WORDS,
    )  # fmt: skip
    return hf.DistilBertForSequenceClassification(config)


def _t5() -> torch.nn.Module:
    config = hf.T5Config(
        vocab_size=WORDS, d_model=WIDTH, d_kv=WIDTH // HEADS, d_ff=4 * WIDTH, num_layers=2,
        num_heads=HEADS,
    )  # fmt: skip
    return hf.T5ForConditionalGeneration(config)


def _llama() -> torch.nn.Module:
    return hf.LlamaForCausalLM(hf.LlamaConfig(num_key_value_heads=2, **_SIZES, **_WORDS))


def _llama_in_bfloat16() -> torch.nn.Module:
    return _llama().to(torch.bfloat16)


def _vit() -> torch.nn.Module:
    config = hf.ViTConfig(image_size=32, patch_size=8, num_labels=CLASSES, **_SIZES)
    return hf.ViTForImageClassification(config).eval()


def _whisper() -> torch.nn.Module:
    sizes = {
        f"{part}_{name}": value
        for part in ("encoder", "decoder")
        for name, value in (("layers", 2), ("attention_heads", HEADS), ("ffn_dim", 4 * WIDTH))
    }
    tokens = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
    lengths = {"max_source_positions": LENGTH, "max_target_positions": LENGTH, "num_mel_bins": 16}
    config = hf.WhisperConfig(vocab_size=WORDS, d_model=WIDTH, **sizes, **lengths, **tokens)
    return hf.WhisperForConditionalGeneration(config)


def _clip() -> torch.nn.Module:
    words = _SIZES | _WORDS | {"bos_token_id": 0, "eos_token_id": WORDS - 1}
    patches = _SIZES | {"image_size": 32, "patch_size": 8}
    config = hf.CLIPConfig(text_config=words, vision_config=patches, projection_dim=WIDTH)
    return hf.CLIPModel(config)


def _mamba() -> torch.nn.Module:
    config = hf.MambaConfig(vocab_size=WORDS, hidden_size=WIDTH, num_hidden_layers=2, state_size=4)
    return hf.MambaForCausalLM(config)


def _spoken(seed: int) -> tuple[dict[str, Any], Any]:
    """Return a sound of 16 frequencies, words before each place, and the words."""
    sound, _ = tensors(series, channels=16)(seed)
    words, following = tensors(text)(seed)
    return {"input_features": sound, "decoder_input_ids": words}, following


def _captioned(seed: int) -> tuple[dict[str, Any], Any]:
    """Return images and captions; that each caption belongs to its image is the target."""
    pixels, labels = tensors(images)(seed)
    words = torch.as_tensor(text(int(labels.sum()))[0])
    words[:, 0], words[:, -1] = labels, WORDS - 1
    return {"input_ids": words, "pixel_values": pixels}, torch.arange(len(words))


_shifted = mapped_tensors(text, lambda x, _: {"input_ids": x, "decoder_input_ids": x})
_phrases = tensors(phrases)
_masked = mapped_tensors(phrases, lambda x, _: (x, torch.ones_like(x)))


def _entry(name: str, make: Any, batch: Any, *flat: str, **heads: tuple[int, int]) -> Entry:
    patterns = {f"*.{layer}.weight": of for layer, of in heads.items()}
    reads = {"flat": flat, "heads": patterns}
    if batch in (_phrases, _masked):  # what a whole text is about takes longer to learn
        reads |= {"steps": 60, "rate": 3e-3}
    return Entry(name, "transformers", "torch", seeded(make), batch, **reads)


_QKV = dict.fromkeys(("query", "key", "value"), (1, HEADS))
_Q_LIN = dict.fromkeys(("q_lin", "k_lin", "v_lin"), (1, HEADS))
_Q_PROJ = dict.fromkeys(("q_proj", "k_proj", "v_proj"), (1, HEADS))
_GROUPED = {"q_proj": (1, HEADS), "k_proj": (1, 2), "v_proj": (1, 2)}

ENTRIES = [
    _entry("GPT-2", _gpt2, tensors(text), "*.mlp.c_fc.bias", c_attn=(3, HEADS)),
    _entry("BERT", _bert, _phrases, "*.intermediate.dense.bias", **_QKV),
    _entry("ALBERT, shared layers", _albert, _phrases, "*.ffn.bias", **_QKV),
    _entry("DistilBERT, inputs as a tuple", _distilbert, _masked, "*.ffn.lin1.bias", **_Q_LIN),
    _entry("T5, inputs by keyword", _t5, _shifted, **dict.fromkeys("qkv", (1, HEADS))),
    _entry("Llama", _llama, tensors(text), **_GROUPED),
    _entry("Llama in bfloat16", _llama_in_bfloat16, tensors(text), **_GROUPED),
    _entry("ViT in eval mode", _vit, tensors(images), "*.fc1.bias", **_Q_PROJ),
    _entry("Whisper", _whisper, _spoken, "*.fc1.bias", **_Q_PROJ),
    _entry("CLIP", _clip, _captioned, "*.fc1.bias", **_Q_PROJ),
    _entry("Mamba", _mamba, tensors(text)),
]
