# Two commands: `make lab` brings up a controller and a real network, `make test` runs everything.
# Both install what is missing (Debian/Ubuntu) and are safe to repeat.

TOPOLOGY ?= fat-tree,4
LAB_ARGS ?=

BINARY := target/release/pointsman
LAB_PACKAGES := openvswitch-switch mininet python3 iproute2 iputils-ping iputils-arping ethtool iperf3 curl
TEST_PACKAGES := $(LAB_PACKAGES) chromium tcpdump tshark gcc

# Mininet and Open vSwitch's system daemon need root.
AS_ROOT := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo -E)

.PHONY: lab test build ui check unit network browser lint types fuzz clean need-rust need-node

lab: $(BINARY)
	@scripts/need.sh $(LAB_PACKAGES)
	$(AS_ROOT) $(BINARY) lab --topology $(TOPOLOGY) $(LAB_ARGS)

test: lint unit network browser

build: $(BINARY)

# Cargo knows what is out of date; make only sees to the dashboard first.
.PHONY: $(BINARY)
$(BINARY): need-rust ui
	cargo build --release --locked

ui: web-ui/dist/index.html

web-ui/node_modules/.package-lock.json: web-ui/package-lock.json | need-node
	npm --prefix web-ui ci --no-audit --no-fund
	@touch $@

UI_SOURCES := $(shell find web-ui/src web-ui/public web-ui/index.html web-ui/*.json web-ui/*.ts -type f 2>/dev/null)
web-ui/dist/index.html: $(UI_SOURCES) web-ui/node_modules/.package-lock.json
	npm --prefix web-ui run build
	@touch $@

lint: need-rust ui
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc -p openflow --no-deps --locked
	npm --prefix web-ui run check

# No root, no network namespaces.
unit: need-rust ui
	@scripts/need.sh gcc openvswitch-switch tshark
	cargo test --workspace --locked
	npm --prefix web-ui test

# Real Open vSwitch under Mininet, and the dashboard over it. The whole workspace is named so that
# what `unit` has compiled is used again.
network: $(BINARY) tests/browser/node_modules/.package-lock.json
	@scripts/need.sh $(TEST_PACKAGES)
	$(AS_ROOT) env PATH="$$PATH" HOME="$$HOME" POINTSMAN="$(CURDIR)/$(BINARY)" cargo test --workspace --locked --features pointsman-tests/real-network --test mininet -- --test-threads=1

# The dashboard in a real browser, over a real network.
browser: $(BINARY) tests/browser/node_modules/.package-lock.json
	@scripts/need.sh $(TEST_PACKAGES)
	$(AS_ROOT) env PATH="$$PATH" npm --prefix tests/browser test

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json | need-node
	npm --prefix tests/browser ci --no-audit --no-fund
	@touch $@

# Each fuzz target for so long, with a nightly compiler; `make unit` runs them on fixed mutants.
SECONDS ?= 60
FUZZ_TARGETS := $(basename $(notdir $(wildcard openflow/fuzz/fuzz_targets/*.rs)))
fuzz: need-rust
	@command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
	cd openflow/fuzz && cargo run --quiet --bin seeds
	cd openflow/fuzz && for target in $(FUZZ_TARGETS); do \
		cargo +nightly fuzz run $$target -- -max_total_time=$(SECONDS) -max_len=65535 -timeout=10 || exit 1; \
	done

need-rust:
	@command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }

need-node:
	@command -v npm >/dev/null || { echo "Node.js 20 or later is missing: see https://nodejs.org"; exit 1; }

clean:
	cargo clean
	rm -rf web-ui/dist web-ui/node_modules tests/browser/node_modules
