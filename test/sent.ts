import { remote, type Remote } from '../runner/ssh/remote.js'
import type { NodeSession } from '../runner/ssh/remote-process.js'

/** The shell text that some code sends to a node with `$`, and what it sends on stdin. Every command succeeds, without output. */
export async function sent(work: ($: Remote) => Promise<unknown>): Promise<{ script: string; input: string }> {
  const scripts: string[] = []
  const inputs: Buffer[] = []
  const session = {
    async run({ scripts: some, input }: { scripts: readonly string[]; input?: Buffer }) {
      scripts.push(...some)
      if (input) inputs.push(input)
      return some.map(() => ({ exitCode: 0, stdout: '', stderr: '', timedOut: false }))
    },
  } as unknown as NodeSession['session']
  await work(remote({ name: 'node1', session }))
  return { script: scripts.join('\n'), input: Buffer.concat(inputs).toString() }
}
