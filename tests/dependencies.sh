#!/usr/bin/env bash
# Checks the dependencies of every lock file by the rules of deny.toml.
#
#   tests/dependencies.sh licenses bans sources
#   tests/dependencies.sh advisories               with the RustSec advisory database from the network
#   tests/dependencies.sh advisories SNAPSHOT      with a clone of it, where there is no network

set -u
cd "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit 1
PATH="$PATH:${HOME:-/root}/.cargo/bin"

VERSION=0.20.2
MANIFESTS=(Cargo.toml benches/Cargo.toml fuzz/Cargo.toml tests/licenses/standard-library/Cargo.toml
    packaging/consumers/two-rust-libraries/other/Cargo.toml)
# As cargo-deny calls the folder of a database: a hash of its address.
DATABASE=target/advisory-databases/advisory-db-3157b0e258782691

# Prints where cargo-deny is, in the version above.
find_cargo_deny() {
    local found
    for found in "$(command -v cargo-deny)" target/tools/bin/cargo-deny; do
        if [ -x "$found" ] && [ "$("$found" --version 2>/dev/null)" = "cargo-deny $VERSION" ]; then
            echo "$found"
            return 0
        fi
    done
    return 1
}

# Without optimization this takes two minutes of one core, with it five.
install_cargo_deny() {
    echo "installing cargo-deny $VERSION into target/tools"
    env CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 \
        cargo install cargo-deny --version "=$VERSION" --locked --quiet --debug --no-default-features --root target/tools
}

usage() {
    echo "usage: tests/dependencies.sh [licenses] [bans] [sources] [advisories [SNAPSHOT]]" >&2
    exit 2
}

checks=()
snapshot=
for argument in "$@"; do
    case $argument in
        licenses | bans | sources | advisories) checks+=("$argument") ;;
        *) [ -d "$argument" ] && [ -z "$snapshot" ] || usage; snapshot=$argument ;;
    esac
done
[ ${#checks[@]} -gt 0 ] || usage

if ! deny=$(find_cargo_deny) && ! { install_cargo_deny && deny=$(find_cargo_deny); }; then
    if [ "${MPA_ALLOW_SKIPS:-}" = 1 ] && [ "${CI:-}" != true ]; then
        echo "SKIPPED: cargo-deny is missing"
        exit 0
    fi
    echo "cargo-deny $VERSION is missing and could not be installed" >&2
    exit 1
fi

options=(--locked)
if [ -n "$snapshot" ]; then
    options+=(--offline)
    rm -rf "$DATABASE"
    git clone --quiet "$snapshot" "$DATABASE" || exit 1
    echo "advisories until $(git -C "$DATABASE" log -1 --format=%cs): newer ones are not looked for"
fi

failed=0
for manifest in "${MANIFESTS[@]}"; do
    echo "$manifest:"
    # Each lock file has only some of what deny.toml makes exceptions for.
    "$deny" "${options[@]}" --manifest-path "$manifest" --workspace --config deny.toml check \
        --allow license-not-encountered --allow license-exception-not-encountered \
        --allow unmatched-skip --allow unnecessary-skip "${checks[@]}" || failed=1
done
exit $failed
