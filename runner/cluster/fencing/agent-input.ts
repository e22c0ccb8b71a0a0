import { Secret } from '../../secret.js'
import type { FencingDevice, SecretSource } from '../declaration/declaration.js'
import { hostArgument, type FenceAgent } from './agent-metadata.js'

/** What is asked: whether the device answers at all, or whether the plug of a node is on. */
export type Question = { action: 'monitor' } | { action: 'status'; node: string }

/**
 * What a fence agent reads on its stdin, one `name=value` in each line, as Pacemaker would pass it (`make_args` in its
 * lib/fencing/st_actions.c). All of it is a secret, because the passwords of the device are in it.
 */
export function agentInput(agent: FenceAgent, device: FencingDevice, question: Question): Secret {
  const { params } = device
  const lines: [string, string | Buffer][] = [
    ['action', params[`pcmk_${question.action}_action`] ?? question.action],
    ...(question.action === 'status' ? nodeArguments(agent, device, question.node) : []),
    // Pacemaker keeps for itself what starts like this.
    ...Object.entries(params).filter(([name]) => !name.startsWith('pcmk_')),
    ...Object.entries(device.secrets).map(([name, source]): [string, Buffer] => [name, secretOf(source).reveal()]),
  ]
  return new Secret(
    Buffer.concat(lines.flatMap(([name, value]) => [Buffer.from(`${name}=`), Buffer.from(value), Buffer.from('\n')])),
  )
}

/** The secrets were read before the run (`withSecrets`). */
function secretOf(source: SecretSource): Secret {
  if ('value' in source) return source.value
  throw new Error('a secret of a fencing device was not read')
}

/**
 * The parameter by which the device itself says how its agent learns the plug, `pcmk_host_argument`. A plug among the parameters needs
 * it: without, Pacemaker may pass the name of the node as another plug (docs/facts.md, Fencing).
 */
export function declaredHostArgument(params: FencingDevice['params']): string | undefined {
  return params['pcmk_host_argument'] ?? (params['plug'] === undefined ? undefined : 'plug')
}

/** How the agent learns which node is meant: by its name, and by its plug unless the device has one in its parameters. */
function nodeArguments(agent: FenceAgent, { params, fences }: FencingDevice, node: string): [string, string][] {
  const argument = declaredHostArgument(params) ?? hostArgument(agent)
  const plug = fences.find(each => each.node === node)?.plug ?? node
  const takesPlug = argument !== undefined && argument !== 'none' && params[argument] === undefined
  return [['nodename', node], ...(takesPlug ? [[argument, plug] satisfies [string, string]] : [])]
}
