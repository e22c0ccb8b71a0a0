import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { SSHConfig, glob } from 'ssh-config'
import { ConnectError } from '../errors.js'
import { configurationArgs, type Destination, type SshSettings } from './openssh.js'
import { runProcess } from './channel.js'

/** All options that ssh uses for a host, as `ssh -G` prints them. @throws ConnectError if ssh cannot read its configuration. */
export async function effectiveConfig(destination: Destination, settings: SshSettings): Promise<string> {
  const { exitCode, stdout, stderr } = await runProcess(configurationArgs(destination, settings))
  if (exitCode !== 0)
    throw new ConnectError(`${destination.host}: ssh cannot read its configuration`, { output: stderr })
  return stdout
}

/**
 * What the user's ssh configuration has to do with a failed connection: the Host blocks that apply to the node, or a
 * block for its inventory name that does not apply.
 *
 * @param name - the node's inventory name.
 * @param host - what ssh was given on its command line: `ansible_host`, or the inventory name.
 * @param configFile - of `-F`; without, the user's own file.
 */
export async function userConfigHint(name: string, host: string, configFile?: string): Promise<string | undefined> {
  const path = configFile ?? join(userInfo().homedir, '.ssh', 'config')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : hintFrom(text, { name, host, file: configFile ?? '~/.ssh/config' })
}

/** Only the file itself is read: what it includes may have more blocks, so that a missing block is never reported. */
export function hintFrom(
  text: string,
  { name, host, file }: { name: string; host: string; file: string },
): string | undefined {
  const blocks = hostBlocks(text)
  const unused = blocks.find(patterns => patterns.includes(name) && !glob(patterns, host))
  if (unused !== undefined) {
    return (
      `${file} has a block for ${name} (Host ${unused.join(' ')}), but ssh does not use it, since ansible_host is ${host}: ` +
      `remove ansible_host, or add ${host} to that Host line`
    )
  }
  const applied = blocks.filter(patterns => glob(patterns, host)).map(patterns => `Host ${patterns.join(' ')}`)
  return applied.length === 0 ? undefined : `ssh uses these settings of ${file}: ${applied.join(', ')}`
}

/** The patterns of each Host block. */
function hostBlocks(text: string): string[][] {
  try {
    return SSHConfig.parse(text).flatMap(line =>
      'param' in line && line.param.toLowerCase() === 'host' ? [patternsOf(line.value)] : [],
    )
  } catch {
    // ssh itself reports a syntax error.
    return []
  }
}

function patternsOf(value: string | { val: string }[]): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val)
}
