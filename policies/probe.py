"""Whether a health check asks the service anything, in every spelling it can have.

A shell text is followed like a shell would: each command ends as success, as failure or, when it
asks something, as either. A check that can only succeed is hollow.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

_OK, _FAILED = 0, 1
_EITHER = frozenset({_OK, _FAILED})

# They succeed whatever the state of the service: they print, or look whether a process exists.
_HOLLOW = {
    *("true", ":", "echo", "printf", "pgrep", "ps", "pidof", "top", "sleep", "date", "hostname"),
    *("whoami", "id", "uname", "pwd", "ls", "which", "type", "env", "set", "cd", "export", "kill"),
    *("killall", "touch", "mkdir", "uptime", "free", "df", "printenv", "stat", "basename", ""),
}
# Behind a pipe they succeed whatever comes in.
_FILTERS = {"cat", "tee", "head", "tail", "sort", "sed", "tr", "cut", "wc", "awk", "uniq", "xxd"}
# Behind a pipe they judge what comes in: real if that is.
_JUDGES = {"grep", "egrep", "fgrep", "jq", "xargs"}
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
_REDIRECTION = re.compile(r"(?:^|(?<=\s))(?:\d?>>?\s*(?:&\d|[^\s;|&)]+)|&>>?\s*[^\s;|&)]+)")
_SUBSTITUTION = re.compile(r"\$\((.*)\)|`(.*)`", re.DOTALL)
_OPERATORS = {";", "&&", "||", "|", "&", "\n"}


def hollow(tests: Sequence[str]) -> str | None:
    """Why the check (Docker's list: NONE, CMD or CMD-SHELL first) is none; None for a real one."""
    kind, words = (tests[0], list(tests[1:])) if tests else ("NONE", [])
    if kind == "NONE":
        return "it is switched off"
    if kind not in ("CMD", "CMD-SHELL"):
        return "it begins with neither CMD nor CMD-SHELL, so the engine never runs it"
    try:
        ends = _script(words[0] if words else "") if kind == "CMD-SHELL" else _argv(words)
    except ValueError:
        return "its shell text can't be read"
    if ends <= {_OK}:
        return "it succeeds whatever the state of the service"
    text = " ".join(words)
    if _takes_errors(text):
        return "curl without --fail takes an error page for an answer"
    return None


def _script(text: str) -> frozenset[int]:
    """How a shell text may end."""
    lexer = shlex.shlex(_REDIRECTION.sub(" ", text), posix=True, punctuation_chars=";&|\n")
    lexer.whitespace = " \t\r"
    lexer.commenters = ""
    tokens = [token for word in lexer for token in _split(word)]
    states, ended = {_OK}, set[int]()
    for operator, pipeline, background in _commands(tokens):
        operator = {"then": "&&", "do": "&&", "else": "||", "elif": "||"}.get(
            pipeline[0][0], operator
        )
        following = set[int]()
        for status in states:
            if (operator, status) in (("&&", _FAILED), ("||", _OK)):
                following.add(status)
                continue
            ends, exits = _pipeline(pipeline, status)
            (ended if exits else following).update({_OK} if background else ends)
        states = following
    return frozenset(states | ended)


def _split(word: str) -> list[str]:
    """A run of punctuation as the operators it holds (`;;` never matters here)."""
    if word and set(word) <= set(";&|\n"):
        return re.findall(r"&&|\|\||[;&|\n]", word)
    return [word]


def _commands(tokens: Sequence[str]) -> list[tuple[str, list[list[str]], bool]]:
    """(operator before it, the commands of the pipeline, in the background), in order."""
    found: list[tuple[str, list[list[str]], bool]] = []
    operator, pipeline = ";", [list[str]()]
    for token in [*tokens, ";"]:
        if token == "|":
            pipeline.append([])
        elif token in _OPERATORS:
            if any(pipeline):
                found.append((operator, pipeline, token == "&"))
            operator, pipeline = token if token != "&" else ";", [[]]
        else:
            pipeline[-1].append(token)
    return found


def _pipeline(commands: Sequence[Sequence[str]], status: int) -> tuple[frozenset[int], bool]:
    """How a pipeline may end after `status`, and whether the shell ends with it."""
    last = _bare(commands[-1])
    if len(commands) == 1:
        if last and last[0] in ("exit", "return"):
            code = last[1] if len(last) > 1 else "$?"
            return frozenset({status if code == "$?" else int(code != "0")}), True
        return _argv(last), False
    if last and last[0] in _FILTERS:
        return frozenset({_OK}), False
    if not last or last[0] not in _JUDGES:
        return _argv(last), False
    before = [_bare(command) for command in commands[:-1]]
    asks = any(_argv(words) == _EITHER for words in before if words and words[0] not in _JUDGES)
    return (_EITHER if asks else frozenset({_OK})), False


def _bare(words: Sequence[str]) -> list[str]:
    """A command without what only groups or prepares it."""
    skipped = {"(", "{", "if", "then", "else", "elif", "do", "while", "until"}
    words = [word.lstrip("(") for word in words if word not in (")", "}", "fi", "done")]
    if words and words[-1].endswith(")") and "$(" not in " ".join(words):
        words[-1] = words[-1].rstrip(")")
    while words and (words[0] in skipped or re.match(r"^\w+=", words[0]) or not words[0]):
        if re.match(r"^\w+=.*\$\(", words[0]):  # an assignment ends as what it substitutes
            break
        words = words[1:]
    return words


def _argv(words: Sequence[str]) -> frozenset[int]:
    """How a program called with these words may end."""
    if not words:
        return frozenset({_OK})
    program, arguments = words[0].rpartition("/")[2], list(words[1:])
    if program == "!":
        return frozenset(1 - status for status in _argv(arguments))
    if program == "false":
        return frozenset({_FAILED})
    if program in _SHELLS:
        return _shell(arguments)
    if program == "su" and "-c" in arguments[:-1]:
        return _script(arguments[arguments.index("-c") + 1])
    if program in _WRAPPERS:
        rest = _unwrapped(program, arguments)
        return _argv(rest) if rest else frozenset({_OK})
    if program in ("[", "[[", "test"):
        return _test(arguments)
    if program in _HOLLOW or (arguments and set(arguments) <= _VERSIONS):
        return frozenset({_OK})
    if program == "nginx":  # -t reads the configuration, -v prints: neither asks the server
        return frozenset({_OK})
    if inline := _code(program, arguments):
        trivial = all(_TRIVIAL_CODE.fullmatch(part) for part in re.split(r"[;\n]", inline))
        return frozenset({_OK}) if trivial else _EITHER
    return _EITHER


def _shell(arguments: list[str]) -> frozenset[int]:
    for index, word in enumerate(arguments):
        if word.startswith("-") and word.endswith("c") and index + 1 < len(arguments):
            return _script(arguments[index + 1])
    return _EITHER  # a script of the image


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
        asks = any(_script(part) == _EITHER for part in inner)
        return _EITHER if asks else frozenset({_OK})
    looks = "$" in text or any(word in ("-f", "-e", "-s", "-S", "-r", "-d") for word in arguments)
    return _EITHER if looks and "/proc/" not in text else frozenset({_OK})


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
