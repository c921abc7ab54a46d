"""Files of weights, mutated as bytes and as what they are made of: messages, headers, archives and pickles."""

from __future__ import annotations

import io
import json
import math
import pickletools
import re
import warnings
import zipfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from tools.torture import corpus
from tools.torture.cases import Case
from tools.torture.mutation import NUMBERS, changed_bytes, changed_text, changed_tree, unshared
from tools.torture.readers import small_caffe
from tools.torture.small_network import CODE, NETWORKS, small_state

_NAMES = (
    "0.weight",
    "0.bias",
    "module.0.weight",
    "5.weight",
    "state_dict",
    "",
    "\0",
    "dtype",
    "shape",
    "data_offsets",
    "F32",
    "F64",
    "BF16",
    "I64",
    "BOOL",
    "__metadata__",
)

_ADDRESS = re.compile(rb"X.\0\0\0\d{9,}", re.DOTALL)
"""What old files call a storage: where it lay in memory, and so another word every time."""
_ARRAY_KINDS = (
    *(
        "'<f4'",
        "'<f8'",
        "'>f4'",
        "'<f2'",
        "'<f16'",
        "'<c8'",
        "'<c32'",
        "'|b1'",
        "'|u1'",
        "'<u2'",
        "'<u8'",
        "'<i8'",
    ),
    *(
        "'|O'",
        "'|S3'",
        "'<U3'",
        "'|V4'",
        "'<M8[s]'",
        "'<m8'",
        "[('a', '<f4')]",
        "''",
        "'('",
        "'<f999'",
        "3",
        "None",
    ),
)
_SHAPES = (
    *(
        "()",
        "(0,)",
        "(4,)",
        "(4, 3, 3, 3)",
        "(108,)",
        "(-1,)",
        "(4, -3, -3, 3)",
        "(1099511627776,)",
        "(0, 1 << 62)",
    ),
    *(
        "(9223372036854775807, 2)",
        "(4.0,)",
        "('4',)",
        "[4]",
        "4",
        "None",
        f"({'1, ' * 40})",
        f"({'1, ' * 70})",
    ),
)
_GLOBALS = (
    *(
        b"torch\nDoubleStorage\n",
        b"torch\nBoolStorage\n",
        b"torch\nComplexFloatStorage\n",
        b"torch\nQInt8Storage\n",
    ),
    *(
        b"os\nsystem\n",
        b"builtins\neval\n",
        b"torch\nSize\n",
        b"collections\nOrderedDict\n",
        b"torch\nload\n",
    ),
    *(
        b"torch._utils\n_rebuild_parameter\n",
        b"torch._utils\n_rebuild_sparse_tensor\n",
        b"torch.nn.parameter\nParameter\n",
    ),
    *(b"torch._utils\n_rebuild_meta_tensor_no_storage\n", b"torch._utils\n_rebuild_qtensor\n"),
)


class CaffeModels:
    """A `.caffemodel`."""

    name = ".caffemodel"
    share = 40

    def prepare(self, home: Path) -> None:
        """Nothing: every case brings its file."""

    def case(self, home: Path, random: Random) -> Case:
        """Weights of a small network."""
        data = random.choice((caffemodel(old=False), caffemodel(old=True)))
        data = changed_message(data, random) if random.random() < 0.5 else changed_bytes(data, random)
        return Case(("caffemodel", "out/w.caffemodel"), {"out/w.caffemodel": data})


class MeanPictures:
    """A `.binaryproto`."""

    name = ".binaryproto"
    share = 20

    def prepare(self, home: Path) -> None:
        """Nothing: every case brings its file."""

    def case(self, home: Path, random: Random) -> Case:
        """A mean picture."""
        data = blob(np.arange(75, dtype=np.float32).reshape(1, 3, 5, 5), old=random.random() < 0.5)
        data = changed_message(data, random) if random.random() < 0.5 else changed_bytes(data, random)
        return Case(("binaryproto", "out/mean.binaryproto"), {"out/mean.binaryproto": data})


