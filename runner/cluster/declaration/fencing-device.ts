import { conceal } from '../../concealed.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { Secret } from '../../secret.js'
import { noteSecretNames } from '../secret-parameters.js'
import type { FencingDevice, SecretSource } from './declaration.js'
import type { DeclaredDevice, DeclaredSource } from './fencing-schema.js'

/** Parameters that ha-run itself sets, with what to declare instead. */
const ownParameters: Record<string, string> = {
  pcmk_host_list: '"fences" lists the nodes that the device fences.',
  pcmk_host_map: 'Write "fences: {node1: 1, node2: 2}": the plug of each node.',
  pcmk_host_check: 'The list of nodes comes from "fences", so ha-run sets static-list.',
  action:
    'Pacemaker chooses the action; "action: off" beside "devices:" makes it switch nodes off in place of a reboot.',
}

/** The parameters by which agents take the plug of a node; the mapping of `fences` sets them. */
const plugParameters = ['plug', 'port']

/**
 * One declared device, with its parameters sorted into secret ones and others.
 *
 * @throws InventoryError for instance if it fences no node of the cluster.
 */
export function readDevice(id: string, declared: DeclaredDevice, nodes: string[], origin: Origin): FencingDevice {
  const fences = fencedNodes(id, declared.fences, nodes, origin)
  const { params = {}, secrets = {} } = declared
  // What the CIB has for them is secret too, also where the agent's metadata is not read.
  noteSecretNames(Object.keys(secrets))
  for (const [part, values] of Object.entries({ params, secrets })) {
    for (const name of Object.keys(values)) refuseOwn(name, fences, origin.at(part, name))
  }
  const plain = Object.entries(params).filter(([name]) => !origin.at('params', name).isEncrypted)
  const encrypted = Object.entries(params).filter(([name]) => origin.at('params', name).isEncrypted)
  const sources = Object.entries(secrets).map(([name, source]): [string, SecretSource] => {
    const place = origin.at('secrets', name)
    if (Object.hasOwn(params, name)) {
      throw place.key.error(`"${name}" of ${id} is in "params" too`, 'Leave it out there: its value is a secret.')
    }
    return [name, typeof source === 'string' ? inVault(name, source, place) : oneSource(name, source, place)]
  })
  return {
    id,
    agent: declared.agent,
    fences,
    params: Object.fromEntries(plain),
    secrets: Object.fromEntries([...encrypted.map(([name, text]) => [name, secretOf(text)] as const), ...sources]),
  }
}

function fencedNodes(
  id: string,
  declared: DeclaredDevice['fences'],
  nodes: string[],
  origin: Origin,
): FencingDevice['fences'] {
  const place = origin.at('fences')
  const fences = Array.isArray(declared)
    ? declared.map((node, index) => ({ node, at: place.at(index) }))
    : typeof declared === 'object'
      ? Object.entries(declared).map(([node, plug]) => ({ node, plug, at: place.at(node).key }))
      : declared === undefined || declared === ''
        ? []
        : [{ node: declared, at: place }]
  if (fences.length === 0) {
    throw (declared === undefined ? origin.key : place).error(
      `the device "${id}" fences no node`,
      `Add "fences:" with the name of the node that it switches off, one of ${nodes.join(', ')}.`,
    )
  }
  const seen = new Set<string>()
  return fences.map(({ at, ...fence }) => {
    if (!nodes.includes(fence.node)) {
      throw at.error(`"${id}" fences "${fence.node}", which is no node`, didYouMean(fence.node, nodes, 'Nodes'))
    }
    if (seen.has(fence.node)) throw at.error(`"${id}" lists the node "${fence.node}" twice`)
    seen.add(fence.node)
    return fence
  })
}

function refuseOwn(name: string, fences: FencingDevice['fences'], place: Origin): void {
  if (Object.hasOwn(ownParameters, name)) {
    throw place.key.error(`the parameter "${name}" cannot be set here`, ownParameters[name])
  }
  if (plugParameters.includes(name) && fences.some(({ plug }) => plug !== undefined)) {
    throw place.key.error(
      `the parameter "${name}" cannot be set here: "fences" has the plug of each node`,
      'Leave it out.',
    )
  }
}

function oneSource(name: string, { env, file, command }: DeclaredSource, place: Origin): SecretSource {
  const sources: SecretSource[] = [
    ...(env === undefined ? [] : [{ env }]),
    ...(file === undefined ? [] : [{ file }]),
    ...(command === undefined ? [] : [{ command }]),
  ]
  const [first, second] = sources
  if (first === undefined || second !== undefined) {
    const found = first === undefined ? 'nothing' : sources.flatMap(source => Object.keys(source)).join(' and ')
    throw place.error(
      `expected one source of the secret "${name}", got ${found}`,
      `Write {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}.`,
    )
  }
  return first
}

/** A value that stands in the inventory itself: only a vault may have it. */
function inVault(name: string, text: string, place: Origin): SecretSource {
  if (place.isInVault) return secretOf(text)
  conceal(text)
  throw place.error(
    `the secret "${name}" is in the inventory as plain text`,
    'Write where it is read from: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}; or encrypt it: `ansible-vault encrypt_string`.',
  )
}

function secretOf(text: string): SecretSource {
  return { value: new Secret(Buffer.from(text)) }
}
