"""Writes a language model of random weights: half a megabyte, two layers, one token a byte.

The layout is GGUF 3 (ggml's docs/gguf.md). What it says is noise, so what a grammar makes of it is the grammar's doing.
"""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

WIDTH, HIDDEN, LAYERS, HEADS, CONTEXT = 64, 128, 2, 4, 4096
BYTES = 256
SPECIAL = ("<unk>", "<s>", "</s>", "<pad>")
TOKENS = len(SPECIAL) + BYTES
ALIGN = 32
_U32, _I32, _F32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6  # kinds of tokens
# Letters come often and bytes beyond ASCII never, or the noise would be no UTF-8 and the server would answer 500.
_QUOTE = ord('"')  # ends a string, so that some come whole
_LIKELY = frozenset(b"abcdefghijklmnopqrstuvwxyz ")


def write(path: Path, seed: int = 1) -> Path:
    """The file."""
    tensors = _tensors(Random(seed))
    head = [_pair(*each) for each in _about()]
    out = bytearray(struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(head)) + b"".join(head))
    offset = 0
    for name, shape, raw in tensors:
        out += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
        offset += len(raw) + -len(raw) % ALIGN
    out += bytes(-len(out) % ALIGN)
    for _, _, raw in tensors:
        out += raw + bytes(-len(raw) % ALIGN)
    path.write_bytes(out)
    return path


def _about() -> list[tuple[str, int, object]]:
    tokens = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(BYTES))]
    kinds = [_UNKNOWN, _CONTROL, _CONTROL, _CONTROL, *[_BYTE] * BYTES]
    return [
        ("general.architecture", _STRING, "llama"),
        ("llama.context_length", _U32, CONTEXT),
        ("llama.embedding_length", _U32, WIDTH),
        ("llama.block_count", _U32, LAYERS),
        ("llama.feed_forward_length", _U32, HIDDEN),
        ("llama.attention.head_count", _U32, HEADS),
        ("llama.attention.head_count_kv", _U32, HEADS),
        ("llama.attention.layer_norm_rms_epsilon", _F32, 1e-5),
        ("llama.rope.dimension_count", _U32, WIDTH // HEADS),
        ("llama.vocab_size", _U32, TOKENS),
        ("tokenizer.ggml.model", _STRING, "llama"),
        ("tokenizer.ggml.tokens", _STRING, tokens),
        ("tokenizer.ggml.scores", _F32, [0.0] * TOKENS),
        ("tokenizer.ggml.token_type", _I32, kinds),
        ("tokenizer.ggml.unknown_token_id", _U32, 0),
        ("tokenizer.ggml.bos_token_id", _U32, 1),
        ("tokenizer.ggml.eos_token_id", _U32, 2),
        ("tokenizer.ggml.padding_token_id", _U32, 3),
        ("tokenizer.ggml.add_space_prefix", _BOOL, False),
    ]


def _tensors(dice: Random) -> list[tuple[str, tuple[int, ...], bytes]]:
    """Name, shape (the fastest dimension first) and numbers of each."""
    found = [_matrix("token_embd", WIDTH, TOKENS, dice), ("output.weight", (WIDTH, TOKENS), _output(dice))]
    found.append(_ones("output_norm"))
    for layer in range(LAYERS):
        at = f"blk.{layer}"
        found += [_ones(f"{at}.attn_norm"), _ones(f"{at}.ffn_norm")]
        found += [_matrix(f"{at}.attn_{part}", WIDTH, WIDTH, dice) for part in ("q", "k", "v", "output")]
        found += [_matrix(f"{at}.ffn_{part}", WIDTH, HIDDEN, dice) for part in ("gate", "up")]
        found.append(_matrix(f"{at}.ffn_down", HIDDEN, WIDTH, dice))
    return found


def _output(dice: Random) -> bytes:
    """One row a token. The embedding holds the first dimension positive, so there a row is lifted or sunk."""
    rows = b""
    for token in range(TOKENS):
        byte = token - len(SPECIAL)
        lift = 0.75 if byte == _QUOTE else 0.6 if byte in _LIKELY else 0.2 if 0x20 <= byte < 0x7F else -4.0
        rows += _floats([lift, *(dice.gauss(0, 0.1) for _ in range(WIDTH - 1))])
    return rows


def _matrix(name: str, width: int, height: int, dice: Random) -> tuple[str, tuple[int, ...], bytes]:
    first = 4.0 if name == "token_embd" else None
    rows = ([dice.gauss(0, 0.08) for _ in range(width)] for _ in range(height))
    raw = b"".join(_floats(row if first is None else [first, *row[1:]]) for row in rows)
    return f"{name}.weight", (width, height), raw


def _ones(name: str) -> tuple[str, tuple[int, ...], bytes]:
    return f"{name}.weight", (WIDTH,), _floats([1.0] * WIDTH)


def _floats(row: list[float]) -> bytes:
    return struct.pack(f"<{len(row)}f", *row)


def _pair(key: str, kind: int, value: object) -> bytes:
    if isinstance(value, list):
        body = struct.pack("<IQ", kind, len(value)) + b"".join(_value(kind, each) for each in value)
        return _text(key) + struct.pack("<I", _ARRAY) + body
    return _text(key) + struct.pack("<I", kind) + _value(kind, value)


def _value(kind: int, value: object) -> bytes:
    if kind == _STRING:
        return _text(str(value))
    return struct.pack({_U32: "<I", _I32: "<i", _F32: "<f", _BOOL: "<?"}[kind], value)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw
