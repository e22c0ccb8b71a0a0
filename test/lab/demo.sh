#!/bin/sh
# npm run demo: two bare Debian machines on this one become a cluster that serves a page from its floating IP.
set -eu
cd "$(dirname "$0")/../.."
run() { printf '\n$ ha-run %s\n' "$*"; node bundle/runner/cli/main.js "$@"; }
lab=/var/lib/ha-run/lab/labs/demo

# A demo that is up is used again; what a lab needs and this machine lacks is installed.
node bundle/runner/cli/main.js lab exec node1 -- true 2>/dev/null || run lab up --yes
run site -i $lab/inventory.yml -F $lab/ssh_config
run verify -i $lab/inventory.yml -F $lab/ssh_config
run lab exec node2 -- curl -sS http://192.168.0.10/

cat <<END

It is yours. Break something and let ha-run find it:
  npx ha-run lab exec node2 -- systemctl stop corosync
  npx ha-run site --check --diff -i $lab/inventory.yml -F $lab/ssh_config
  npx ha-run site -i $lab/inventory.yml -F $lab/ssh_config
Look at it as a person would:
  npx ha-run lab exec node1 -- crm status
Take it down:
  npx ha-run lab down
END
