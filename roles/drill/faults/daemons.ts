/**
 * Starts Corosync and Pacemaker again after any fault. After Corosync has died, Pacemaker's unit may stay active while it is
 * disconnected; within a second or two it either finds the new Corosync or exits (Pacemaker 2.0.5; docs/facts.md, Pacemaker). If
 * it does neither, it is restarted. Every step has a time limit, because stopping Pacemaker may take half an hour.
 */
export const startDaemons = `systemctl reset-failed corosync.service pacemaker.service 2>/dev/null
timeout 60 systemctl start corosync.service
timeout 60 systemctl start pacemaker.service
n=60; until [ "$(timeout 5 crm_node -q 2>/dev/null)" = 1 ] || [ $n = 0 ]; do sleep 0.5; n=$((n - 1)); done
[ $n -gt 0 ] || timeout 90 systemctl restart pacemaker.service`
