#!/bin/sh
# npm run demo: two bare Debian machines on power plugs become a cluster that serves a page from its floating IP. Then the node that serves
# freezes, and is fenced.
set -eu
cd "$(dirname "$0")/../.."
ha_run() { node bundle/runner/cli/main.js "$@"; }
run() { printf '\n$ ha-run %s\n' "$*"; ha_run "$@"; }
has_address() { [ -n "$(ha_run lab exec "$1" -- ip -brief address show to 192.168.0.10)" ]; }
# A clock that nobody sets.
uptime_seconds() { cut -d. -f1 /proc/uptime; }
# within SECONDS COMMAND: repeats it until it succeeds.
within() {
  end=$(($(uptime_seconds) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$(uptime_seconds)" -ge "$end" ]; then
      echo "this did not succeed in time: $*" >&2
      return 1
    fi
    sleep 1
  done
}

# A demo that is up is used again; what a lab needs and this machine lacks is installed.
ha_run lab exec node1 -- true 2>/dev/null || run lab up --plugs --yes
run site --lab demo
run verify --lab demo
run lab exec node2 -- curl -sS http://192.168.0.10/

if has_address node1; then serving=node1 other=node2; else serving=node2 other=node1; fi
printf '\n%s serves, and freezes now. It cannot be asked to stop: %s has its plug cut the power, and only then takes the address.\n' $serving $other
run lab freeze $serving
within 120 has_address $other
run lab status --name demo
run lab exec $other -- curl -sS http://192.168.0.10/
printf '\nThe plug gives the power back, and %s joins the cluster again.\n' $serving
within 120 ha_run verify --lab demo
run status --lab demo

cat <<END

The cluster is up. Break something and let ha-run repair it:
  npx ha-run lab exec node2 -- systemctl stop corosync
  npx ha-run site --check --diff --lab demo
  npx ha-run site --lab demo
Pull a node's network cable; the other node has it fenced. Plug it in again:
  npx ha-run lab cut node2
  npx ha-run lab heal node2
Show the cluster's own view:
  npx ha-run lab exec node1 -- crm status
Remove it:
  npx ha-run lab down
END
