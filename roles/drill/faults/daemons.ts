/**
 * Has Corosync and Pacemaker run again, whatever was done to them. Pacemaker's unit may look active while it is cut off from a
 * Corosync that has died, and finds the new one by itself within a second or two, or else is gone (Pacemaker 2.0.5; cluster-facts
 * C16); one that does neither is started anew. All of it is bounded: a stop may take Pacemaker half an hour.
 */
export const startDaemons = `systemctl reset-failed corosync.service pacemaker.service 2>/dev/null
timeout 60 systemctl start corosync.service
timeout 60 systemctl start pacemaker.service
n=60; until [ "$(timeout 5 crm_node -q 2>/dev/null)" = 1 ] || [ $n = 0 ]; do sleep 0.5; n=$((n - 1)); done
[ $n -gt 0 ] || timeout 90 systemctl restart pacemaker.service`
