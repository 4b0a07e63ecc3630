"""Whether a health check asks the service anything, in every spelling it can have.

A check that can only succeed is hollow: it prints, it finds a process, or its shell throws the
answer away.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence

from policies.shell_text.endings import EITHER, FAILED, OK, ends

# They succeed whatever the state of the service: they print, or look whether a process exists.
_HOLLOW = {
    *("true", ":", "echo", "printf", "pgrep", "ps", "pidof", "top", "sleep", "date", "hostname"),
    *("whoami", "id", "uname", "pwd", "which", "type", "env", "set", "cd", "export", "kill"),
    *("killall", "touch", "mkdir", "uptime", "free", "df", "printenv", "basename", "dirname", ""),
    *("seq", "sync", "nproc", "arch", "tty", "logname", "groups", "umask", "ulimit", "alias"),
    *("hash", "times", "wait", "shift", "unset", "local", "declare", "readonly", "usleep", "yes"),
    *("service", "supervisorctl", "systemctl", "rc-service", "sv", "s6-svstat", "initctl", "jps"),
    *("mktemp", "dd", "apk", "dpkg", "apt", "rpm"),
    *("rm", "cp", "mv", "chmod", "chown", "ln", "clear", "cal", "locale", "getconf", "let"),
}
# They read a file: that asks something where the service writes it.
_READERS = {
    *("cat", "head", "tail", "wc", "stat", "ls", "grep", "egrep", "fgrep", "find", "sed", "awk"),
    *("cut", "sort", "tr", "uniq", "xxd", "od", "tee", "jq", "file", "readlink", "realpath"),
    *("md5sum", "sha256sum", "cmp", "diff", "strings", "tac", "more", "less"),
}
_PATTERN_FIRST = {"grep", "egrep", "fgrep", "sed", "awk", "jq", "tr"}
_OF_THE_IMAGE = re.compile(
    r"/*(?:(?:proc|sys|dev|etc|bin|sbin|lib\w*|usr|boot|root)(?:/.*)?)?|\.{1,2}/?|.*\.pid"
    r"|/(?:tmp|run|home|opt|mnt|srv|media|app|data|var(?:/\w+)?)/?"
    r"|.*\.(?:py|js|jar|so|conf|cfg|ya?ml|toml|css|sh)"
)
_LOOKS = {*"bcdefghkLOprsSuwxGN"}
# They run the rest of their words: program → options that take a word of their own.
_WRAPPERS: dict[str, tuple[str, ...]] = {
    "exec": ("-a",),
    "command": (),
    "builtin": (),
    "time": ("-f", "-o"),
    "nohup": (),
    "nice": ("-n",),
    "ionice": ("-c", "-n", "-p"),
    "env": ("-u", "-C"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"),
    "gosu": (),
    "su-exec": (),
    "s6-setuidgid": (),
    "setuidgid": (),
    "chpst": ("-u", "-U", "-e", "-/"),
    "chroot": (),
    "flock": ("-w", "-E"),
    "setsid": (),
    "stdbuf": ("-i", "-o", "-e"),
    "taskset": ("-c",),
    "xargs": ("-I", "-n", "-P", "-L", "-d"),
    "setpriv": (
        *("--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"),
        *("--securebits", "--pdeathsig", "--selinux-label", "--apparmor-profile"),
    ),
    "runuser": ("-u", "-g", "-G"),
    "busybox": (),
    "toybox": (),
    "sudo": ("-u", "-g"),
    "doas": ("-u",),
    "tini": (),
    "dumb-init": (),
    "catatonit": (),
}
# A duration, a user, a root, a lock.
_ONE_WORD_FIRST = {"timeout", "gosu", "su-exec", "s6-setuidgid", "setuidgid", "chroot", "flock"}
_SHELLS = {"sh", "bash", "ash", "dash", "zsh", "ksh"}
_VERSIONS = {"--version", "-version", "-v", "-V", "version", "--help", "-h", "help"}
_ITSELF = re.compile(r"localhost|127\.[\d.]+|::1|0(?:\.0\.0\.0)?|ip6-\w+")
# Calls that ask nothing, by the last part of their name.
_IDLE = {
    *("exit", "quit", "_exit", "SystemExit", "sleep", "print", "log", "puts", "echo", "abort"),
    *("setTimeout", "require", "str", "int", "bool", "len", "range", "dict", "list", "tuple"),
    *("write", "flush", "kill"),
}
_TRIVIAL_CODE = re.compile(
    r"\s*(?:(?:import|from|use|require)\s[^;\n]*|pass|True|[\d.]+"
    r"|(?:print|console\.log|puts|echo)\b[^;\n]*"
    r"|(?:sys\.|process\.|os\._)?exit\(?\s*0?\s*\)?|)\s*"
)
# curl's short options that take a value: what follows one in the same word is that value.
_CURL_TAKES = set("AbcCdDeEFhHKmoPQrtTuUwxXyYz")


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
    except (ValueError, RecursionError):
        return "its shell text can't be read"
    if FAILED in results:
        return None
    if re.search(r"\bcurl\b(?!\S*/)", " ".join(words)):
        return "it succeeds whatever the service answers (curl needs --fail, and its answer heard)"
    return "it succeeds whatever the state of the service"


def _argv(words: Sequence[str], output: bool = False) -> frozenset[int]:
    """How a program called with these words may end, or whether its `output` tells something."""
    if not words:
        return frozenset({OK})
    program, arguments = words[0].rpartition("/")[2], list(words[1:])
    if program == "!":
        return frozenset(1 - status for status in _argv(arguments))
    if program == "false":
        return frozenset({FAILED})
    if program in _SHELLS:
        return _shell(arguments)
    if program in ("su", "runuser") and "-c" in arguments[:-1]:
        return ends(arguments[arguments.index("-c") + 1], _argv)
    if program == "command" and {"-v", "-V"} & {*arguments[:1]}:
        return frozenset({OK})
    if program in _WRAPPERS:
        rest = _unwrapped(program, arguments)
        return _argv(rest, output) if rest else frozenset({OK})
    if program in ("[", "[[", "test", "expr"):
        return _test([word for word in arguments if word not in ("]", "]]")])
    if program in ("echo", "printf") and output and any("$" in word for word in arguments):
        return EITHER
    if program in _HOLLOW or (arguments and set(arguments) <= _VERSIONS):
        return frozenset({OK})
    if program in _READERS:
        return EITHER if _reads(program, arguments) else frozenset({OK})
    if program == "nginx":  # -t reads the configuration, -v prints: neither asks the server
        return frozenset({OK})
    if program in ("ping", "ping6"):
        away = [word for word in arguments if not re.match(r"-|\d+$", word)]
        itself = all(_ITSELF.fullmatch(word) for word in away)
        return frozenset({OK}) if itself else EITHER
    if program == "curl" and (
        any(word.startswith("file:") for word in arguments) or not (output or _fails(arguments))
    ):
        return frozenset({OK})
    inline = _code(program, arguments)
    return frozenset({OK}) if inline is not None and _trivial(program, inline) else EITHER


def _shell(arguments: list[str]) -> frozenset[int]:
    flags = ""
    if all(word.startswith("-") for word in arguments):
        return frozenset({OK})  # it is given nothing to do
    for index, word in enumerate(arguments):
        if re.fullmatch(r"-\w*c", word) and index + 1 < len(arguments):
            if re.search(r"(?:^|\s)-\w*n", f"{flags} {word}"):
                return frozenset({OK})  # it only reads
            errexit = bool(re.search(r"(?:^|\s)-\w*e", f"{flags} {word}"))
            return ends(arguments[index + 1], _argv, errexit, "pipefail" in flags.split())
        flags += f" {word}"
    return EITHER  # a script of the image


def _unwrapped(program: str, arguments: list[str]) -> list[str]:
    rest = arguments
    while rest and (rest[0].startswith("-") or re.match(r"^\w+=", rest[0])):
        if rest[0] == "--":
            rest = rest[1:]
            break
        rest = rest[2:] if rest[0] in _WRAPPERS[program] else rest[1:]
    return rest[1:] if program in _ONE_WORD_FIRST else rest


def _test(arguments: list[str]) -> frozenset[int]:
    """A condition asks something if it holds an answer, or looks at what the service writes."""
    if any("$" in word for word in arguments):
        return EITHER
    for option, path in zip(arguments, arguments[1:], strict=False):
        if option[:1] == "-" and option[1:] in _LOOKS and not _OF_THE_IMAGE.fullmatch(path):
            return EITHER
    numbers = len(arguments) == 3 and arguments[0].isdecimal() and arguments[2].isdecimal()
    if numbers and arguments[1] in ("=", "==", "-eq", "!=", "-ne"):
        same = int(arguments[0]) == int(arguments[2])
        return frozenset({OK if same == (arguments[1] in ("=", "==", "-eq")) else FAILED})
    return frozenset({OK})


def _reads(program: str, arguments: list[str]) -> bool:
    """Whether it reads a file that is neither the image's nor the kernel's."""
    paths = [word for word in arguments if not word.startswith("-")]
    if program in _PATTERN_FIRST and not {"-e", "-f"} & {*arguments}:
        paths = paths[1:]
    numbers = re.compile(r"[+-]?\d+\w?")
    return any(
        not _OF_THE_IMAGE.fullmatch(path) and not numbers.fullmatch(path)
        for path in paths
        if program not in ("cut", "tr", "find") or "/" in path
    )


def _fails(arguments: list[str]) -> bool:
    """Whether curl was told to take an error page for an error."""
    for word in arguments:
        if word in ("--fail", "--fail-with-body"):
            return True
        if re.match(r"-[A-Za-z]", word):
            for letter in word[1:]:
                if letter == "f":
                    return True
                if letter in _CURL_TAKES:
                    break
    return False


def _code(program: str, arguments: list[str]) -> str | None:
    """The program text given on the command line of an interpreter."""
    if not re.match(r"^(python|node|ruby|perl|php|deno|bun)[\d.]*$", program):
        return None
    python = program.startswith("python")
    option = re.compile(r"-[A-Za-z]*?c" if python else r"--(?:eval|print)=?|-(?:e|r|p|pe|ne)(?=$)")
    for index, word in enumerate(arguments):
        if not word.startswith("-"):
            return None  # a file of the image
        if found := option.match(word):
            return word[found.end() :] or " ".join(arguments[index + 1 : index + 2])
    return None if {"-m", "-r"} & {*arguments} else ""


def _trivial(program: str, text: str) -> bool:
    """Whether a program calls nothing that could ask the service."""
    if program.startswith("python"):
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(text)
        except (SyntaxError, ValueError, MemoryError):
            return all(_TRIVIAL_CODE.fullmatch(part) for part in re.split(r"[;\n]", text))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        return all(_called(call) in _IDLE for call in calls)
    if program.startswith(("node", "deno", "bun", "php")) and "await" not in text:
        names = re.findall(r"([\w$]*)\s*(?:\(|`)", re.sub(r"'[^']*'|\"[^\"]*\"", "''", text))
        if names:
            return set(names) <= _IDLE
    return all(_TRIVIAL_CODE.fullmatch(part) for part in re.split(r"[;\n]", text))


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
