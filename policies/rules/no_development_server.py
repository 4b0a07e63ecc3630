"""A development server reloads, shows its errors to everybody and serves one request at a time."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import Config, Level, Levels, Rule, Severity

WORDS = {"--reload", "runserver", "webpack-dev-server", "vite", "nodemon"}
# With these programs --debug shows errors to everybody; with others it only makes a longer log.
DEBUGGED = {"flask", "quart", "sanic", "uvicorn", "python", "python3"}
SCRIPTS = {"dev", "start:dev", "serve"}
FLAGS = {"DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG"}
MODES = {"NODE_ENV", "FLASK_ENV", "APP_ENV", "ENVIRONMENT", "RAILS_ENV"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    words = [word for text in workload.command for word in text.split()]
    for word in words:
        if word.rpartition("/")[2] in WORDS:
            yield f"its command has {word}"
    if "--debug" in words and DEBUGGED & {word.rpartition("/")[2] for word in words}:
        yield "its command has --debug"
    for runner, script in zip(words, words[1:], strict=False):
        if runner in ("run", "npm", "yarn", "pnpm") and script in SCRIPTS:
            yield f"its command runs the script {script}"
    for name, value in workload.environment():
        if name in FLAGS and str(value).lower() in ("1", "true", "yes", "on"):
            yield f"{name} is switched on"
        if name in MODES and str(value).lower() in ("dev", "development"):
            yield f"{name} says development"


rule = Rule(
    id="no-development-server",
    title="Development servers run in dev alone",
    severity=Severity.high,
    frameworks=("audit I2", "audit D5"),
    why=__doc__,
    mend="Build the production target, and run the server the program is made for.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    applies=WORKLOADS,
    passes=(
        container(command=["uvicorn", "app:api"], envs=["DEBUG=false"]),
        container(command=["nats-server", "--debug"]),
        service(),
    ),
    fails=(
        container(command=["uvicorn", "app:api", "--reload"]),
        container(command=["npm", "run", "dev"]),
        container(command=["flask", "run", "--debug"]),
        service(spec={"env": {"DEBUG": "true"}}),
    ),
    check=check,
)
