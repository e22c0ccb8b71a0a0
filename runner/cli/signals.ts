import { setMaxListeners } from 'node:events'

/**
 * The first Ctrl-C aborts `stop`: running steps finish, and no new one starts. The second aborts `abandon`: the commands on the nodes
 * are ended too.
 *
 * @param notify - called with a message for people at the first Ctrl-C.
 */
export function onInterrupt(notify: (text: string) => void): { stop: AbortSignal; abandon: AbortSignal; done(): void } {
  const stop = new AbortController()
  const abandon = new AbortController()
  // Every node listens. Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, stop.signal, abandon.signal)
  const interrupt = () => {
    if (stop.signal.aborted) {
      abandon.abort()
      return
    }
    notify('interrupted: finishing the running steps; Ctrl-C again ends them on the nodes too')
    stop.abort()
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
