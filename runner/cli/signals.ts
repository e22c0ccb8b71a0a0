import { setMaxListeners } from 'node:events'
import { exitCodes } from '../errors.js'

/** `timeout` and terminals that close send a signal twice: to the process and to its group. */
const echoMs = 50

export interface Interrupt {
  /** Aborted by the first Ctrl-C: running steps finish, and no new one starts. */
  stop: AbortSignal
  /** Aborted by the second: the commands on the nodes are ended too. */
  abandon: AbortSignal
  /** Ignores all further ones. */
  done: () => void
}

export interface InterruptOptions {
  /** Called with a message for people at the first and the second Ctrl-C. */
  notify: (text: string) => void
  /** Called at the third Ctrl-C, before the process ends: restores what must not stay. */
  leave?: () => void
  /** Ends the process. */
  exit?: (code: number) => void
  now?: () => number
}

/** The three stages of Ctrl-C, SIGTERM and SIGHUP. The third ends this process at once. */
export function onInterrupt({
  notify,
  leave = () => {},
  exit = code => process.exit(code),
  now = () => performance.now(),
}: InterruptOptions): Interrupt {
  const stop = new AbortController()
  const abandon = new AbortController()
  // Every node listens. Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, stop.signal, abandon.signal)
  let last = -Infinity
  const interrupt = () => {
    const isEcho = now() - last < echoMs
    last = now()
    if (isEcho) return
    if (!stop.signal.aborted) {
      notify('interrupted: finishing the running steps; Ctrl-C again ends them on the nodes too')
      stop.abort()
    } else if (!abandon.signal.aborted) {
      notify(
        'interrupted again: ending the steps on the nodes, and taking back what this run has set for a while; Ctrl-C again ends ha-run at once',
      )
      abandon.abort()
    } else {
      leave()
      exit(exitCodes.interrupted)
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
