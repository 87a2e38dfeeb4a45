#!/bin/bash
# What an operator does with `cohort ctl` alone, a step at a time: why | settle | empty | back. Each prints what a person
# would look at, and ends with 0 if it is as it should be. story.test.ts asks the servers themselves in between.
set -euo pipefail

# Seconds that a condition may take; a slow machine has ten times what is expected.
PATIENCE=${PATIENCE:-300}

fail() {
  echo "story: $*" >&2
  exit 1
}

# until_says TEXT COMMAND…: runs the command again and again until its output has the text.
until_says() {
  local text=$1 end=$((SECONDS + PATIENCE)) out=''
  shift
  while ((SECONDS < end)); do
    out=$("$@" 2>&1) || true
    if grep -q -- "$text" <<<"$out"; then return 0; fi
    sleep 0.5
  done
  fail "$* did not come to say \"$text\"; the last it said: $out"
}

# ends_with CODE COMMAND…: runs a command that must fail with this exit code.
ends_with() {
  local expected=$1 code=0
  shift
  "$@" </dev/null || code=$?
  ((code == expected)) || fail "$* ended with $code, not with $expected"
}

case $1 in
  # Finds out which organization is split, and why.
  why)
    until_says '^[^ ]* .*server-.*server-' cohort ctl splits list
    cohort ctl overview
    split=$(cohort ctl organizations list --split | awk 'NR == 2 { print $1 }')
    # The last scan may be older than the split.
    cohort ctl scans start
    until_says '^why  *drain' cohort ctl organizations get "$split"
    cohort ctl organizations get "$split"
    ;;

  # It waits for its pace, which somebody has set to one device a second.
  settle)
    cohort ctl settings get | grep reconnectsPerSecond
    cohort ctl settings set reconnectsPerSecond=
    until_says '^none' cohort ctl splits list
    ;;

  # Empties a server.
  empty)
    server=$2
    # Nobody sits at a terminal: it does not happen by accident.
    ends_with 4 cohort ctl servers drain "$server"
    ends_with 3 cohort ctl servers drain no-such-server
    cohort ctl servers drain "$server" --yes --wait --timeout "$PATIENCE"
    cohort ctl servers list
    cohort ctl rebalances history --limit 1
    cohort ctl servers get "$server" -o json | grep -q '"connections": 0' || fail "$server is not empty"
    ;;

  # Takes both changes back: the drain, and the pin that moved the organization.
  back)
    server=$2 organization=$3
    cohort ctl servers undrain "$server" --wait
    until_says '^in force  *yes' cohort ctl pins get "$organization"
    until_says "^split  *no" cohort ctl organizations get "$organization"
    cohort ctl pins remove "$organization" --yes --wait --timeout "$PATIENCE"
    ends_with 3 cohort ctl pins get "$organization"
    cohort ctl organizations get "$organization"
    ;;

  *) fail "there is no step $1" ;;
esac
