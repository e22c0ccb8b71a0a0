import { setMaxListeners } from 'node:events'
import { exitCodes } from '../errors.js'

/**
 * The first Ctrl-C aborts `stop`: running steps finish, and no new one starts. The second aborts `abandon`: the commands on the nodes
 * are ended too, and what the run has set for a while is taken back. The third ends ha-run at once.
 *
 * @param notify - called with a message for people at the first two.
 * @param exit - ends the process.
 */
export function onInterrupt(
  notify: (text: string) => void,
  exit: () => void = () => process.exit(exitCodes.interrupted),
): { stop: AbortSignal; abandon: AbortSignal; done: () => void } {
  const stop = new AbortController()
  const abandon = new AbortController()
  // Every node listens. Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, stop.signal, abandon.signal)
  const interrupt = () => {
    if (abandon.signal.aborted) exit()
    else if (stop.signal.aborted) {
      notify(
        'interrupted again: ending the steps on the nodes, and taking back what this run has set for a while; Ctrl-C again ends ha-run at once',
      )
      abandon.abort()
    } else {
      notify('interrupted: finishing the running steps; Ctrl-C again ends them on the nodes too')
      stop.abort()
    }
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, interrupt)
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    done: () => {
      for (const name of names) process.off(name, interrupt)
    },
  }
}
