"""What can be typed: the commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from nnstudio import __version__

_MOST_SEED = 2**31 - 1

#: The commands in the order of the help, and what each does.
COMMANDS = {
    "train": "train a project, or go on with its training",
    "find-rate": "try many learning rates for a moment and suggest one",
    "cross-validate": "tell how good a project's design is, by training on parts of its data",
    "evaluate": "tell how good a trained project is on its data",
    "predict": "ask a trained project about a picture or numbers",
    "info": "tell what is in a project file",
    "data": "list, describe, fetch or convert data",
    "demo": "train without a display and draw the window afterwards",
}

_DATA_HELP = (
    "other data than the project's: a source with its options, such as mnist or "
    "'line?slope=3&noise=0.1'"
)


_SOURCE_HELP = "a name with its options, such as mnist or 'line?slope=3', or a path"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace whose ``command`` is one of :data:`COMMANDS` or ``window``.

    A file that is called like a command is reached as ``./train``.

    Raises:
        SystemExit: help or version was asked for (code 0), or the arguments make no sense (2).
    """
    if arguments and arguments[0] in COMMANDS:
        command, *rest = arguments
        parsed = _command_parser(command).parse_args(rest)
    else:
        command = "window"
        parsed = _window_parser().parse_args(arguments)
    parsed.command = command
    return parsed


def _window_parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    lines = [f"  nnstudio {name:{width}}  {text}" for name, text in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="nnstudio",
        usage="nnstudio [FILE]\n       nnstudio COMMAND FILE …",
        description="Lay out a neural network, give it data, watch it learn, try it.",
        epilog="commands:\n" + "\n".join(lines) + "\n\n`nnstudio COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="a project to open in the window")
    parser.add_argument("--version", action="version", version=f"nnstudio {__version__}")
    return parser


def _command_parser(command: str) -> argparse.ArgumentParser:
    text = COMMANDS[command]
    parser = argparse.ArgumentParser(
        prog=f"nnstudio {command}", description=text[0].upper() + text[1:] + "."
    )
    if command == "data":
        _data(parser)
        return parser
    parser.add_argument("file", metavar="FILE", help="a project, *.nnstudio")
    _OPTIONS[command](parser)
    return parser


def _train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="SOURCE", help=_DATA_HELP)
    parser.add_argument(
        "--epochs",
        metavar="N",
        type=_count,
        help="train so many more epochs; default: what the project's settings still ask for",
    )
    parser.add_argument(
        "--seed",
        metavar="S",
        type=_seed,
        help="begin anew, with first weights and an order of examples that follow from S",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="write the trained project here; default: nowhere"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where a training of FILE stood that was killed; if there is none, begin",
    )
    parser.add_argument(
        "--checkpoint-every",
        metavar="SECONDS",
        type=_seconds,
        help="keep the run on disk so often, for --resume; 0 for never; default: every minute",
    )
    _json(parser)


def _find_rate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="SOURCE", help=_DATA_HELP)
    parser.add_argument(
        "--low", metavar="RATE", type=_rate, default=1e-6, help="the lowest; default: %(default)g"
    )
    parser.add_argument(
        "--high", metavar="RATE", type=_rate, default=10.0, help="the highest; default: %(default)g"
    )
    parser.add_argument(
        "--steps",
        metavar="N",
        type=_steps,
        default=100,
        help="how many rates to try, a batch each; default: %(default)s",
    )
    _json(parser)


def _cross_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="SOURCE", help=_DATA_HELP)
    parser.add_argument(
        "--folds",
        metavar="K",
        type=_folds,
        default=5,
        help="how many parts, each held back once; default: %(default)s",
    )
    parser.add_argument(
        "--scheme",
        choices=("plain", "stratified", "grouped", "leave-one-out", "leave-one-group-out"),
        help="how examples are dealt out; default: stratified for classes, plain for numbers",
    )
    parser.add_argument(
        "--groups",
        metavar="FILE",
        help="a text file with the group of each example, one a line; groups stay together",
    )
    parser.add_argument(
        "--repeats",
        metavar="R",
        type=_count,
        default=1,
        help="do all of it so often, dealing out anew; default: %(default)s",
    )
    parser.add_argument(
        "--seed",
        metavar="S",
        type=_seed,
        help="what the dealing, first weights and orders follow from; default: the project's",
    )
    parser.add_argument(
        "--in-order",
        action="store_true",
        help="deal out in the order of the data, as scikit-learn does by default",
    )
    parser.add_argument(
        "--epochs", metavar="N", type=_count, help="epochs of each run; default: the project's"
    )
    parser.add_argument(
        "--out",
        metavar="FILE.csv",
        help="write what each example was answered by the run that didn't know it",
    )
    _json(parser)


def _evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="SOURCE", help=_DATA_HELP)
    _json(parser)


def _predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input",
        metavar="INPUT",
        help="a picture; or numbers in the data's own units: an NPY file, or a CSV file with an "
        "example per line",
    )
    _json(parser)


def _data(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(file=None)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="every source there is, with its options")
    described = actions.add_parser("info", help="what a source holds")
    described.add_argument("source", metavar="SOURCE", help=_SOURCE_HELP)
    fetched = actions.add_parser("fetch", help="download a published set into your data folder")
    fetched.add_argument("source", metavar="NAME", help="mnist, fashionmnist or kmnist")
    converted = actions.add_parser("convert", help="write a source to a folder of mapped arrays")
    converted.add_argument("source", metavar="SOURCE", help=_SOURCE_HELP)
    converted.add_argument("out", metavar="OUT", help="the folder; what is in it is replaced")
    for action in (listed, described):
        _json(action)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--picture", metavar="OUT.png", required=True, help="where to draw the window to"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of sentences"
    )


_OPTIONS = {
    "train": _train,
    "find-rate": _find_rate,
    "cross-validate": _cross_validate,
    "evaluate": _evaluate,
    "predict": _predict,
    "info": _json,
    "demo": _demo,
}


def _count(text: str) -> int:
    return _whole(text, 1, 1_000_000)


def _steps(text: str) -> int:
    return _whole(text, 10, 100_000)


def _folds(text: str) -> int:
    return _whole(text, 2, 1_000_000)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError(f"a rate above 0 is expected, got {text!r}")
    return value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e9:
        raise argparse.ArgumentTypeError(f"a number of seconds is expected, got {text!r}")
    return value


def _seed(text: str) -> int:
    return _whole(text, 0, _MOST_SEED)


def _whole(text: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(
            f"a whole number from {least} to {most} is expected, got {text!r}"
        )
    return value
