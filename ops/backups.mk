# Backups: taken, looked at, restored, proven. Included by the Makefile; docs/backup-restore.md is the runbook.

AT ?= latest
FROM ?=
TYPE ?= incr
SOURCE := $(if $(FROM),--from $(FROM))

.PHONY: backup backups restore forget drill

backup: ready-up ## take a backup now; TYPE=full|diff|incr
	@$(RUN) python -m ops.backup take --stack $(STACK) --type $(TYPE)

backups: ready-up ## how the backups are: age, size, last proven restore
	@$(RUN) python -m ops.backup show --stack $(STACK)

restore: ready-up ## restore to AT=latest, "2026-01-31 12:00" or a restore point; FROM=local|offsite
	@$(RUN) python -m ops.restore --stack $(STACK) --at "$(AT)" $(SOURCE) $(if $(YES),--yes)

forget: ready-up ## remove the old volumes that restores have put aside
	@$(RUN) python -m ops.restore --stack $(STACK) --forget $(if $(YES),--yes)

drill: ready-up ## restore the newest backup for nobody's use and check it; FROM=offsite
	@$(RUN) python -m ops.drill --stack $(STACK) $(SOURCE)
