"""Caffe's files in every form are read; every damaged one gets a message of its own."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catvis.errors import WeightsError
from catvis.networks.caffe.caffemodel import CaffeModel, read_binaryproto, read_caffemodel
from tests.networks.caffe.caffe_writer import Data, blob, caffemodel, chunk, integer, layer, varint, write

RANDOM = np.random.default_rng(0)
ARRAYS = {
    "conv1": (RANDOM.standard_normal((4, 3, 5, 5), np.float32), RANDOM.standard_normal(4, np.float32)),
    "fire2/expand": (RANDOM.standard_normal((2, 4, 1, 1), np.float32), np.zeros(2, np.float32)),
    "fc": (RANDOM.standard_normal((3, 50), np.float32), RANDOM.standard_normal(3, np.float32)),
}
WHOLE = caffemodel(ARRAYS)


def check(model: CaffeModel, *, padded: bool = False) -> None:
    assert list(model.layers) == list(ARRAYS)
    for name, arrays in ARRAYS.items():
        for found, wanted in zip(model.layers[name], arrays, strict=True):
            assert found.shape == ((1,) * (4 - wanted.ndim) + wanted.shape if padded else wanted.shape)
            assert found.count == wanted.size
            assert found.values.dtype == np.float32
            assert found.values.flags.aligned
            assert np.array_equal(found.values, wanted.ravel())


@pytest.mark.parametrize("data", ["packed", "unpacked", "double", "unpacked double"])
@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("shift", [0, 1, 2, 3])
def test_every_form(tmp_path: Path, data: Data, old: bool, shift: int) -> None:
    unknown = chunk(200, bytes(shift))  # moves all that follows to another byte, and is of no known kind
    content = unknown + caffemodel(ARRAYS, data, old=old)
    check(read_caffemodel(write(tmp_path, "a.caffemodel", content)), padded=old)


def test_a_long_run_of_unpacked_numbers(tmp_path: Path) -> None:
    for count in (4095, 4096, 4097, 20_000):
        array = RANDOM.standard_normal(count, np.float32)
        file = write(tmp_path, "a.caffemodel", layer("fc", [blob(array, "unpacked"), blob(array[:5])]))
        first, second = read_caffemodel(file).layers["fc"]
        assert np.array_equal(first.values, array)
        assert np.array_equal(second.values, array[:5])


def test_packed_in_several_pieces(tmp_path: Path) -> None:
    check(read_caffemodel(write(tmp_path, "a.caffemodel", caffemodel(ARRAYS, split=2))))


def test_old_and_new_layers_in_one_file(tmp_path: Path) -> None:
    parts = list(ARRAYS.items())
    content = caffemodel(dict(parts[:1])) + caffemodel(dict(parts[1:]), old=False)
    check(read_caffemodel(write(tmp_path, "a.caffemodel", content)))
    mixed = layer("a", [blob(ARRAYS["fc"][0])], old=True) + layer("b", [blob(ARRAYS["fc"][1])])
    assert list(read_caffemodel(write(tmp_path, "b.caffemodel", mixed)).layers) == ["a", "b"]


def test_layers_without_numbers_and_unknown_fields_are_passed_over(tmp_path: Path) -> None:
    content = (
        integer(999, 1 << 60)
        + varint(50 << 3 | 1)
        + bytes(8)
        + layer("relu", [])
        + WHOLE
        + layer("prob", [])
        + chunk(100, chunk(1, b"data") + integer(10, 1) + varint(77 << 3 | 5) + bytes(4))
    )
    check(read_caffemodel(write(tmp_path, "a.caffemodel", content)))


def test_an_array_is_a_view_or_read_once(tmp_path: Path) -> None:
    model = read_caffemodel(write(tmp_path, "a.caffemodel", WHOLE))
    for blobs in model.layers.values():
        for one in blobs:
            assert one.values is one.values
            assert one.values.flags.writeable


def message(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(WeightsError) as caught:
        read_caffemodel(write(tmp_path, "bad.caffemodel", content))
    return str(caught.value)


def test_truncated_inside_the_last_layer(tmp_path: Path) -> None:
    said = message(tmp_path, WHOLE[:-100])
    assert "is truncated: at least 100 bytes are missing after layer fire2/expand" in said


@pytest.mark.parametrize("kept", [0.2, 0.4, 0.6, 0.8])
def test_truncated_anywhere(tmp_path: Path, kept: float) -> None:
    said = message(tmp_path, WHOLE[: int(len(WHOLE) * kept)])
    assert "is truncated" in said or "is no .caffemodel" in said


def test_damaged_in_the_middle(tmp_path: Path) -> None:
    first = len(caffemodel({"conv1": ARRAYS["conv1"]}))
    assert "is damaged after layer conv1: wire type 7" in message(
        tmp_path, WHOLE[:first] + b"\x0f" + WHOLE[first:]
    )
    assert "field number 0" in message(tmp_path, WHOLE[:first] + b"\x02\x00" + WHOLE[first:])
    assert "a number of more than 10 bytes" in message(tmp_path, WHOLE[:first] + b"\xff" * 20 + WHOLE[first:])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG picture"),
        (b"PK\x03\x04" + bytes(100), "a ZIP archive"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file"),
        (b"\x80\x02}q\x00.", "a Python pickle"),
        (b"\n<!DOCTYPE html><html>404</html>", "a web page"),
        (b'name: "CaffeNet"\nlayer {\n', "a .prototxt"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a pointer to a file in Git LFS"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, content: bytes, kind: str) -> None:
    assert f"bad.caffemodel is no .caffemodel: it is {kind}" in message(tmp_path, content)


@pytest.mark.parametrize("content", [chunk(1, b"network"), bytes(50), b"\x0a", blob(np.zeros((1, 3, 4, 4)))])
def test_messages_without_layers(tmp_path: Path, content: bytes) -> None:
    assert "is no .caffemodel\n" in message(tmp_path, content)


def test_missing_and_empty(tmp_path: Path) -> None:
    assert "is empty" in message(tmp_path, b"")
    with pytest.raises(WeightsError, match="cannot be read: No such file"):
        read_caffemodel(tmp_path / "none.caffemodel")
    with pytest.raises(WeightsError, match="cannot be read: Is a directory"):
        read_caffemodel(tmp_path)


@settings(deadline=None)
@given(data=st.data())
def test_no_bytes_make_it_fail_otherwise(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    file = write(tmp_path_factory.getbasetemp(), "broken.caffemodel", bytes(broken))
    try:
        model = read_caffemodel(file)
    except WeightsError:
        return
    for blobs in model.layers.values():
        for one in blobs:
            assert one.values.size == one.count


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = write(tmp_path_factory.getbasetemp(), "random.caffemodel", content)
    for read in (read_caffemodel, read_binaryproto):
        with suppress(WeightsError):
            read(file)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("data", ["packed", "unpacked", "double"])
def test_a_mean_picture(tmp_path: Path, old: bool, data: Data) -> None:
    mean = RANDOM.uniform(0, 255, (1, 3, 8, 9)).astype(np.float32)
    file = write(tmp_path, "mean.binaryproto", blob(mean, data, old_shape=old))
    assert np.array_equal(read_binaryproto(file), mean[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (blob(np.zeros((1, 3, 8, 8)))[:-5], "is no .binaryproto, or a damaged one: 5 bytes are missing"),
        (blob(np.zeros((2, 3, 8, 8))), "holds 384 numbers of shape 2×3×8×8: no mean picture"),
        (blob(np.zeros(7)), "holds 7 numbers of shape 7: no mean picture"),
        (integer(1, 1) + integer(2, 3) + integer(3, 4) + integer(4, 4), "holds 0 numbers of shape 1×3×4×4"),
        (WHOLE, "no mean picture"),
    ],
)
def test_no_mean_picture(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(WeightsError) as caught:
        read_binaryproto(write(tmp_path, "mean.binaryproto", content))
    assert said in str(caught.value)
