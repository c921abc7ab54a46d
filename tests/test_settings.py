"""Where things lie by default, and what the environment changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.settings import Settings


def test_defaults_lie_in_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CATVIS_WEIGHTS", raising=False)
    settings = Settings()
    assert settings.cache.name == "results"
    assert settings.downloads.name == "weights"
    assert settings.cache.parent == settings.downloads.parent
    assert settings.weights_folders == (settings.downloads,)
    assert (settings.content, settings.site) == (Path("content"), Path("site"))


def test_the_named_folder_of_weights_is_searched_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATVIS_WEIGHTS", str(tmp_path))
    settings = Settings()
    assert settings.weights_folders == (tmp_path, settings.downloads)
    assert Settings(weights=tmp_path / "other").weights_folders[0] == tmp_path / "other"
