import { startDaemons } from './daemons.js'
import type { Fault } from './fault.js'

/** An orderly reboot: systemd stops the cluster's daemons first. */
export const reboot: Fault = {
  describe: () => 'is rebooted by systemctl',
  injectScript: () => 'systemctl reboot',
  undoScript: () => startDaemons,
  recovery: () => 'elsewhere',
  takesPart: () => true,
  reboots: true,
  prerequisite: {
    test: 'systemctl is-enabled -q corosync.service && systemctl is-enabled -q pacemaker.service',
    missing: 'corosync and pacemaker are not both enabled: they would not start after the boot',
  },
}
