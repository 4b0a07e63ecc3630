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
PULUMI := $(RUN) toolchain/stack $(STACK)

# Dev comes up and goes down without a question; every other stack shows its changes and asks.
ENVIRONMENT := $(firstword $(subst -, ,$(STACK)))
ANSWER := $(if $(filter dev,$(ENVIRONMENT)),--yes --skip-preview)

# What a policy asks about the backups, as the host tells it now, if it does.
KNOWN := $(if $(filter dev,$(ENVIRONMENT)),true,$(RUN) python -m ops.backup record --stack $(STACK))

# A stack on a host of its own needs Pulumi here, and no engine.
READY := ready-$(if $(shell grep -sE 'address: *"?(ssh|tcp)://' Pulumi.$(STACK).yaml),preview,up)

MINE = --filter label=tasktracker.stack=$(STACK) \
	$(if $(SERVICE),--filter label=tasktracker.service=$(SERVICE))

.DEFAULT_GOAL := help
.PHONY: help up down test check images status logs psql preview report rotate recover backup \
	backups restore forget drill schema bench \
	ready-up ready-preview ready-check ready-test
.NOTPARALLEL:

help: ## this list
	@echo "make COMMAND [STACK=dev|staging|prod], dev if it is not said"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ready-up ready-preview ready-check ready-test:
	@toolchain/install --for $(@:ready-%=%)

# Where releases are published, a stack names them; dev runs what this clone builds.
up: $(READY) $(if $(filter dev,$(ENVIRONMENT)),images) ## bring the stack up from whatever is there
	@$(PULUMI)
	@$(RUN) python -m ops.recover --stack $(STACK) $(filter --yes,$(ANSWER))
	@$(KNOWN)
	@$(PULUMI) up $(ANSWER)
	@address=$$($(RUN) pulumi stack output address --stack $(STACK)); printf '%s\n' \
		"" "The task tracker answers at $$address" "Create a task:" \
		"  curl -X POST $$address/api/tasks -H 'Content-Type: application/json'\
	 -d '{\"title\": \"Try it\"}'"

down: $(READY) ## take the stack down; the volumes with its data stay
	@$(PULUMI) destroy $(ANSWER) --exclude-protected

images: ready-up ## build the images that are out of date
	@$(RUN) images/build

# Containers that were only ever created hold files for others, and are no service.
status: ## what runs, and how it is
	@docker ps --all $(MINE) $(foreach state,running restarting paused exited dead,--filter status=$(state)) \
		--format 'table {{.Label "tasktracker.service"}}\t{{.Status}}\t{{.Ports}}\t{{.Image}}'

logs: ## follow the logs; SERVICE=api for one service
	@names=$$(docker ps $(MINE) --format '{{.Names}}'); \
	if [ -z "$$names" ]; then \
		echo "no container of $(or $(SERVICE),stack $(STACK)) runs here: see make status" >&2; exit 1; \
	fi; \
	trap 'trap - TERM; kill 0' INT TERM; \
	for name in $$names; do docker logs --follow --tail 50 "$$name" 2>&1 | sed -u "s/^/$$name | /" & done; wait

psql: SERVICE := postgres
psql: ## a prompt in the database; SQL='select 1' for one statement
	@name=$$(docker ps $(MINE) --format '{{.Names}}' | head -n 1); \
	if [ -z "$$name" ]; then echo "no postgres of stack $(STACK) runs here: see make status" >&2; exit 1; fi; \
	if [ -n "$$SQL" ]; then set -- -c "$$SQL"; fi; if [ -t 0 ]; then terminal=-it; else terminal=-i; fi; \
	exec docker exec $$terminal "$$name" psql -U postgres -d tasktracker "$$@"
psql: export SQL := $(value SQL)

preview: ready-preview ## what an up would change, and what the policies say
	@$(KNOWN)
	@$(PULUMI) preview --diff --policy-pack policies

report: ready-preview ## the reviewer's report of an up
	@$(RUN) toolchain/stack $(STACK)
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
restore: export AT := $(value AT)

forget: $(READY) ## remove the volumes that earlier restores put aside
	@$(RUN) python -m ops.restore --stack $(STACK) --forget

drill: $(READY) ## prove that the newest backup can be restored; FROM=offsite
	@$(RUN) python -m ops.drill --stack $(STACK) $(if $(FROM),--from $(FROM))

check: ready-check ## format, lint, types and unit tests: no Docker needed
	@$(CHECK) ruff format --check .
	@$(CHECK) ruff check .
	@$(CHECK) mypy .
	@$(CHECK) pytest tests/unit

# A live test meets what else its machine does: one that fails is tried once more, and the R is shown.
test: check ready-test images ## all tests: check, real previews, then the live ones on real containers
	@$(RUN) pytest tests/policies
	@$(RUN) pytest tests/live --reruns 1

schema: ready-check ## the JSON Schema of the stack files, for editors
	@$(CHECK) python -m ops.schema

bench: ## the measurements in the README
	@toolchain/install --for bench
	@$(RUN) python -m bench
