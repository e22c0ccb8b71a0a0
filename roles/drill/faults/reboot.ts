import { startDaemons } from './daemons.js'
import type { Fault } from './way.js'

/** An admin's reboot: systemd stops the cluster's daemons first. */
export const reboot: Fault = {
  words: () => 'is rebooted by systemctl',
  fault: () => 'systemctl reboot',
  undo: () => startDaemons,
  end: () => 'elsewhere',
  takesPart: () => true,
  boots: true,
  needs: {
    test: 'systemctl is-enabled -q corosync.service && systemctl is-enabled -q pacemaker.service',
    missing: 'corosync and pacemaker are not both enabled: they would not start after the boot',
  },
}
