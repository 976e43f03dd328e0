# The embedded default: everything on this machine, nothing beyond loopback. `make help` lists the targets.
STACK ?= dev
COMMIT ?=
PYTEST_ARGS ?=

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help up down clean test soak bench lint bootstrap

bootstrap := sh infra/local/bootstrap.sh
local := .venv/bin/python -m infra.local

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 14

up: ## bring a stack up: STACK=dev, COMMIT=worktree runs the flows as you edit them
	@$(bootstrap) && $(local) up --stack '$(STACK)' --commit '$(COMMIT)'

down: ## stop the servers, keep the state
	@if [ -d .local/run ]; then $(bootstrap) && $(local) down; else echo 'nothing of ours was running'; fi

clean: ## stop the servers and remove .local; the shared cache of engines stays
	@if [ -d .local/run ]; then $(bootstrap) && $(local) clean; else echo 'removing .local'; rm -rf .local; fi

test: ## every test but the long runs; PYTEST_ARGS='-k name' narrows
	@$(bootstrap) && $(local) engine && exec $(local) run pytest -n 2 --dist loadgroup --ignore tests/soak --ignore tests/bench $(PYTEST_ARGS)

soak: ## the long runs
	@$(bootstrap) && $(local) engine && exec $(local) run pytest tests/soak $(PYTEST_ARGS)

bench: ## measure, print a table
	@$(bootstrap) && $(local) engine && exec $(local) run pytest -s -q tests/bench $(PYTEST_ARGS)

lint: ## ruff and pyright, as CI runs them
	@$(bootstrap) && $(local) run ruff check && $(local) run ruff format --check && $(local) run pyright
