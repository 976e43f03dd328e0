# The embedded default: everything on this machine, nothing beyond loopback. `make help` lists the targets.
STACK ?= dev
COMMIT ?=
PYTEST_ARGS ?=
FILE ?=
PR ?=

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help up down clean check test soak bench lint paths say

bootstrap := sh infra/flowstacks/local/bootstrap.sh
local := .venv/bin/python -m flowstacks.local
# Our own comment begins with a mark (infra/flowstacks/report/comment.py); anybody could write one like it.
ours := '.[] | select(.user.type == "Bot" and (.body | startswith("<!-- flowstacks:comment -->"))) | .id'

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 14

up: ## bring a stack up: STACK=dev, COMMIT=worktree runs the flows as you edit them
	@$(bootstrap) && $(local) up --stack '$(STACK)' --commit '$(COMMIT)'

down: ## stop the servers, keep the state
	@if [ -d .local/run ]; then $(bootstrap) && $(local) down; else echo 'nothing of ours was running'; fi

clean: ## stop the servers and remove .local; the shared cache of engines stays
	@if [ -d .local/run ]; then $(bootstrap) && $(local) clean; else echo 'removing .local'; rm -rf .local; fi

check: ## lint, types and unit tests: the quick answer while you edit
	@$(MAKE) lint && $(local) run pytest -n 2 --dist loadgroup tests/unit $(PYTEST_ARGS)

test: ## every test but the long runs; PYTEST_ARGS='-k name' narrows
	@$(bootstrap) && $(local) engine && exec $(local) run pytest -n 2 --dist loadgroup --ignore tests/soak --ignore tests/bench $(PYTEST_ARGS)

soak: ## the long runs
	@$(bootstrap) && $(local) engine && exec $(local) run pytest tests/soak $(PYTEST_ARGS)

bench: ## measure, print a table
	@$(bootstrap) && $(local) engine && exec $(local) run pytest -s -q tests/bench $(PYTEST_ARGS)

lint: ## ruff and pyright, as CI runs them
	@$(bootstrap) && $(local) run ruff check && $(local) run ruff format --check && $(local) run pyright

# The two below are for workflows (docs/pull-requests.md). They answer nothing for anybody, and run in the caller's own
# environment, credentials included.
paths: ## install the tools, print their folders for PATH, one on a line
	@{ $(bootstrap) && $(local) engine; } >&2 && printf '%s\n' "$$PWD/.local/engine" "$$PWD/.venv/bin" "$$PWD/.local/bin"

say: ## put FILE on pull request PR, in place of what stood there before
	@existing=$$(gh api --paginate 'repos/{owner}/{repo}/issues/$(PR)/comments' --jq $(ours) | head -n 1); \
	if [ -n "$$existing" ]; then \
		gh api --silent --method PATCH "repos/{owner}/{repo}/issues/comments/$$existing" --field 'body=@$(FILE)'; \
	else \
		gh api --silent --method POST 'repos/{owner}/{repo}/issues/$(PR)/comments' --field 'body=@$(FILE)'; \
	fi