class _OfOwnNetwork:
    """Weights of a network of one's own, which looks at a picture."""

    name: str
    share: int
    ending: str

    def prepare(self, home: Path) -> None:
        """The network, and a picture."""
        (home / "content").mkdir()
        (home / "content" / "networks.py").write_text(CODE, encoding="utf-8")
        corpus.picture(24).save(home / "cat.png")

    def case(self, home: Path, random: Random) -> Case:
        """A file of weights, and the network that needs it."""
        ending = random.choice((".pth", ".pt", ".ckpt", ".bin")) if self.ending == ".pth" else self.ending
        files = {f"content/w{ending}": self.data(random)}
        files["content/networks.yaml"] = NETWORKS.format(f"w{ending}").encode()
        return Case(("catvis", "classify", "mine", "cat.png", "--allow-code", "--top", "2"), files)

    def data(self, random: Random) -> bytes:
        """The file's bytes."""
        raise NotImplementedError


class Safetensors(_OfOwnNetwork):
    """A `.safetensors`: its header as a tree, its bytes, or both."""

    name, share, ending = ".safetensors", 40, ".safetensors"

    def data(self, random: Random) -> bytes:
        """A file whose header says something else, or is none."""
        choice = random.random()
        if choice < 0.4:
            return save(changed_state(random))
        whole = save(small_state())
        if choice < 0.6:
            return changed_bytes(whole, random)
        length = int.from_bytes(whole[:8], "little")
        head = json.loads(whole[8 : 8 + length])
        words = (*_NAMES, *head)
        if random.random() < 0.7:
            text = json.dumps(unshared(changed_tree(head, random, words)), default=str).encode()
        else:
            text = changed_text(json.dumps(head), random, words)
        claimed = random.choice((len(text),) * 9 + (random.choice(NUMBERS) % 2**64,))
        return claimed.to_bytes(8, "little") + text + whole[8 + length :]


class Archives(_OfOwnNetwork):
    """An `.npz`: its bytes, its arrays' heads, or its entries."""

    name, share, ending = ".npz", 30, ".npz"

    def data(self, random: Random) -> bytes:
        """An archive in which something is not as it was."""
        return (
            npz(changed_state(random))
            if random.random() < 0.4
            else changed_archive(npz(small_state()), random)
        )


class Pickles(_OfOwnNetwork):
    """A `.pth`: its bytes, its pickle, or its entries; new and old."""

    name, share, ending = ".pth", 40, ".pth"

    def data(self, random: Random) -> bytes:
        """A file of torch's in which something is not as it was."""
        choice = random.random()
        if choice < 0.3:
            return pth(changed_state(random))
        if choice < 0.5:
            return changed_bytes(old_pth(small_state()), random)
        return changed_archive(pth(small_state()), random)


def changed_state(random: Random) -> dict[str, Any]:
    """The small network's weights, with tensors of other types, shapes, numbers and names, or fewer of them."""
    import torch

    state = small_state()
    for _ in range(random.choice((1, 1, 2))):
        name = random.choice(list(state))
        tensor, choice = state[name], random.randrange(6)
        if choice == 0:
            state[name] = tensor.to(
                random.choice(
                    (torch.float64, torch.float16, torch.int32, torch.uint8, torch.bool, torch.int64)
                )
            )
        elif choice == 1:
            state[name] = torch.full_like(
                tensor.float(), random.choice((math.nan, math.inf, -math.inf, 3e38, 0, -1, 1e-45))
            )
        elif choice == 2:
            state[name] = random.choice(
                (tensor.flatten(), tensor[None], tensor.flatten()[:1], tensor.flatten()[:0], tensor.sum())
            )
        elif choice == 3:
            state[random.choice((*_NAMES, "x" * 300, "é→"))] = state.pop(name)
        elif choice == 4 and len(state) > 1:
            del state[name]
        else:
            state = {
                f"{random.choice(('module.', '_orig_mod.', 'a.b.'))}{key}": one for key, one in state.items()
            }
    return {name: tensor.contiguous().clone() for name, tensor in state.items()}


