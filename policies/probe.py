"""Whether a health check asks the service anything, in every spelling it can have.

A check that can only succeed is hollow: it prints, it finds a process, or its shell throws the
answer away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.shell import EITHER, FAILED, OK, ends

# They succeed whatever the state of the service: they print, or look whether a process exists.
_HOLLOW = {
    *("true", ":", "echo", "printf", "pgrep", "ps", "pidof", "top", "sleep", "date", "hostname"),
    *("whoami", "id", "uname", "pwd", "ls", "which", "type", "env", "set", "cd", "export", "kill"),
    *("killall", "touch", "mkdir", "uptime", "free", "df", "printenv", "stat", "basename", ""),
}
# They run the rest of their words: program → options that take a word of their own.
_WRAPPERS = {
    "exec": (),
    "command": (),
    "time": (),
    "nohup": (),
    "nice": ("-n",),
    "env": ("-u",),
    "timeout": ("-s", "-k", "--signal"),
    "gosu": (),
    "su-exec": (),
    "busybox": (),
    "sudo": ("-u",),
    "tini": (),
    "dumb-init": (),
}
_ONE_WORD_FIRST = {"timeout", "gosu", "su-exec"}  # a duration, a user
_SHELLS = {"sh", "bash", "ash", "dash", "zsh", "ksh"}
_VERSIONS = {"--version", "-version", "-v", "-V", "version", "--help", "-h", "help"}
_TRIVIAL_CODE = re.compile(
    r"\s*(?:(?:import|from)\s[^;\n]*|pass|True|(?:print|console\.log|puts|echo)\b[^;\n]*"
    r"|(?:sys\.|process\.|os\._)?exit\(?\s*0?\s*\)?|)\s*"
)
_SUBSTITUTION = re.compile(r"\$\((.*)\)|`(.*)`", re.DOTALL)


def hollow(tests: Sequence[str]) -> str | None:
    """Why the check (Docker's list: NONE, CMD or CMD-SHELL first) is none; None for a real one."""
    kind, words = (tests[0], list(tests[1:])) if tests else ("NONE", [])
    if kind == "NONE":
        return "it is switched off"
    if kind not in ("CMD", "CMD-SHELL"):
        return "it begins with neither CMD nor CMD-SHELL, so the engine never runs it"
    try:
        text = words[0] if words else ""
        results = ends(text, _argv) if kind == "CMD-SHELL" else _argv(words)
    except ValueError:
        return "its shell text can't be read"
    if results <= {OK}:
        return "it succeeds whatever the state of the service"
    if _takes_errors(" ".join(words)):
        return "curl without --fail takes an error page for an answer"
    return None


def _argv(words: Sequence[str]) -> frozenset[int]:
    """How a program called with these words may end."""
    if not words:
        return frozenset({OK})
    program, arguments = words[0].rpartition("/")[2], list(words[1:])
    if program == "!":
        return frozenset(1 - status for status in _argv(arguments))
    if program == "false":
        return frozenset({FAILED})
    if program in _SHELLS:
        return _shell(arguments)
    if program == "su" and "-c" in arguments[:-1]:
        return ends(arguments[arguments.index("-c") + 1], _argv)
    if program in _WRAPPERS:
        rest = _unwrapped(program, arguments)
        return _argv(rest) if rest else frozenset({OK})
    if program in ("[", "[[", "test"):
        return _test(arguments)
    if program in _HOLLOW or (arguments and set(arguments) <= _VERSIONS):
        return frozenset({OK})
    if program == "nginx":  # -t reads the configuration, -v prints: neither asks the server
        return frozenset({OK})
    if inline := _code(program, arguments):
        trivial = all(_TRIVIAL_CODE.fullmatch(part) for part in re.split(r"[;\n]", inline))
        return frozenset({OK}) if trivial else EITHER
    return EITHER


def _shell(arguments: list[str]) -> frozenset[int]:
    for index, word in enumerate(arguments):
        if word.startswith("-") and word.endswith("c") and index + 1 < len(arguments):
            return ends(arguments[index + 1], _argv)
    return EITHER  # a script of the image


def _unwrapped(program: str, arguments: list[str]) -> list[str]:
    rest = arguments
    while rest and (rest[0].startswith("-") or re.match(r"^\w+=", rest[0])):
        rest = rest[2:] if rest[0] in _WRAPPERS[program] else rest[1:]
    return rest[1:] if program in _ONE_WORD_FIRST else rest


def _test(arguments: list[str]) -> frozenset[int]:
    """A condition asks something if what it substitutes does, or if it looks at a file."""
    text = " ".join(arguments)
    inner = [first or second for first, second in _SUBSTITUTION.findall(text)]
    if inner:
        asks = any(ends(part, _argv) == EITHER for part in inner)
        return EITHER if asks else frozenset({OK})
    looks = "$" in text or any(word in ("-f", "-e", "-s", "-S", "-r", "-d") for word in arguments)
    return EITHER if looks and "/proc/" not in text else frozenset({OK})


def _code(program: str, arguments: list[str]) -> str:
    """The program text given on the command line of an interpreter."""
    if not re.match(r"^(python|node|ruby|perl|php|deno|bun)[\d.]*$", program):
        return ""
    for option, text in zip(arguments, arguments[1:], strict=False):
        if option in ("-c", "-e", "-r", "-p", "--eval"):
            return text or "pass"
    return ""


def _takes_errors(text: str) -> bool:
    """Whether the check ends as a curl that was not told to fail on an error."""
    calls = re.findall(r"\bcurl\b([^|;&)]*)(.?)", text)
    return any(
        operator != "|"
        and not re.search(r"\s(--fail\S*|-[a-zA-Z]*f[a-zA-Z]*)\b", words)
        and "$(" not in text
        and "`" not in text
        for words, operator in calls
    )
