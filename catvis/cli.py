"""The command line: arguments → settings and a command. Nothing heavy is imported before a command is chosen."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, get_args

from msgspec.structs import replace

from catvis.commands.argument_types import count, count_or_none, port, size_in_bytes
from catvis.errors import CatvisError, shown_path, unforeseen
from catvis.interruption import Terminated, told_of_the_end
from catvis.program import command
from catvis.settings import Settings
from catvis.terms import Display, Edges, Fit, Rule

FAILED = 1
INTERRUPTED = 130
TERMINATED = 143
_BUILD = "Compute every figure of the posts and write the site."
_NEW = "Begin a post about a picture: its folder, figures worth showing, and words about them."
_GARBAGE = 50_000
"""How many objects are made between two looks for garbage. The import of torch makes hundreds of thousands that
all stay: to look after each 700 of them, which is Python's own, takes a fifth of a second."""

Subparsers: TypeAlias = "_SubParsersAction[ArgumentParser]"


def main(words: Sequence[str] | None = None) -> int:
    """Run ``catvis`` or ``python -m catvis``; give its exit status."""
    return run(lambda: _dispatch(_parser(command()).parse_args(words)))


def build_main(words: Sequence[str] | None = None) -> int:
    """Run ``python build.py``, which is ``catvis build``; give its exit status."""

    def build() -> int:
        parser = ArgumentParser("build.py", description=_BUILD)
        _add_build(parser)
        return _dispatch(parser.parse_args(words))

    return run(build)


