# Everything a fresh checkout needs: `make demo` shows the workbench at work, `make test` checks it.
# Each target sets up .venv by itself (tools/setup.sh); a second call finds it ready.

SHELL := /bin/bash
BIN   := .venv/bin

PYTHON  ?=
SCALE   ?= region
SEED    ?= 847
YEAR    ?=
JOBS    ?=
PORT    ?=
WORKERS ?= 2
ARGS    ?=
UPGRADE ?=

export PYTHON
# A bare machine may have no locale; Russian names of files and messages must pass all the same.
export PYTHONUTF8 := 1

year := $(if $(YEAR),--year $(YEAR))
jobs := $(if $(JOBS),--jobs $(JOBS))
port := $(if $(PORT),--port $(PORT))
benchmarks := $(basename $(notdir $(wildcard benchmarks/[a-z]*.py)))

.DEFAULT_GOAL := help
.PHONY: help demo lab serve test check bench lock clean runtime dev browser

help: ## эта справка
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  Переменные: SCALE=municipality|region|country SEED=… YEAR=… JOBS=… PORT=… ARGS="-k имя"'

demo: runtime ## вымышленный регион: файлы → снимок → список ШНОР → отчёты по муниципалитетам
	$(BIN)/shnor demo --scale $(SCALE) --seed $(SEED)
	$(BIN)/shnor ingest
	$(BIN)/shnor identify $(year) --out reports/shnor.xlsx
	$(strip $(BIN)/shnor batch $(year) $(jobs))

lab: runtime ## JupyterLab на проекте
	$(strip $(BIN)/shnor lab $(port))

serve: runtime ## панели для чтения в браузере
	$(strip $(BIN)/shnor serve $(port))

test: dev browser ## все проверки поведения (ARGS="-k имя" — часть из них)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: dev ## оформление, типы, слои, блокноты, правила репозитория
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb notebooks/explore/*.ipynb
	$(BIN)/pytest -q tests/repository

bench: dev ## замеры скорости
	for name in $(benchmarks); do $(BIN)/python -m benchmarks.$$name $(ARGS) || exit; done

lock: dev ## пересобрать замки зависимостей (UPGRADE=--upgrade — с новыми версиями)
	tools/lock.sh $(UPGRADE)

clean: ## удалить окружение и кеши; данные и отчёты остаются
	rm -rf .venv dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find shnor_lib tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

runtime dev browser:
	@tools/setup.sh $@
