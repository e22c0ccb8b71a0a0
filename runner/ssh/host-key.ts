import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hostKeyArgs, type Destination, type SshSettings } from './openssh.js'
import { runProcess } from './channel.js'

/** The fingerprints of the host keys that a node shows, to be compared on the node: `SHA256:… (ED25519)`. */
export async function readFingerprints(destination: Destination, settings: SshSettings): Promise<string[]> {
  const directory = await mkdtemp(join(settings.controlDirectory, 'key-'))
  try {
    const file = join(directory, 'known_hosts')
    await runProcess(hostKeyArgs(destination, settings, file), '20s')
    if ((await readFile(file, 'utf8').catch(() => '')) === '') return []
    const { stdout } = await runProcess(['ssh-keygen', '-l', '-f', file])
    return stdout
      .trim()
      .split('\n')
      .map(line => {
        const [, fingerprint, ...rest] = line.split(' ')
        return `${fingerprint} ${rest.at(-1)}`
      })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
