import text from './fence-plug.sh.js'
import { agentDirectory } from './agent-metadata.js'

/** Our own agent, for smart plugs that no agent of Debian knows: Shelly and Tasmota. It needs the package curl. */
export const fencePlug = {
  agent: 'fence_plug',
  path: `${agentDirectory}/fence_plug`,
  text,
  packages: ['curl'],
} as const
