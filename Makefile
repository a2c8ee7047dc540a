# Everything a person types. The work is done by the scripts in deploy/.

.DEFAULT_GOAL := help
.PHONY: help demo demo-data test everything quick upgrade lint format fonts lock pictures bundle soak licences wapiti

help: ## Say what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: ## Install, load the demonstration and serve it on 127.0.0.1:8000 (PORT for another)
	@deploy/demo.sh serve

demo-data: ## The same without serving
	@deploy/demo.sh

test: ## Install what the tests need and run every check, on SQLite and on PostgreSQL
	@deploy/system.sh test
	@deploy/fonts.sh
	@deploy/venv.sh requirements-dev.lock
	@deploy/check.sh

everything: ## The same with the long tests, all on both databases; by hand, twenty minutes
	@deploy/system.sh test
	@deploy/fonts.sh
	@deploy/venv.sh requirements-dev.lock
	@deploy/check.sh everything

quick: ## The part of the tests to run at every step: a minute on two cores, on SQLite
	@deploy/venv.sh requirements-dev.lock
	@deploy/check.sh quick

upgrade: ## Migrate the kept databases of every release, on both databases
	@deploy/venv.sh requirements-dev.lock
	@.venv/bin/python -m pytest tests/faults/test_upgrade.py

lint: ## Format, lint, import contracts and Django's own checks
	@deploy/venv.sh requirements-dev.lock
	@deploy/check.sh lint

format: ## Put the code into the agreed format
	@deploy/venv.sh requirements-dev.lock
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix

fonts: ## Install the fonts of the official documents
	@deploy/fonts.sh

licences: ## Write docs/licences.md from the lock file
	@.venv/bin/python deploy/licences.py

wapiti: ## Attack a demonstration of its own with Wapiti, as each role; by hand, half an hour
	@deploy/wapiti.sh

lock: ## Resolve pyproject.toml again into both lock files
	@deploy/lock.sh

bundle: ## Write one file that installs the site on a clean Debian 12 without a network
	@deploy/bundle.sh

soak: ## Ten minutes of sixty accounts through nginx, with workers and the database killed
	@deploy/venv.sh requirements-dev.lock
	@SOAK_SECONDS=600 .venv/bin/pytest -q tests/faults/test_soak.py

pictures: ## Take the manual's pictures from the real pages again
	@deploy/venv.sh requirements-dev.lock
	@.venv/bin/python docs/take_pictures.py
