"""Where the weights of Caffe's networks are published, and what their files are called."""

from __future__ import annotations

from catvis.networks.weights.published import KnownWeights, PublishedFile

_CAFFENET = PublishedFile(
    name="bvlc_reference_caffenet.caffemodel",
    address="http://dl.caffe.berkeleyvision.org/bvlc_reference_caffenet.caffemodel",
    megabytes=244,
    algorithm="sha1",
    checksum="4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46",
    licence="unrestricted use",
)
_ALEXNET = PublishedFile(
    name="bvlc_alexnet.caffemodel",
    address="http://dl.caffe.berkeleyvision.org/bvlc_alexnet.caffemodel",
    megabytes=244,
    algorithm="sha1",
    checksum="9116a64c0fbe4459d18f4bb6b56d647b63920377",
    licence="unrestricted use",
)
_SQUEEZENET = PublishedFile(
    name="squeezenet_v1.0.caffemodel",
    address="https://github.com/DeepScale/SqueezeNet/raw/master/SqueezeNet_v1.0/squeezenet_v1.0.caffemodel",
    megabytes=5,
    algorithm="sha1",
    checksum="579d0beb658e43c45937bf8bb5e4034fea4e1f69",
    licence="BSD",
)

CAFFE_WEIGHTS = {
    known.network: known
    for known in (
        KnownWeights("caffenet", (_CAFFENET.name,), _CAFFENET),
        KnownWeights("alexnet", (_ALEXNET.name,), _ALEXNET),
        # its convolutions alone, 9 MB, are nowhere published, but whoever has them needs no more
        KnownWeights("alexnet-conv", ("bvlc_alexnet_conv.caffemodel", _ALEXNET.name), _ALEXNET),
        KnownWeights("squeezenet", (_SQUEEZENET.name,), _SQUEEZENET),
    )
}
