"""Every kind of input that the part `inputs` tries."""

from __future__ import annotations

from tools.torture.cases import Kind
from tools.torture.kept_kinds import CacheEntries, Stores
from tools.torture.picture_kinds import Pictures
from tools.torture.text_kinds import FrontMatter, Markdown, NetworksFile, PathsFile, SiteFile
from tools.torture.weights_kinds import Archives, CaffeModels, MeanPictures, Pickles, Safetensors
from tools.torture.word_kinds import Arguments

KINDS: tuple[Kind, ...] = (
    PathsFile(),
    SiteFile(),
    NetworksFile(),
    FrontMatter(),
    Markdown(),
    Pictures(),
    CaffeModels(),
    MeanPictures(),
    Safetensors(),
    Archives(),
    Pickles(),
    Stores(),
    CacheEntries(),
    Arguments(),
)
