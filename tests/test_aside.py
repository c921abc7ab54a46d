"""Work that another process does: its result, its failure, and nobody at work at the end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BEFORE = """
import os, signal, sys, threading, time
from pathlib import Path
from catvis.aside import done_aside
here, noted = os.getpid(), Path(sys.argv[1], "noted")

def note(*seen):
    with noted.open("a") as file:
        print(*seen, file=file)
"""
RESULT = "with done_aside(lambda: os.getpid()) as result:\n    print(result() != here, result() == result())"
THREADS = """
hold = threading.Event()
other = threading.Thread(target=hold.wait)
other.start()
with done_aside(os.getpid) as result:
    print(result() == here)
hold.set()
other.join()
sys.modules["torch"] = None
with done_aside(os.getpid) as result:
    print(result() == here)
"""
FAILS = """
def work():
    note(os.getpid() == here)
    raise OSError("the disk is full")

with done_aside(work) as result:
    try:
        result()
    except OSError as error:
        print(error, noted.read_text().split())
"""
KILLED = """
def work():
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done here"

with done_aside(work) as result:
    print(result())
"""
LEFT = """
def work():
    note(os.getpid())
    time.sleep(60)

with done_aside(work) as result:
    while not (noted.exists() and noted.read_text().strip()):
        time.sleep(0.01)
try:
    os.kill(int(noted.read_text()), 0)
except ProcessLookupError:
    print("nobody is at work")
"""
AT_ONCE = """
from catvis.interruption import told_of_the_end
fork = os.fork

def asked():
    child = fork()
    if child:
        note(child)
        os.kill(here, signal.SIGINT)
    return child

os.fork = asked
try:
    with told_of_the_end(), done_aside(lambda: time.sleep(60)) as result:
        print("it goes on")
except KeyboardInterrupt:
    try:
        os.kill(int(noted.read_text()), 0)
    except ProcessLookupError:
        print("nobody is at work")
"""
ASKED = """
from catvis.interruption import told_of_the_end

def work():
    os.kill(here, signal.SIGINT)
    note(os.getpid() == here)
    return 1

try:
    with told_of_the_end(), done_aside(work) as result:
        time.sleep(60)
except KeyboardInterrupt:
    print("asked to end", os.getpid() == here)
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (RESULT, "True True"),
        (THREADS, "True\nTrue"),
        (FAILS, "the disk is full ['False', 'True']"),
        (KILLED, "done here"),
        (LEFT, "nobody is at work"),
        (AT_ONCE, "nobody is at work"),
        (ASKED, "asked to end True"),
    ],
    ids=["result", "threads", "failure", "killed", "left", "asked at once", "asked to end"],
)
def test_work_aside(tmp_path: Path, script: str, said: str) -> None:
    """In a process without torch, which these tests hold."""
    command = [sys.executable, "-c", BEFORE + script, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert ended.stderr == ""
    assert ended.stdout.strip() == said
