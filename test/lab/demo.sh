#!/bin/sh
# npm run demo: two bare Debian machines on this one become a cluster that serves a page from its floating IP.
set -eu
cd "$(dirname "$0")/../.."
run() { printf '\n$ ha-run %s\n' "$*"; node bundle/runner/cli/main.js "$@"; }

# A demo that is up is used again; what a lab needs and this machine lacks is installed.
node bundle/runner/cli/main.js lab exec node1 -- true 2>/dev/null || run lab up --yes
run site --lab demo
run verify --lab demo
run lab exec node2 -- curl -sS http://192.168.0.10/

cat <<END

The cluster is up. Break something and let ha-run repair it:
  npx ha-run lab exec node2 -- systemctl stop corosync
  npx ha-run site --check --diff --lab demo
  npx ha-run site --lab demo
Show the cluster's own view:
  npx ha-run lab exec node1 -- crm status
Remove it:
  npx ha-run lab down
END
