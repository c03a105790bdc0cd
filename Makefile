# The commands that everyone types. `make help` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: env
env: ## make the Python environments of the live tests, pinned, under .venv/
	$(PYTHON) internal/contract/service/make_env.py .venv

.PHONY: test
test: env vet ## set up everything and run all tests, with the race detector
	go test -race -timeout 20m ./...

.PHONY: soak
soak: ## ask a service that fails on purpose, by 32 workers for two minutes
	go run ./internal/soak

SCRIPTS ?= 50

.PHONY: chaos
chaos: env ## run cas while random scripts restart the service, cut answers and kill cas; SCRIPTS (default 50)
	go run ./internal/chaos -python .venv/service-0.4.0/bin/python -scripts $(SCRIPTS)

.PHONY: modules
modules: ## test the modules beside this one, which keep their dependencies to themselves
	cd deploy/kubernetes && go vet ./... && go test ./...
	cd examples/otel && go vet ./...

.PHONY: packages
packages: ## make what a release has, into dist/: archives of six systems, deb, rpm, recipes, checksums (Linux; zip)
	rm -rf dist
	bash deploy/packaging/build.sh dist

.PHONY: packages-test
packages-test: ## unpack, install and start what is in dist/; root, and Debian's file, rpm, qemu-user-static, buildah, man-db and ruby
	go vet -tags packages ./deploy
	go test -tags packages -timeout 20m -run Packages -v ./deploy

.PHONY: shellcheck
shellcheck: ## check the shell scripts (shellcheck, from Debian's packages)
	shellcheck .ci/run internal/house/*.sh deploy/slurm/*.sh deploy/slurm/*.sbatch deploy/slurm/one-machine/*.sh deploy/pbs/*.sh deploy/pbs/*.pbs deploy/pbs/testdata/qsub deploy/packaging/build.sh

.PHONY: slurm
slurm: env ## prove the job array on a real Slurm on this machine; root, and Debian's slurm packages
	bash deploy/slurm/one-machine/proof.sh

.PHONY: nextflow-engine
nextflow-engine: ## fetch Nextflow from Maven Central to .venv/nextflow (Maven; Java 17 runs it)
	mvn -B -q -f deploy/nextflow/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/.venv/nextflow

.PHONY: engines
engines: env nextflow-engine ## prove the recipes on real Snakemake and Nextflow, and those for PBS on a stand-in for qsub
	go vet -tags engines ./deploy
	go test -tags engines -timeout 20m -v ./deploy

.PHONY: vet
vet: ## check formatting and run go vet
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt-clean: $$unformatted"; exit 1; }
	go vet ./...

FUZZTIME ?= 60s

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (default 60s)
	sh internal/house/fuzz.sh $(FUZZTIME)

TOOL = go tool -modfile=tools/go.mod

.PHONY: lint
lint: ## run gofumpt, staticcheck and actionlint, as pinned in tools/go.mod
	@unformatted=$$($(TOOL) gofumpt -l $$(git ls-files '*.go' | grep -v '^gen/')); test -z "$$unformatted" || { echo "not gofumpt-clean: $$unformatted"; exit 1; }
	$(TOOL) staticcheck ./...
	GOARCH=386 go build ./bulk # an int has 32 bits there
	$(TOOL) actionlint

.PHONY: generate
generate: ## renew everything that is generated from api/openapi.yaml
	go generate ./gen

.PHONY: api
api: ## record the exported API, so that a change of it is a line of the diff
	go test ./internal/house -run TestExportedAPIIsRecorded -update

BASE ?= $(shell git describe --tags --abbrev=0 2>/dev/null || echo HEAD)

.PHONY: api-diff
api-diff: ## name what is incompatible with the exported API at BASE (default: the newest tag)
	sh internal/house/apidiff.sh $(BASE)

.PHONY: catalog
catalog: env ## renew the catalog snapshot from the real service, and its constants
	go run ./catalog/internal/take -python .venv/service-0.4.0/bin/python catalog/snapshot.json
	go generate ./catalog

.PHONY: crs-table
crs-table: env ## renew the table of reference systems from the pinned PROJ
	go generate ./features/crs

.PHONY: bench
bench: env ## measure this client beside the Python SDK, naive Go and a raw reader (bench/RESULTS.md)
	go run ./bench -python .venv/service-0.4.0/bin/python -judges .venv/judges/bin/python

.PHONY: sweep
sweep: env ## measure bulk's own choice of request sizes against a sweep by hand, on the real service
	go run ./internal/sweep -features 300 -repeat 3

.PHONY: man
man: ## write the manual pages to man/man1
	CAS_URL= go run -tags man ./cmd/cas man man/man1

.PHONY: docs
docs: ## renew docs/reference.md from the doc comments
	go run ./internal/docgen

.PHONY: site
site: ## build the documents as a site in site/; a link that leads nowhere fails
	$(PYTHON) internal/contract/service/make_env.py .venv site
	NO_MKDOCS_2_WARNING=1 .venv/site/bin/mkdocs build --strict --config-file internal/site/mkdocs.yml

.PHONY: demo
demo: ## print the attributes of 53 real sub-basins, with nothing but Go
	go run ./cmd/cas demo
