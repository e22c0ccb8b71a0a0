import * as z from 'zod/mini'
import { either, expected, isMapping, mapping, named, oneOf, scalar, textThat } from '../../inventory/check.js'
import { attribute, attributes, duration, id } from './schema-parts.js'

/** The schema of `fencing:` with devices. `fencing.ts` checks how the values fit together. */

const agent = textThat(
  'the name of a fence agent such as fence_ipmilan',
  value => /^fence_[A-Za-z0-9_]+$/.test(value),
  'The agent is the name of its program alone. `apt-cache search fence-agents` lists the packages that have agents.',
)

const nodeName = textThat('the name of a node', () => true)

/** Pacemaker's pcmk_host_map has `node:plug;node:plug`, where these characters have a meaning of their own. */
const plug = scalar(
  'a plug without spaces and without ";", ":", "=" and "\\"',
  value => /^[^\s;:=\\]+$/.test(value),
  'For another name, declare a device for that node alone, with "params: {plug: NAME}".',
)

const fences = either<string | string[] | Record<string, string>>(value => {
  if (isMapping(value)) return z.record(z.string(), plug)
  if (Array.isArray(value)) return z.array(nodeName)
  return textThat('the name of a node, a list of names, or a mapping of names to plugs', () => true)
})

const listForm = 'a list of the program and its arguments, such as [pass, show, plugs/node1]'

const sourceForm = 'a mapping with env, file or command'

/** Where a secret comes from. A plain value is for `!vault`, which is checked where its origin is known. */
const source = either<string | DeclaredSource>(value => (isMapping(value) ? declaredSource : attribute))

const declaredSource = mapping(
  sourceForm,
  {
    env: z.optional(
      textThat('the name of an environment variable, without "$"', name => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)),
    ),
    file: z.optional(textThat('the path of a file', path => path !== '')),
    command: z.optional(
      z
        .array(scalar('a text'), { error: ({ input }) => expected(listForm, input) })
        .check(
          z.refine(words => words.length > 0 && words[0] !== '', { error: ({ input }) => expected(listForm, input) }),
        ),
    ),
  },
  { vault: 'Write the encrypted value itself: "passwd: !vault |".', value: 'Only a value encrypted with !vault.' },
)

const device = mapping(
  'a mapping with agent, fences, params and secrets',
  {
    agent,
    fences: z.optional(fences),
    params: z.optional(attributes),
    secrets: z.optional(named('a mapping of parameters to where their values come from', id, source)),
  },
  {
    node: 'Did you mean "fences"?',
    nodes: 'Did you mean "fences"?',
    type: 'Did you mean "agent"?',
    ip: 'Put it under "params:".',
    username: 'Put it under "params:".',
    plug: 'Put it under "params:", or write "fences: {node1: 1, node2: 2}" for a device with several plugs.',
    password: 'Put it under "secrets:".',
    passwd: 'Put it under "secrets:".',
    op: 'ha-run sets the operations of a device itself.',
  },
)

const levels = named(
  'a mapping of nodes to lists of levels',
  { what: 'the name of a node', test: () => true },
  z.array(
    z.array(
      textThat('the name of a device', () => true),
      {
        error: ({ input }) => expected('a list of devices that act together, such as [pdu1a, pdu1b]', input),
      },
    ),
    { error: ({ input }) => expected('a list of levels, such as [[ipmi1], [pdu1a, pdu1b]]', input) },
  ),
)

export const fencingSchema = mapping(
  'a mapping with devices',
  {
    devices: named('a mapping of devices', id, device),
    delay: z.optional(duration),
    levels: z.optional(levels),
    action: z.optional(oneOf(['reboot', 'off'])),
  },
  {
    device: 'Did you mean "devices"?',
    enabled: 'Fencing is on if "devices" are declared.',
    'stonith-enabled': 'Fencing is on if "devices" are declared.',
    'priority-fencing-delay': 'Did you mean "delay"?',
    'stonith-action': 'Did you mean "action"?',
  },
)

export interface DeclaredSource {
  env?: string | undefined
  file?: string | undefined
  command?: string[] | undefined
}
export type DeclaredDevices = z.output<typeof fencingSchema>
export type DeclaredDevice = DeclaredDevices['devices'][string]
