import * as z from 'zod/mini'
import { check, either, expected, isMapping, mapping, named, textThat } from '../../inventory/check.js'
import { readDocument } from '../../inventory/document.js'
import { InventoryError } from '../../errors.js'

/** A case of a role's test: what the inventory declares, what a node has, and what the tasks then find. docs/roles.md describes it. */

const anyText = textThat('a text', () => true)
const wholeNumber = z.int({ error: issue => expected('a whole number', issue.input) })
const truth = z.boolean({ error: issue => expected('true or false', issue.input) })
const texts = z.array(anyText, { error: issue => expected('a list of texts', issue.input) })
const path = { what: 'an absolute path', test: (name: string) => name.startsWith('/') }
const anyName = { what: 'a name', test: (name: string) => name !== '' }
const values = (what: string) => z.record(z.string(), z.unknown(), { error: issue => expected(what, issue.input) })

const fullFile = mapping('the text of a file, or a mapping with content, mode, owner, group, type and target', {
  content: z.optional(anyText),
  mode: z.optional(textThat('a mode of four octal digits in quotes, such as "0644"', mode => /^[0-7]{4}$/.test(mode))),
  owner: z.optional(anyText),
  group: z.optional(anyText),
  type: z.optional(textThat('a type as stat prints it, such as "directory"', () => true)),
  target: z.optional(anyText),
})
const file = either(value =>
  isMapping(value)
    ? fullFile
    : z.pipe(
        textThat('the text of a file', () => true),
        z.transform((content): z.output<typeof fullFile> => ({ content })),
      ),
)

const unit = mapping('a mapping with active, file, load, restart, dropIns, outdated and loaded', {
  active: z.optional(anyText),
  file: z.optional(anyText),
  load: z.optional(anyText),
  restart: z.optional(anyText),
  dropIns: z.optional(texts),
  outdated: z.optional(truth),
  loaded: z.optional(truth),
})

const user = mapping('a mapping with uid, group, groups, comment, home and shell', {
  uid: wholeNumber,
  group: anyText,
  groups: z.optional(texts),
  comment: z.optional(anyText),
  home: anyText,
  shell: z.optional(anyText),
})

const fullOutput = mapping('what a command prints, or a mapping with stdout, stderr and exit', {
  stdout: z.optional(anyText),
  stderr: z.optional(anyText),
  exit: z.optional(wholeNumber),
})
const output = either(value =>
  isMapping(value)
    ? fullOutput
    : z.pipe(
        textThat('what a command prints', () => true),
        z.transform((stdout): z.output<typeof fullOutput> => ({ stdout })),
      ),
)

const observed = mapping('a mapping with packages, files, units, users, groups and commands', {
  packages: z.optional(texts),
  files: z.optional(named('a mapping of files', path, file)),
  units: z.optional(named('a mapping of units', anyName, unit)),
  users: z.optional(named('a mapping of users', anyName, user)),
  groups: z.optional(named('a mapping from groups to their numbers', anyName, wholeNumber)),
  commands: z.optional(named('a mapping from commands to what they print', anyName, output)),
})

const roleCase = mapping('a mapping with vars, node, cluster, observed and result', {
  vars: z.optional(values('a mapping of variables')),
  node: z.optional(textThat('the name of a host', name => /^[A-Za-z0-9][\w.-]*$/.test(name))),
  cluster: z.optional(
    either<Record<string, unknown> | false>(value =>
      value === false ? z.literal(false) : values('a mapping, or false'),
    ),
  ),
  observed: z.optional(observed),
  result: z.optional(
    either<Record<string, unknown> | string>(value => (isMapping(value) ? values('a mapping') : anyText)),
  ),
})

export type RoleCase = z.output<typeof roleCase>
export type Observed = z.output<typeof observed>

/** @throws InventoryError with file, line and column if the file is no case. */
export function readCase(file: string): RoleCase {
  const document = readDocument(file)
  if (!document)
    throw new InventoryError(`expected a case, got an empty file: "${file}"`, { hint: 'docs/roles.md has an example.' })
  return check(roleCase, document.value, document.origin)
}
