"""What a campaign is: parts that try things until their budget is spent, and a state of what came of it.

The state is one JSON file for each seed, written as the campaign goes: one that was ended goes on where it was.
What goes wrong is a finding, and the files that show it again lie beside the state, so that it can become a test.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

_SAID = 200
_NUMBERS = re.compile(r"\d+")
HEADINGS = ("part", "what", "tried", "done", "refused", "findings", "seconds")


@dataclass
class Finding:
    """One way in which something went wrong; what looks the same is counted, and kept once.

    Attributes:
        what: its kind in a word or two, such as ``traceback`` or ``hang``.
        said: what was seen, in a line.
        kept: the folder with the files that show it again, below the campaign's.
        count: how often it was seen.
    """

    what: str
    said: str
    kept: str
    count: int = 0


@dataclass
class Tally:
    """What came of the tries of one kind.

    Attributes:
        tried: how many there were; also the number of the next one.
        done: of them, those that succeeded.
        refused: of them, those that ended with one message, as they should.
        seconds: how long they took.
        findings: what went wrong, by what it looks like.
    """

    tried: int = 0
    done: int = 0
    refused: int = 0
    seconds: float = 0
    findings: dict[str, Finding] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How many tries went wrong."""
        return sum(finding.count for finding in self.findings.values())


@dataclass(frozen=True)
class Budget:
    """What a part may spend.

    Attributes:
        tries: how many it has in the whole campaign, over all of its kinds.
        ends: the moment, of ``time.monotonic``, after which no further one begins.
    """

    tries: int
    ends: float

    def is_spent(self, tried: int) -> bool:
        """Whether a part that has tried so often is to end."""
        return tried >= self.tries or time.monotonic() >= self.ends


class State:
    """What a campaign has found out; it begins as it was left.

    Args:
        folder: of this and other campaigns.
        seed: which campaign this is.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder / f"seed-{seed}"
        self._file = self.folder / "state.json"
        self._tallies: dict[str, dict[str, Tally]] = {}
        if self._file.is_file():
            for part, kinds in json.loads(self._file.read_text(encoding="utf-8")).items():
                self._tallies[part] = {kind: _tally(read) for kind, read in kinds.items()}

    def tally(self, part: str, kind: str) -> Tally:
        """The tally of one kind of tries; made when it is first asked for."""
        return self._tallies.setdefault(part, {}).setdefault(kind, Tally())

    def tried(self, part: str) -> int:
        """How often a part has tried, over all of its kinds."""
        return sum(tally.tried for tally in self._tallies.get(part, {}).values())

    @property
    def wrong(self) -> int:
        """How many tries of all parts went wrong."""
        return sum(tally.wrong for kinds in self._tallies.values() for tally in kinds.values())

    def find(self, part: str, kind: str, what: str, said: str, files: Mapping[str, bytes]) -> None:
        """Count a finding, and keep what shows it again if it is a new one.

        Args:
            part: which part found it.
            kind: at which kind of tries.
            what: what went wrong, in a word or two.
            said: what was seen.
            files: what shows it again, by path.
        """
        tally = self.tally(part, kind)
        look = f"{what}: {_NUMBERS.sub('#', said)[:_SAID]}"
        if look not in tally.findings:
            name = f"{part}-{kind}-{len(tally.findings)}".replace("/", "-").replace(" ", "-")
            tally.findings[look] = Finding(what, said[:_SAID], f"findings/{name}")
            for path, data in {"said.txt": said.encode("utf-8", "backslashreplace"), **files}.items():
                file = self.folder / "findings" / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
        tally.findings[look].count += 1

    def save(self) -> None:
        """Write the state, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kinds = {
            part: {kind: asdict(one) for kind, one in found.items()} for part, found in self._tallies.items()
        }
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(kinds, indent=1), encoding="utf-8")
        new.replace(self._file)

    def table(self) -> str:
        """The figures as a Markdown table, and below it what was found."""
        rows = [" | ".join(HEADINGS), "|".join([" --- "] * 2 + [" ---: "] * (len(HEADINGS) - 2))]
        findings = []
        for part, kinds in self._tallies.items():
            for kind, tally in [*kinds.items(), ("all", _sum(kinds.values()))]:
                numbers = (tally.tried, tally.done, tally.refused, tally.wrong)
                counts = [f"{number:,}" for number in numbers]
                rows.append(" | ".join([part, kind, *counts, f"{tally.seconds:,.0f}"]))
                if kind != "all":
                    findings += [f"{part}, {kind}: {_shown(one)}" for one in tally.findings.values()]
        return "\n".join([f"| {row.strip()} |" for row in rows] + findings)


@dataclass(frozen=True)
class Part:
    """One part of a campaign.

    Attributes:
        name: what the command line and the table call it.
        tries: how many make a whole campaign.
        run: tries until the budget is spent. It begins at what the state has of it already, tells the state what
            comes of every try, and saves it now and then; the same seed gives the same tries.
    """

    name: str
    tries: int
    run: Callable[[Budget, int, State], None]


def _tally(read: dict[str, object]) -> Tally:
    findings = {look: Finding(**one) for look, one in read.pop("findings").items()}
    return Tally(**read, findings=findings)


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.tried += tally.tried
        whole.done += tally.done
        whole.refused += tally.refused
        whole.seconds += tally.seconds
        for number, finding in enumerate(tally.findings.values(), len(whole.findings)):
            whole.findings[str(number)] = finding
    return whole


def _shown(finding: Finding) -> str:
    times = "once" if finding.count == 1 else f"{finding.count:,} times"
    return f"{finding.what}, {times}: {finding.said.splitlines()[0] if finding.said else ''} ({finding.kept})"
