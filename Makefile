# Everything that is not plain cargo. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
RUN ?= examples/digits/run.toml
WASM_TARGET := wasm32-unknown-unknown
# plugins/dist keeps the names that run files use.
PLUGINS := one-cycle early-stopping terminate-on-nan accumulate lr-finder eye-of-sauron

.PHONY: help demo test lint docs bench libtorch plugins check-tools wasm-target clean-libtorch

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: libtorch plugins ## set up, build, and train on the bundled digits with plugins
	cargo run --locked -p callbox -- train $(RUN)

test: libtorch plugins ## set up and run every test
	cargo test --locked --workspace
	cargo test --locked --manifest-path plugins/rust/Cargo.toml

lint: libtorch ## rustfmt and clippy, everywhere
	cargo fmt --all --check
	cargo fmt --all --check --manifest-path plugins/rust/Cargo.toml
	cargo fmt --all --check --manifest-path tests/guests/Cargo.toml
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p callbox --no-default-features --all-targets -- -D warnings
	cargo clippy --locked --manifest-path plugins/rust/Cargo.toml --all-features --target $(WASM_TARGET) -- -D warnings
	cargo clippy --locked --manifest-path tests/guests/Cargo.toml --target $(WASM_TARGET) -- -D warnings

docs: libtorch ## the library's documentation, complete
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps -p callbox

bench: libtorch plugins ## the figures of README's performance section
	cargo bench --locked -p callbox-tests

# An existing libtorch is honoured: then there is nothing to set up.
libtorch: check-tools ## fetch libtorch 2.11.0 into .libtorch (CUDA=1: with CUDA)
ifneq ($(LIBTORCH)$(LIBTORCH_USE_PYTORCH),)
	@echo "libtorch: using the one that the environment names"
else
	@$(PYTHON) host/libtorch.py $(if $(CUDA),--cuda)
endif

plugins: wasm-target ## build the first-party plugins into plugins/dist
	@cargo build --locked --quiet --release --target $(WASM_TARGET) \
		--manifest-path plugins/rust/Cargo.toml --target-dir plugins/rust/target
	@mkdir -p plugins/dist
	@for name in $(PLUGINS); do \
		cp -f plugins/rust/target/$(WASM_TARGET)/release/$$(echo $$name | tr - _).wasm plugins/dist/$$name.wasm; \
	done

wasm-target: check-tools
	@rustc --print target-libdir --target $(WASM_TARGET) | xargs test -d || rustup target add $(WASM_TARGET)

# Each missing tool is one sentence with the remedy.
check-tools:
	@command -v cargo >/dev/null || { echo "set-up: there is no cargo; install Rust with rustup (rustup.rs), then run make again" >&2; exit 1; }
	@command -v $${CXX:-c++} >/dev/null || { echo "set-up: there is no C++ compiler; install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++), then run make again" >&2; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "set-up: there is no python3, which fetches libtorch; install it (Debian, Ubuntu: apt install python3 python3-pip), then run make again" >&2; exit 1; }

clean-libtorch: ## remove the fetched libtorch
	rm -rf .libtorch .libtorch.part