def changed_archive(data: bytes, random: Random) -> bytes:
    """A ZIP archive with entries changed, renamed, left out or doubled, and checksums right; or just its bytes."""
    if random.random() < 0.25:
        return changed_bytes(data, random)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(one.filename, archive.read(one)) for one in archive.infolist()]
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(entries))
        name, body = entries[at]
        choice = random.randrange(8)
        if choice <= 3:
            pickled = [place for place, (one, _) in enumerate(entries) if one.endswith("data.pkl")]
            at = pickled[0] if pickled and random.random() < 0.8 else at
            name, body = entries[at]
            entries[at] = (name, _changed_entry(name, body, random))
        elif choice == 4 and len(entries) > 1:
            del entries[at]
        elif choice == 5:
            entries.append((name, changed_bytes(body, random)))
        elif choice == 6:
            entries[at] = (
                random.choice(("../" + name, "/" + name, name + ".npy", "", "a" * 300, name.upper())),
                body,
            )
        else:
            entries[at] = (name, entries[random.randrange(len(entries))][1])
    kept = io.BytesIO()
    packing = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
    with warnings.catch_warnings(), zipfile.ZipFile(kept, "w", packing) as archive:
        warnings.simplefilter("ignore")  # that a name stands there twice
        for name, body in entries:
            archive.writestr(zipfile.ZipInfo(name), body, packing)
    return kept.getvalue()


def _changed_entry(name: str, body: bytes, random: Random) -> bytes:
    """An array whose head claims something else, a pickle with other numbers and words, or other bytes."""
    if random.random() < 0.2:
        return changed_bytes(body, random)
    if body.startswith(b"\x93NUMPY"):
        kind, shape = random.choice(_ARRAY_KINDS), random.choice(_SHAPES)
        order = random.choice(("False", "True"))
        head = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
        return b"\x93NUMPY\x01\0" + len(head).to_bytes(2, "little") + head + body[128:]
    if name.endswith("data.pkl"):
        return _changed_pickle(body, random)
    return changed_bytes(body, random)


def _changed_pickle(body: bytes, random: Random) -> bytes:
    """A pickle with a number, a word or a step of it exchanged."""
    try:
        steps = list(pickletools.genops(body))
    except Exception:  # it was changed before, and is no pickle any more
        steps = []
    if len(steps) < 2:
        return changed_bytes(body, random)
    numbers = [at for at, (step, _, _) in enumerate(steps[:-1]) if step.name.startswith("BININT")]
    place = random.choice(numbers) if numbers and random.random() < 0.6 else random.randrange(len(steps) - 1)
    start, end = steps[place][2], steps[place + 1][2]
    step = steps[place][0].name
    if step.startswith("BININT"):
        new = b"J" + (random.choice(NUMBERS) % 2**32).to_bytes(4, "little")
        if random.random() < 0.3:
            new = b"\x8a\x08" + random.randbytes(8)
    elif step == "BINUNICODE":
        word = random.choice((*_NAMES, "cpu", "cuda", "meta", "xpu:99")).encode()
        new = b"X" + len(word).to_bytes(4, "little") + word
    elif step == "GLOBAL":
        new = b"c" + random.choice(_GLOBALS)
    else:
        other = random.randrange(len(steps) - 1)
        new = random.choice((b"", body[steps[other][2] : steps[other + 1][2]], body[start:end] * 2))
    return body[:start] + new + body[end:]


def save(state: dict[str, Any]) -> bytes:
    """Weights as a `.safetensors`."""
    import safetensors.torch

    return safetensors.torch.save(state)


