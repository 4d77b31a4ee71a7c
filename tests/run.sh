#!/usr/bin/env bash
# Installs what the tests need (Debian, Ubuntu), runs everything, and ends with a verdict.
#
# Where a tool is missing its tests fail. MPA_ALLOW_SKIPS=1 skips them instead, but not where CI=true.

set -u
cd "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit 1
PATH="$PATH:${HOME:-/root}/.cargo/bin:/usr/sbin:/sbin"

fail() {
    printf '\nFAILED: %s\n' "$1" >&2
    exit 1
}

# What it is called, then the command.
step() {
    printf '\n== %s\n' "$1"
    "${@:2}" || fail "$1. What is wrong stands above."
}

# The packages of all that is missing: a command, or a file, and the package that brings it.
missing_packages() {
    while read -r what package; do
        [ -e "$what" ] || command -v "$what" >/dev/null || printf '%s ' "$package"
    done <<'END'
gcc gcc
cc gcc
g++ g++
c++ g++
/usr/include/stdio.h libc6-dev
/usr/include/doctest/doctest.h doctest-dev
clang clang
clang++ clang
nm binutils
ar binutils
readelf binutils
valgrind valgrind
openssl openssl
nginx nginx-light
tinyproxy tinyproxy
redis-server redis-server
promtool prometheus
mcs mono-mcs
mono mono-runtime
/usr/lib/mono/4.5/Mono.Posix.dll libmono-posix4.0-cil
chromium chromium
chromedriver chromium-driver
npm npm
tar tar
curl curl
curl-config libcurl4-openssl-dev
/usr/include/cjson/cJSON.h libcjson-dev
timeout coreutils
date coreutils
nproc coreutils
mkfifo coreutils
END
    # Valgrind needs the symbols of the loader, which Ubuntu keeps there.
    if command -v dpkg-query >/dev/null && ! dpkg-query -s libc6-dbg >/dev/null 2>&1; then
        printf 'libc6-dbg '
    fi
}

install_what_is_missing() {
    local missing as_root=()
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if command -v apt-get >/dev/null; then
        [ "$(id -u)" = 0 ] || as_root=(sudo)
        if [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; then
            echo "installing: $missing"
            # Split at the spaces on purpose.
            # shellcheck disable=SC2086
            "${as_root[@]}" apt-get update -qq &&
                "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
                    apt-get install -qq -y --no-install-recommends $missing
            missing=$(missing_packages)
            [ -n "$missing" ] || return 0
        fi
    fi
    echo "Please install these, under the names that they have here (those are Debian's): $missing" >&2
    may_skip
}

rust_is_there() {
    if ! command -v cargo >/dev/null; then
        echo "cargo is missing: install Rust 1.91 or newer from https://rustup.rs" >&2
        return 1
    fi
    if ! cargo fmt --version >/dev/null || ! cargo clippy --version >/dev/null; then
        echo "rustfmt or clippy is missing: rustup component add rustfmt clippy" >&2
        return 1
    fi
}

compile_benchmark_in_c() {
    # They are missing only where skips are allowed: else "Tools" has failed.
    if ! command -v curl-config >/dev/null || ! [ -e /usr/include/cjson/cJSON.h ]; then
        echo "SKIPPED: libcurl4-openssl-dev or libcjson-dev is missing"
        return 0
    fi
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only benches/c/libcurl_cjson.c
}

may_skip() {
    [ "${MPA_ALLOW_SKIPS:-}" = 1 ] && [ "${CI:-}" != true ]
}

# Most of the time tests wait, for each other's programs or for a time limit.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((($(nproc) * 3 + 1) / 2))}

step "Rust" rust_is_there
step "Tools" install_what_is_missing
step "Formatting" cargo fmt --all --check
step "Lints" cargo clippy --quiet --workspace --all-targets -- -D warnings
# Workspaces of their own, with what they share in one folder.
for folder in benches fuzz; do
    step "Formatting of $folder" cargo fmt --check --manifest-path "$folder/Cargo.toml"
    step "Lints of $folder" cargo clippy --quiet --locked --manifest-path "$folder/Cargo.toml" --target-dir target \
        --all-targets -- -D warnings
done
step "Benchmark in C" compile_benchmark_in_c
step "Licences, duplicates and sources of dependencies" tests/dependencies.sh licenses bans sources
step "Tests" cargo test --workspace
step "Model of the queue" env RUSTFLAGS="--cfg shuttle" \
    cargo test --quiet --package mpa --lib --target-dir target/model client::model
for language in c cpp csharp; do
    step "Quickstart in $language" cargo run --quiet --example quickstart -- "$language"
done

if may_skip; then
    printf '\nPASSED, but for what had no tool and says SKIPPED above.\n'
else
    printf '\nPASSED: formatting, lints, dependencies, all tests, and the quickstarts in C, C++ and C#.\n'
fi
