import { describeFencing, latestFencings } from '../pacemaker/fencing-history.js'
import type { Problem, StatusEvent } from './events.js'
import { failed, warning } from './problem.js'

/** Devices that do not work, and nodes that could not be fenced. */
export function fencingProblems({ fencing, nodes }: StatusEvent): Problem[] {
  if (fencing === undefined) return []
  const { enabled, devices, history } = fencing
  const isUnclean = (name: string) => nodes.some(node => node.name === name && node.state === 'unclean')
  return [
    ...(enabled
      ? devices.flatMap(({ id, nodes: on, remarks }) => {
          if (remarks.includes('failed'))
            return [failed(`the fencing device ${id} has failed`, 'run `crm_resource --cleanup` once it answers again')]
          // A device may run only on nodes that it does not fence: if one of these is away, so is the device.
          return on.length === 0 && nodes.every(({ state }) => state === 'online')
            ? [failed(`the fencing device ${id} is stopped`, 'see `crm_mon -1rf` on a node')]
            : []
        })
      : [
          warning(
            'there are fencing devices, but fencing is disabled',
            'set the property stonith-enabled, or declare the devices and run `ha-run fencing`',
          ),
        ]),
    ...latestFencings(history.filter(({ target }) => nodes.some(({ name }) => name === target)))
      // An unclean node is reported with what to do about it.
      .filter(({ status, target }) => status === 'failed' || (status === 'pending' && !isUnclean(target)))
      .map(event =>
        event.status === 'failed'
          ? failed(
              describeFencing(event),
              `\`ha-run fence ${event.target}\` tries again; \`stonith_admin --cleanup --history ${event.target}\` forgets it`,
            )
          : warning(describeFencing(event)),
      ),
  ]
}