def npz(state: dict[str, Any]) -> bytes:
    """Weights as an `.npz`."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:  # np.savez takes no names of its own arguments
        for name, tensor in state.items():
            array = io.BytesIO()
            np.save(array, tensor.numpy())
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), array.getvalue())
    return kept.getvalue()


def pth(state: dict[str, Any]) -> bytes:
    """Weights in torch's archive."""
    import torch

    kept = io.BytesIO()
    torch.save({"state_dict": state, "epoch": 3}, kept)
    return kept.getvalue()


def old_pth(state: dict[str, Any]) -> bytes:
    """Weights as torch's files were before they were archives: tensors in one storage, named after no address."""
    import torch

    whole = torch.cat([tensor.flatten().float() for tensor in state.values()])
    parts = whole.split([tensor.numel() for tensor in state.values()])
    shared = {
        name: part.view(tensor.shape) for (name, tensor), part in zip(state.items(), parts, strict=True)
    }
    kept = io.BytesIO()
    torch.save({"state_dict": shared}, kept, _use_new_zipfile_serialization=False)
    return _ADDRESS.sub(b"X\x01\0\0\x000", kept.getvalue())


def _varint(value: int) -> bytes:
    value %= 2**64
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def blob(numbers: np.ndarray, *, old: bool) -> bytes:
    """An array as Caffe writes it: with four sides, or with a shape."""
    data = _field(5, numbers.astype("<f4").tobytes())
    if old:
        sides = (1,) * (4 - numbers.ndim) + numbers.shape
        return b"".join(_varint(place << 3) + _varint(side) for place, side in enumerate(sides, 1)) + data
    return _field(7, _field(1, b"".join(map(_varint, numbers.shape)))) + data


@cache
def caffemodel(*, old: bool) -> bytes:
    """The weights of the small network of the Caffe family, in old messages or new ones."""
    import torch

    from catvis.networks.stepwise.assembly import assemble

    random = np.random.default_rng(1)
    message, name_at, blobs_at = (2, 4, 6) if old else (100, 1, 7)
    layers: list[bytes] = []

    def weights(layer: str, shape: tuple[int, ...]):
        arrays = [random.standard_normal(sides).astype(np.float32) for sides in (shape, shape[:1])]
        inside = _field(name_at, layer.encode()) + b"".join(
            _field(blobs_at, blob(one, old=old)) for one in arrays
        )
        layers.append(_field(message, inside))
        return tuple(map(torch.from_numpy, arrays))

    assemble(small_caffe(), weights)
    return _field(1, b"small") + b"".join(layers)


def changed_message(data: bytes, random: Random, depth: int = 0) -> bytes:
    """A message with fields changed, at any depth, and the lengths around them right."""
    fields = _fields(data)
    if not fields:
        return changed_bytes(data, random)
    at = random.randrange(len(fields))
    start, end, content = fields[at]
    choice = random.randrange(8)
    if content is not None and depth < 4 and choice <= 3:
        inside = changed_message(data[content:end], random, depth + 1)
        tag = data[start]
        new = (
            bytes([tag])
            + (data[start + 1 : start + 2] if tag & 0x80 else b"")
            + _varint(len(inside))
            + inside
        )
    elif choice == 4:
        new = b""
    elif choice == 5:
        new = data[start:end] * random.choice((2, 3, 100))
    elif choice == 6:
        new = _varint(random.choice((1, 2, 3, 4, 5, 7, 8, 100)) << 3 | random.choice((0, 1, 2, 5))) + _varint(
            random.choice(NUMBERS)
        )
    else:
        new = changed_bytes(data[start:end], random)
    return data[:start] + new + data[end:]


def _fields(data: bytes) -> list[tuple[int, int, int | None]]:
    """Where fields start and end, and where the content of those with a length begins; none if it is no message."""
    from catvis.networks.caffe import wire

    found: list[tuple[int, int, int | None]] = []
    at = 0
    try:
        for field in wire.fields(memoryview(data), wire.ByteRange(0, len(data))):
            content = field.span.start if field.kind == wire.BYTES else None
            found.append((at, field.span.end, content))
            at = field.span.end
    except wire.WireFormatError:
        return []
    return found