def _parser(program: str) -> ArgumentParser:
    parser = ArgumentParser(program, description="Look at single units of a ConvNet.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_new(commands)
    _add_build(commands.add_parser("build", help="build the site", description=_BUILD))
    _add_inspect(commands)
    _add_explore(commands)
    _add_posts(commands)
    _add_weights(commands)
    _add_exemplars(commands)
    _add_menagerie(commands)
    completion = commands.add_parser("completion", help="a script by which a shell completes commands")
    completion.add_argument("shell", choices=("bash", "zsh"))
    completion.set_defaults(command="catvis.commands.completion:completion", parser_of=_parser)
    return parser


def _add_new(commands: Subparsers) -> None:
    new = commands.add_parser("new", help="begin a post about a picture", description=_NEW)
    new.add_argument("post", metavar="POST", help="the name of its folder")
    new.add_argument("--picture", type=Path, required=True, metavar="FILE", help="what it is about")
    new.add_argument("--network", metavar="NAME", help="what explains it (menagerie)")
    new.add_argument("--fit", choices=get_args(Fit), default="crop", help="for other shapes (crop)")
    _add_content(new)
    _add_machine(new)
    new.set_defaults(command="catvis.commands.new:new")


def _add_build(parser: ArgumentParser) -> None:
    parser.add_argument("posts", nargs="*", metavar="POST", help="folders of the content to build (all)")
    _add_content(parser)
    _add_machine(parser)
    parser.add_argument("--site", type=Path, metavar="DIR", help="where the site is written (site)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where results are kept (the user's cache)")
    parser.add_argument(
        "--unpublished", action="store_true", help="build posts that say published: false too"
    )
    parser.add_argument("--strict", action="store_true", help="fail where a claim of the prose does not hold")
    parser.add_argument(
        "--untrusted",
        action="store_true",
        default=None,
        help="the posts are a stranger's: no script in them runs",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but what goes wrong")
    parser.add_argument(
        "--serve",
        nargs="?",
        const=8000,
        type=port,
        metavar="PORT",
        help="show the site and build it on changes",
    )
    parser.add_argument("--open", action="store_true", help="with --serve: open it in the browser")
    parser.set_defaults(command="catvis.commands.posts:build")


def run(command: Callable[[], int]) -> int:
    """Run a command; mistakes become one message and a status, never a traceback."""
    try:
        with told_of_the_end():
            gc.set_threshold(_GARBAGE)
            atexit.register(gc.freeze)  # what ends with the process need not be looked through once more
            _open_streams()
            status = command()
            sys.stdout.flush()
            return status
    except CatvisError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was computed is kept\n")
        return INTERRUPTED
    except Terminated:
        sys.stderr.write("terminated; what was computed is kept\n")
        return TERMINATED
    except BrokenPipeError:
        _read_no_more()
        return INTERRUPTED
    except OSError as error:
        if sys.flags.dev_mode:
            raise
        _read_no_more()
        name = shown_path(Path(os.fsdecode(error.filename))) if error.filename else "what was to be written"
        sys.stderr.write(f"{name}: {error.strerror or error}\n")
        return FAILED
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        sys.stderr.write(f"{unforeseen(error)}\n")
        return FAILED


def _open_streams() -> None:
    """Have streams that take any text, also where they are closed, or know only ASCII."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
            setattr(sys, name, nowhere)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _read_no_more() -> None:
    """Nobody takes what is written: what is still in the buffer must not be tried again on the way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(arguments: Namespace) -> int:
    module, name = arguments.command.split(":")
    result = getattr(import_module(module), name)(arguments, _settings(arguments))
    if isinstance(result, str):
        sys.stdout.write(result + "\n")
        return 0
    return int(result or 0)


def _settings(arguments: Namespace) -> Settings:
    names = ("content", "site", "cache", "weights", "device", "memory", "allow_code", "untrusted")
    given = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    here = Settings.here()
    if here.jekyll and "site" in given:  # a site of our own is asked for
        here = replace(here, jekyll=False)
    return replace(here, **given)


def _add_inspect(commands: Subparsers) -> None:
    looks = (
        ("classify", "the strongest classes of a picture"),
        ("attribute", "the attribution of a path, as a picture or an array"),
        ("children", "the units of a layer that made the end of a path fire"),
        ("suggest", "figures worth showing, as YAML and Markdown, or as a post"),
    )
    parsers = {}
    for name, text in looks:
        parsers[name] = parser = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        parser.add_argument("network", metavar="NETWORK")
        parser.add_argument("picture", metavar="PICTURE", type=Path)
        parser.add_argument("--fit", choices=get_args(Fit), default="crop", help="for other shapes (crop)")
        _add_content(parser)
        _add_machine(parser)
        module = "new" if name == "suggest" else "inspect"
        parser.set_defaults(command=f"catvis.commands.{module}:{name}")
    for name in ("attribute", "children"):
        parsers[name].add_argument("path", metavar="PATH", help="'fc8_284->fc7_4032', 'top->fc6:top1'")
        parsers[name].add_argument("--edges", choices=get_args(Edges), default="gradient")
    parsers["children"].add_argument("layer", metavar="LAYER")
    parsers["children"].add_argument(
        "--distinct",
        action="store_true",
        help="those that stand for the others, over the network's collection",
    )
    parsers["children"].add_argument(
        "--cache", type=Path, metavar="DIR", help="where mined collections are kept"
    )
    for name in ("classify", "children"):
        parsers[name].add_argument("--top", type=count, default=5, metavar="N", help="how many (5)")
        parsers[name].add_argument("--json", action="store_true", help="as one JSON list")
    parsers["suggest"].add_argument("--post", metavar="POST", help="write a whole post of that name")
    parsers["attribute"].add_argument("--rule", choices=get_args(Rule), default="guided")
    parsers["attribute"].add_argument("--display", choices=get_args(Display), default="robust")
    attribute = parsers["attribute"]
    attribute.add_argument(
        "-o", "--output", required=True, metavar="FILE", help=".png, .npy or .svg; - is standard output"
    )
    attribute.add_argument("--format", choices=("png", "npy", "svg"), help="of the file (by its ending; png)")


def _add_explore(commands: Subparsers) -> None:
    text = "a network on pictures: in the browser, or as a site"
    explore = commands.add_parser("explore", help=text, description=f"Explore {text}.")
    explore.add_argument("network", metavar="NETWORK")
    explore.add_argument("pictures", metavar="PICTURE", type=Path, nargs="+")
    explore.add_argument("--start", metavar="PATH", default="top", help="where the tree begins (top)")
    explore.add_argument("--children", metavar="LAYER", help="where its first children are (the layer below)")
    explore.add_argument("--fit", choices=get_args(Fit), default="crop", help="for other shapes (crop)")
    explore.add_argument(
        "--port", type=port, default=0, help="where to listen on this machine (any free one)"
    )
    explore.add_argument("--out", type=Path, metavar="DIR", help="write a static site")
    explore.add_argument(
        "--answers", choices=("live", "baked", "both"), help="who answers there (the network, if it is small)"
    )
    explore.add_argument(
        "--cache", type=Path, metavar="DIR", help="where results are kept (the user's cache)"
    )
    _add_content(explore)
    _add_machine(explore)
    explore.set_defaults(command="catvis.commands.explore:explore")


def _add_posts(commands: Subparsers) -> None:
    check = commands.add_parser("check", help="all that the build checks before it computes")
    check.add_argument("posts", nargs="*", metavar="POST")
    check.add_argument("--unpublished", action="store_true")
    _add_content(check)
    _add_weights_folder(check)
    check.set_defaults(command="catvis.commands.posts:check")
    markdown = commands.add_parser("markdown", help="the body's HTML of a post's Markdown")
    markdown.add_argument("file", metavar="FILE", type=Path)
    markdown.set_defaults(command="catvis.commands.posts:markdown")
    report = commands.add_parser("report", help="how far the figures of a post can be trusted")
    report.add_argument("post", metavar="POST")
    report.add_argument("-o", "--output", type=Path, metavar="FILE", help="report.json or report.html")
    report.add_argument("--cache", type=Path, metavar="DIR", help="where results are kept (the user's cache)")
    report.add_argument("--quiet", action="store_true", help="say nothing but what goes wrong")
    _add_content(report)
    _add_machine(report)
    report.set_defaults(command="catvis.commands.reporting:report")
    schema = commands.add_parser("schema", help="a JSON Schema of paths.yaml, for editors")
    schema.set_defaults(command="catvis.commands.posts:schema")


def _add_weights(commands: Subparsers) -> None:
    weights = commands.add_parser("weights", help="known weights: where they are, and how to get them")
    verbs = weights.add_subparsers(required=True, metavar="list | path | fetch")
    for name, text in (
        ("list", "what is known"),
        ("path", "where a file lies"),
        ("fetch", "download a file"),
    ):
        parser = verbs.add_parser(name, help=text)
        if name == "list":
            parser.add_argument("name", metavar="PART", nargs="?", help="only networks whose names hold this")
        else:
            parser.add_argument("name", metavar="NAME")
        _add_weights_folder(parser)
        parser.set_defaults(command=f"catvis.commands.downloads:{name}")


def _add_exemplars(commands: Subparsers) -> None:
    mine = commands.add_parser("mine", help="find what excites each unit most in a collection of pictures")
    mine.add_argument("network", metavar="NETWORK")
    folder = mine.add_argument("folder", metavar="[FOLDER]", type=Path, help="of pictures, or a .tar of them")
    folder.required = False  # with nargs="?" it would be taken beside the network only, not after an option
    mine.add_argument("--drawn", type=count, metavar="N", help="N pictures of the drawn world instead")
    mine.add_argument("--layers", nargs="+", metavar="LAYER", help="scan these only (all)")
    mine.add_argument("--units", nargs="+", metavar="UNIT", help="cut the crops of these now (when shown)")
    mine.add_argument("--per-unit", type=count, default=16, metavar="N", help="exemplars of a unit (16)")
    mine.add_argument("--distinct", action="store_true", help="no grids of sixteen times the same thing")
    mine.add_argument(
        "--workers", type=count_or_none, metavar="N", help="processes that decode (one a core); 0 for none"
    )
    mine.add_argument(
        "--reduced", action="store_true", help="decode large JPEGs faster: pixels change by at most 3 of 255"
    )
    mine.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, tcp://…")
    mine.add_argument("--quiet", action="store_true", help="show no progress")
    sheet = commands.add_parser("exemplars", help="draw units' exemplars as one sheet")
    sheet.add_argument("network", metavar="NETWORK")
    sheet.add_argument("units", nargs="+", metavar="UNIT")
    sheet.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.png")
    for name, parser in (("mine", mine), ("sheet", sheet)):
        parser.add_argument("--store", type=Path, metavar="FILE", help="where the exemplars are kept")
        parser.add_argument("--cache", type=Path, metavar="DIR", help="where stores lie that are not named")
        _add_content(parser)
        _add_machine(parser)
        parser.set_defaults(command=f"catvis.commands.mining:{name}")


def _add_menagerie(commands: Subparsers) -> None:
    from catvis.commands.training import add_commands

    parser = commands.add_parser("menagerie", help="the drawn world: look at it, train on it, measure in it")
    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))


def _add_content(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--content", type=Path, metavar="DIR", help="the folder of posts (content; in a Jekyll site, _catvis)"
    )
    parser.add_argument(
        "--allow-code", action="store_true", default=None, help="run the content's own networks.py"
    )


def _add_weights_folder(parser: ArgumentParser) -> None:
    parser.add_argument("--weights", type=Path, metavar="DIR", help="weights files (CATVIS_WEIGHTS)")


def _add_machine(parser: ArgumentParser) -> None:
    _add_weights_folder(parser)
    parser.add_argument("--device", choices=("cpu", "cuda"), help="where networks run (cpu)")
    parser.add_argument(
        "--memory", type=size_in_bytes, metavar="SIZE", help="for gradients in flight, such as 500M (1G)"
    )
