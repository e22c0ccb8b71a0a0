import { setMaxListeners } from 'node:events'

/**
 * Ctrl-C, once: `stop` is aborted, so that running steps are finished and nothing is begun. Twice: `abandon` is,
 * so that what runs on the nodes is ended too.
 */
export function onInterrupt(say: (text: string) => void): { stop: AbortSignal; abandon: AbortSignal; done(): void } {
  const stop = new AbortController()
  const abandon = new AbortController()
  // Every node listens; Node would call more than ten of them a leak.
  setMaxListeners(0, stop.signal, abandon.signal)
  const interrupt = () => {
    if (stop.signal.aborted) {
      abandon.abort()
      return
    }
    say('interrupted: finishing what runs; once more ends it on the nodes too')
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
