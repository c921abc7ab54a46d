"""The part ``kills``: every command that writes, ended at any moment of its run, by every signal; and then again.

Each try plays a scene and sends it a signal at a moment that is as likely as any other. The site is then all old or
all new. Who was asked to end says so, and leaves nothing; what a killed one leaves, the next run clears away, and
that one ends with the very bytes of a run that nobody disturbed.
"""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import time
from pathlib import Path
from random import Random

from catvis.loopback import HOST
from tools.torture.campaign import Budget, Part, State
from tools.torture.running import ended
from tools.torture.scenes import LONGEST, Stage, WrongError, prepared, scenes
from tools.torture.slow_server import served

NAME = "kills"
_SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
_TOLD = {
    signal.SIGINT: (130, "interrupted; what was computed is kept\n"),
    signal.SIGTERM: (143, "terminated; what was computed is kept\n"),
}
_WATCHED = 1.5
"""A preview, which does not end, is killed within so many times what its build takes."""


def run(budget: Budget, seed: int, state: State) -> None:
    """Kill scenes in turn until the budget is spent."""
    with tempfile.TemporaryDirectory() as scratch, served() as published:
        every = scenes(published, _free_port())
        stages: dict[str, Stage] = {}
        while not budget.is_spent(tried := state.tried(NAME)):
            scene = every[tried % len(every)]
            if scene.name not in stages:
                stages[scene.name] = prepared(scene, Path(scratch) / str(len(stages)))
            tally = state.tally(NAME, scene.name)
            begun = time.monotonic()
            hit, wrong = _disturbed(
                stages[scene.name], _SIGNALS[tried % len(_SIGNALS)], f"{seed} {scene.name} {tally.tried}"
            )
            tally.seconds += time.monotonic() - begun
            tally.tried += 1
            tally.refused += hit
            tally.done += not hit
            if wrong is not None:
                files = {"said": stages[scene.name].said.read_bytes()}
                state.find(NAME, scene.name, wrong.what, f"{wrong} (seed {seed}, {tally.tried - 1})", files)
            state.save()


def _disturbed(stage: Stage, sent: signal.Signals, repeats: str) -> tuple[bool, WrongError | None]:
    """Play a scene, disturb it, and play it once more; give whether it was hit, and what went wrong."""
    share = Random(repeats).random()
    moment = share * stage.seconds * (1 if stage.scene.ends else _WATCHED)
    stage.fresh()
    hit = False
    try:
        hit = _sent(stage, sent, moment)
        stage.check(tidy=hit and sent in _TOLD and stage.scene.processes == 1)
        if said := stage.mended():
            raise WrongError("next run", said)
    except WrongError as wrong:
        return hit, WrongError(wrong.what, f"{sent.name} at {moment:.3f} s: {wrong}")
    return hit, None


def _sent(stage: Stage, sent: signal.Signals, moment: float) -> bool:
    """Play a scene, and send it a signal some seconds after it began; give whether it still ran."""
    scene = stage.scene
    said = [stage.said.with_name(f"said-{number}") for number in range(scene.processes - 1)]
    running = scene.start(scene.words, stage.folder, stage.said)
    begun = time.monotonic()
    others = [scene.start(scene.words, stage.folder, file) for file in said]
    time.sleep(max(0.0, begun + moment - time.monotonic()))
    hit = running.poll() is None
    if hit and running.pid is not None:
        os.kill(running.pid, sent)
    status = ended(running, LONGEST)
    for other, file in zip(others, said, strict=True):
        if (ended_with := ended(other, LONGEST)) != 0:
            raise WrongError("other build", f"it ended with {ended_with}: {file.read_text(errors='replace')}")
    if status is None:
        raise WrongError("hang", f"it still ran after {LONGEST:.0f} s")
    if hit and sent in _TOLD:
        _check_told(stage, sent, status)
    return (hit and status != 0) or not scene.ends


def _check_told(stage: Stage, sent: signal.Signals, status: int) -> None:
    """Check that who was asked to end has said so, and nothing else."""
    wanted, message = _TOLD[sent]
    said = stage.said.read_text(errors="replace")
    if status == 0 and (not said or stage.is_done):  # it was; and Ctrl-C is how one ends a preview
        return
    if stage.scene.from_shell and (status == -sent or "__main__.py" not in said):  # Python was not there yet
        return
    if status != wanted or not said.endswith(message) or "Traceback" in said or "ignored in" in said:
        raise WrongError("message", f"status {status}: {said}")


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind((HOST, 0))
        return int(opened.getsockname()[1])


KILLS = Part(NAME, 1_100, run)
