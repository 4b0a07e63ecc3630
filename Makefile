# The one-word commands. Each has its tools ready by toolchain/ and runs with them on PATH.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

STACK ?= dev
SERVICE ?=
SQL ?=
SECRET ?=
AT ?= latest
FROM ?=
TYPE ?=
YES ?=

RUN := toolchain/run
CHECK := $(RUN) --plain
PULUMI := toolchain/stack $(STACK)

# Dev comes up and goes down without a question; every other stack shows its changes and asks.
ENVIRONMENT := $(firstword $(subst -, ,$(STACK)))
ANSWER := $(if $(filter dev,$(ENVIRONMENT)),--yes --skip-preview)

# What a policy asks about the backups, as the host tells it now, if it does.
KNOWN := $(if $(filter dev,$(ENVIRONMENT)),true,$(RUN) python -m ops.backup record --stack $(STACK))

# The engine that a stack file names; whatever is asked of a stack is asked there.
HOST := $(shell sed -nE "s,^[^\#]*address: *[\"']?((unix|ssh|tcp)://[^]\"' \#}]+).*,\1,p" \
	Pulumi.$(STACK).yaml 2>/dev/null | head -n 1)
ifneq ($(HOST),)
export DOCKER_HOST := $(HOST)
endif

# A stack on a host of its own needs Pulumi here, and no engine.
READY := stack-file ready-$(if $(filter ssh://% tcp://%,$(HOST)),preview,up)

STACKS := $(sort $(patsubst Pulumi.%.yaml,%,$(wildcard Pulumi.*.yaml)))
THERE = $${DOCKER_HOST:-the engine of this machine}
ABSENT = printf '%s\n' "make: stack $(STACK): no $1 runs on $(THERE)" \
	"  fix: see make status STACK=$(STACK); make up STACK=$(STACK) brings it up" >&2; exit 1
OR_SAY_WHY = || { echo "  fix: see that docker reaches $(THERE), then run this again" >&2; exit 1; }

MINE = --filter label=tasktracker.stack=$(STACK) \
	$(if $(SERVICE),--filter label=tasktracker.service=$(SERVICE))

.DEFAULT_GOAL := help
.PHONY: help up down test check images status logs psql outputs preview report rotate recover \
	backup backups restore forget drill schema bench \
	stack-file engine ready-up ready-preview ready-check ready-test
.NOTPARALLEL:

help: ## this list
	@echo "make COMMAND [STACK=dev|staging|prod], dev if it is not said"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ready-up ready-preview ready-check ready-test:
	@toolchain/install --for $(@:ready-%=%)

stack-file:
	@if [ ! -e Pulumi.$(STACK).yaml ]; then printf '%s\n' \
		"make: stack $(STACK): there is no Pulumi.$(STACK).yaml" \
		"  fix: STACK=NAME, one of $(STACKS); or make that file" >&2; exit 1; fi

engine: stack-file
	@if ! command -v docker > /dev/null; then printf '%s\n' \
		"make: docker: not installed here" "  fix: toolchain/install docker" >&2; exit 1; fi

# Where releases are published, a stack names them; dev runs what this clone builds.
up: $(READY) $(if $(filter dev,$(ENVIRONMENT)),images) ## bring the stack up from whatever is there
	@$(PULUMI)
	@$(RUN) python -m ops.recover --stack $(STACK) $(filter --yes,$(ANSWER))
	@$(KNOWN)
	@$(PULUMI) up $(ANSWER)
	@address=$$($(PULUMI) stack output address); printf '%s\n' \
		"" "The task tracker answers at $$address" "Create a task:" \
		"  curl -X POST $$address/api/tasks -H 'Content-Type: application/json'\
	 -d '{\"title\": \"Try it\"}'" \
		"What else there is: make help, make outputs STACK=$(STACK)" \
		"Any command of Pulumi: $(PULUMI) preview"

down: $(READY) ## take the stack down; the volumes with its data stay
	@$(PULUMI) destroy $(ANSWER) --exclude-protected

images: ready-up ## build the images that are out of date
	@$(RUN) images/build

# Containers that were only ever created hold files for others, and are no service.
status: engine ## what runs, and how it is
	@shown=$$(docker ps --all $(MINE) \
		$(foreach state,running restarting paused exited dead,--filter status=$(state)) \
		--format 'table {{.Label "tasktracker.service"}}\t{{.Status}}\t{{.Ports}}\t{{.Image}}') \
		$(OR_SAY_WHY); \
	if [ "$$(wc -l <<< "$$shown")" -gt 1 ]; then echo "$$shown"; else \
		echo "no $(or $(SERVICE),service) of stack $(STACK) is on $(THERE): make up STACK=$(STACK)"; fi

logs: engine ## follow the logs; SERVICE=api for one service
	@names=$$(docker ps $(MINE) --format '{{.Names}}') $(OR_SAY_WHY); \
	if [ -z "$$names" ]; then $(call ABSENT,$(or $(SERVICE),service)); fi; \
	trap 'kill $$(jobs -p) 2> /dev/null' INT TERM; \
	for name in $$names; do docker logs --follow --tail 50 "$$name" 2>&1 | sed -u "s/^/$$name | /" & done; wait

psql: SERVICE := postgres
psql: engine ## a prompt in the database; SQL='select 1' for one statement
	@name=$$(docker ps $(MINE) --format '{{.Names}}' | head -n 1) $(OR_SAY_WHY); \
	if [ -z "$$name" ]; then $(call ABSENT,postgres); fi; \
	if [ -n "$$SQL" ]; then set -- -c "$$SQL"; fi; if [ -t 0 ]; then terminal=-it; else terminal=-i; fi; \
	exec docker exec $$terminal "$$name" psql -U postgres -d tasktracker "$$@"
psql: override export SQL := $(value SQL)

outputs: stack-file ready-preview ## what the stack tells of itself: addresses; logins as [secret]
	@shown=$$($(PULUMI) stack output); echo "$$shown"; \
	if [[ $$shown == *address* ]]; then \
		echo "One in clear: $(PULUMI) stack output admin-token --show-secrets"; else \
		echo "It is not up: make up STACK=$(STACK)"; fi

preview: stack-file ready-preview ## what an up would change, and what the policies say
	@$(KNOWN)
	@$(PULUMI) preview --diff --policy-pack policies

report: stack-file ready-preview ## the reviewer's report of an up
	@$(PULUMI)
	@$(KNOWN)
	@$(RUN) python -m ops.report --stack $(STACK)

rotate: $(READY) ## start a secret anew: SECRET=api-database
	@$(RUN) python -m ops.rotate --stack $(STACK) $(if $(SECRET),--secret $(SECRET))

recover: $(READY) ## after an up that was killed
	@$(RUN) python -m ops.recover --stack $(STACK)

backup: $(READY) ## take a backup now; TYPE=full, diff or incr
	@$(RUN) python -m ops.backup take --stack $(STACK) $(if $(TYPE),--type $(TYPE))

backups: $(READY) ## how the backups are
	@$(RUN) python -m ops.backup show --stack $(STACK)

restore: $(READY) ## go back in time: AT='2026-01-31 12:00', a restore point, or latest; FROM=offsite
	@$(RUN) python -m ops.restore --stack $(STACK) --at "$$AT" $(if $(FROM),--from $(FROM)) $(if $(YES),--yes)
restore: override export AT := $(value AT)

forget: $(READY) ## remove the volumes that earlier restores put aside
	@$(RUN) python -m ops.restore --stack $(STACK) --forget

drill: $(READY) ## prove that the newest backup can be restored; FROM=offsite
	@$(RUN) python -m ops.drill --stack $(STACK) $(if $(FROM),--from $(FROM))

check: ready-check ## format, lint, types and unit tests: no Docker needed
	@$(CHECK) ruff format --check .
	@$(CHECK) ruff check .
	@$(CHECK) mypy .
	@$(CHECK) pytest tests/unit

# A live test meets what else its machine does: one that fails is tried once more, and what it said
# the first time is shown.
test: check ready-test images ## all tests: check, real previews, then the live ones on real containers
	@$(RUN) pytest tests/policies
	@$(RUN) pytest tests/live --reruns 1 --rerun-show-tracebacks

schema: ready-check ## the JSON Schema of the stack files, for editors
	@$(CHECK) python -m ops.schema

bench: images ## the measurements in the README
	@toolchain/install --for bench
	@$(RUN) python -m bench
