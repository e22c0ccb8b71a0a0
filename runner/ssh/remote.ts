import { shellText, type Arguments } from './quote.js'
import { RemoteProcess, type NodeSession, type RemoteOptions } from './remote-process.js'

export type { RemoteInput } from './remote-process.js'

/**
 * zx's `$`, bound to a node: arguments are quoted for the node's POSIX sh, lists become several arguments, and what comes
 * back is zx's own `ProcessOutput`.
 *
 * ```ts
 * const { stdout } = await $`uname -r`
 * const units = await $`systemctl list-units --failed --plain --no-legend`.timeout('10s').lines()
 * const { exitCode } = await $`systemctl is-active ${unit}`.nothrow()
 * await $({ input: key, timeout: '10s' })`install -m 0400 /dev/stdin ${path}`
 * await $`d=$(mktemp -d); ${atExit('rm -rf "$d"')}; …`
 * await $({ onLine: line => progress(line) }).script(text)
 * ```
 */
export interface Remote {
  (pieces: TemplateStringsArray, ...values: Arguments[]): RemoteProcess
  (options: RemoteOptions): Remote
  /** Runs shell text that is complete already: what pure functions have built. */
  script(text: string): RemoteProcess
}

export function remote(node: NodeSession, options: RemoteOptions = {}): Remote {
  const script = (text: string) => new RemoteProcess(node, text, options)
  const call = (first: TemplateStringsArray | RemoteOptions, ...values: Arguments[]) =>
    'raw' in first ? script(shellText(first, values)) : remote(node, { ...options, ...first })
  return Object.assign(call, { script }) as Remote
}
