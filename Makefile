# Everything that is not plain cargo. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
RUN ?= examples/digits/run.toml
WASM_TARGET := wasm32-unknown-unknown
# plugins/dist keeps the names that run files use. A file there is replaced in one step: somebody may be reading it.
PLUGINS := $(filter-out sdk template,$(patsubst plugins/rust/%/src/lib.rs,%,$(wildcard plugins/rust/*/src/lib.rs)))

# Other languages than Rust. Each has its folder in plugins/, and its pinned tools in .toolchains.
LANGUAGES := c cpp zig go javascript typescript python assemblyscript wat

# Workspaces of their own: other targets, profiles or flags.
WORKSPACES := . plugins/rust tests/guests tests/fuzz
FUZZ_TARGETS := loader descriptor signals config checkpoint readers
SECONDS_EACH ?= 60
# Tools from crates.io, each version built once per user.
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/callbox/tools
DENY := $(TOOLS)/cargo-deny@0.20.2
CYCLONEDX := $(TOOLS)/cargo-cyclonedx@0.5.9
FUZZ := $(TOOLS)/cargo-fuzz@0.13.2

.PHONY: help demo test lint docs bench fuzz deny sbom libtorch plugins traces tables languages check-languages installed-languages $(LANGUAGES) check-tools wasm-target clean-libtorch

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: libtorch plugins ## set up, build, and train on the bundled digits with plugins
	cargo run --locked -p callbox -- train $(RUN)

test: libtorch plugins installed-languages ## set up and run every test
	cargo test --locked --workspace
	cargo test --locked --manifest-path plugins/rust/Cargo.toml

lint: libtorch ## rustfmt and clippy, everywhere
	cargo fmt --all --check
	cargo fmt --all --check --manifest-path plugins/rust/Cargo.toml
	cargo fmt --all --check --manifest-path tests/guests/Cargo.toml
	cargo fmt --all --check --manifest-path tests/fuzz/Cargo.toml
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p callbox --no-default-features --all-targets -- -D warnings
	cargo clippy --locked --manifest-path plugins/rust/Cargo.toml --all-features --target $(WASM_TARGET) -- -D warnings
	cargo clippy --locked --manifest-path tests/guests/Cargo.toml --target $(WASM_TARGET) -- -D warnings
	cargo clippy --locked --manifest-path tests/fuzz/Cargo.toml -- -D warnings

docs: libtorch ## the library's documentation, complete
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps -p callbox

bench: libtorch plugins ## the figures of README's performance section
	cargo bench --locked -p callbox-tests

# What is found lies in tests/fuzz/artifacts, what is new in tests/fuzz/found; tests/README.md says what then.
fuzz: libtorch $(FUZZ)/installed ## fuzz every target for SECONDS_EACH (60) seconds
	@cargo fetch --locked --quiet --manifest-path tests/fuzz/Cargo.toml
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p tests/fuzz/found/$$target; \
		PATH="$(FUZZ)/bin:$$PATH" cargo fuzz run --fuzz-dir tests/fuzz -O --sanitizer none $$target \
			tests/fuzz/found/$$target tests/fuzz/corpus/$$target -- -max_total_time=$(SECONDS_EACH) \
			-timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -verbosity=0 || exit 1; \
	done

# The first workspace uses every licence of the list, the others some. The advisories are a git repository: where
# it cannot be fetched they are not checked, which REQUIRE_ADVISORIES=1 makes a failure.
deny: $(DENY)/installed ## licences, sources and advisories of every dependency
	@for workspace in $(WORKSPACES); do \
		echo "deny: $$workspace"; \
		test $$workspace = . && unused=--deny || unused=--allow; \
		$(DENY)/bin/cargo-deny --config deny.toml --locked --manifest-path $$workspace/Cargo.toml --workspace check \
			$$unused license-not-encountered --allow license-exception-not-encountered \
			bans licenses sources || exit 1; \
	done
	@if $(DENY)/bin/cargo-deny fetch db; then \
		for workspace in $(WORKSPACES); do \
			$(DENY)/bin/cargo-deny --config deny.toml --locked --manifest-path $$workspace/Cargo.toml --workspace check \
				--disable-fetch advisories || exit 1; \
		done; \
	else \
		echo "deny: advisories were NOT checked, for their database cannot be fetched; run make deny again with a network" >&2; \
		test -z "$(REQUIRE_ADVISORIES)"; \
	fi

sbom: libtorch $(CYCLONEDX)/installed ## write down what the host is made of, into target/sbom
	@PATH="$(CYCLONEDX)/bin:$$PATH" $(PYTHON) host/sbom.py

# In a target folder of its own, which is removed, and marked at the end: half a tool is none.
$(TOOLS)/%/installed: | check-tools
	@echo "tools: building $* once, which takes minutes"
	@env -u CARGO_TARGET_DIR cargo install --locked --quiet --root $(TOOLS)/$* $*
	@touch $@

# An existing libtorch is honoured: then there is nothing to set up.
libtorch: check-tools ## fetch libtorch 2.11.0 into .libtorch (CUDA=1: with CUDA)
ifneq ($(LIBTORCH)$(LIBTORCH_USE_PYTORCH),)
	@echo "libtorch: using the one that the environment names"
else
	@$(PYTHON) host/libtorch.py $(if $(CUDA),--cuda)
endif

# Those that use the same features of the SDK are built together: cargo unites the features of what it builds at
# once, and what a plugin does not use would still lie in its file.
plugins: wasm-target ## build the first-party plugins into plugins/dist
	@grep -H '^callbox-sdk' $(PLUGINS:%=plugins/rust/%/Cargo.toml) \
		| awk -F/ '{ of = $$4; sub(/^[^:]*:/, "", of); of in names || order[++n] = of; names[of] = names[of] " -p " $$3 } \
			END { for (i = 1; i <= n; i++) print names[order[i]] }' \
		| while read -r packages; do \
			cargo build --locked --quiet --release --target $(WASM_TARGET) \
				--manifest-path plugins/rust/Cargo.toml --target-dir plugins/rust/target $$packages || exit 1; \
		done
	@mkdir -p plugins/dist
	@for name in $(PLUGINS); do \
		built=plugins/rust/target/$(WASM_TARGET)/release/$$(echo $$name | tr - _).wasm; \
		cmp -s $$built plugins/dist/$$name.wasm || \
			{ cp $$built plugins/dist/.$$name.$$$$ && mv -f plugins/dist/.$$name.$$$$ plugins/dist/$$name.wasm; } || exit 1; \
	done

# Their numbers hang on the machine, so that they are recorded once and kept.
traces: libtorch plugins ## record the runs anew that callbox has with it
	@rm -rf target/traces
	cargo build --locked -p callbox
	@for run in examples/digits/run.toml host/traces/plateau.toml host/traces/diverging.toml host/traces/lr-find.toml; do \
		cargo run --locked --quiet -p callbox -- train $$run --record --quiet --device cpu --runs target/traces || exit 1; \
	done
	@for trace in target/traces/*/trace/*.jsonl.gz; do \
		name=$$(basename $$(dirname $$(dirname $$trace))); cp -f $$trace host/traces/$$name.jsonl.gz; \
	done

tables: libtorch plugins ## write the documents' tables and pictures of plugins anew
	UPDATE_TABLES=1 cargo test --locked -p callbox-tests --test it -- tables:: pictures::

languages: $(LANGUAGES) ## build the plugins of every language, installing its pinned tools

$(LANGUAGES): ## build the plugins of one language, such as make javascript
	@$(MAKE) --no-print-directory -C plugins/$@

# What was installed is built and tested; what was not is named, and nobody needs it.
installed-languages:
	@for language in $(LANGUAGES); do \
		if $(MAKE) --no-print-directory -s -q -C plugins/$$language toolchain 2>/dev/null; then \
			$(MAKE) --no-print-directory -C plugins/$$language || exit 1; \
		else \
			echo "languages: $$language is skipped; make $$language installs its tools"; \
		fi; \
	done

check-languages: ## format, lints and the SDKs' own tests, as far as a language has them
	@for language in $(LANGUAGES); do \
		echo "check: $$language"; \
		$(MAKE) --no-print-directory -C plugins/$$language check || exit 1; \
		if grep -q '^test:' plugins/$$language/Makefile; then $(MAKE) --no-print-directory -C plugins/$$language test || exit 1; fi; \
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
