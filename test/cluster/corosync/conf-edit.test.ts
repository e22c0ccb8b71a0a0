import test from 'ava'
import fc from 'fast-check'
import { withSettings } from '../../../runner/cluster/corosync/conf-edit.js'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'

const file = `# Ask Maria before you change anything here!
totem {
    version: 2
    # The switch is fast.
    token:1000
    interface {
        linknumber: 1
        mcastport: 5417   # no comment: Corosync takes all of it
    }
    cluster_name: pacemaker1
}

nodelist {
\tnode {
\t\tname: node1
\t\ttoken: 7
\t}
}
quorum {
}
totem {
\tjoin: 50
}
`

const edit = test.macro({
  exec: (t, settings: Record<string, string>, from: string, to: string) =>
    t.is(withSettings(file, settings), file.replace(from, to)),
  title: (title = '') => title,
})

test('a value in its place, whatever is around it', edit, { 'totem.token': '3000' }, 'token:1000', 'token: 3000')
test('an equal one stays as it is written', edit, { 'totem.token': '01000', 'totem.version': '2' }, '', '')
test(
  'a new one at the end of the last section of its name, indented like its neighbours',
  edit,
  { 'totem.consensus': '4000' },
  '\tjoin: 50\n',
  '\tjoin: 50\n\tconsensus: 4000\n',
)
test('a new one in an empty section', edit, { 'quorum.two_node': '1' }, 'quorum {\n', 'quorum {\n\ttwo_node: 1\n')
test(
  'a section that is not there yet',
  edit,
  { 'logging.debug': 'on' },
  '\tjoin: 50\n}\n',
  '\tjoin: 50\n}\n\nlogging {\n\tdebug: on\n}\n',
)
test(
  'a link by its number',
  edit,
  { 'totem.interface.1.mcastport': '5427' },
  'mcastport: 5417   # no comment: Corosync takes all of it',
  'mcastport: 5427',
)
test(
  'a new setting of a link',
  edit,
  { 'totem.interface.1.knet_link_priority': '2' },
  'takes all of it\n',
  'takes all of it\n        knet_link_priority: 2\n',
)
test(
  'a link that has no section yet',
  edit,
  { 'totem.interface.0.mcastport': '5415' },
  '\tjoin: 50\n',
  '\tjoin: 50\n\tinterface {\n\t\tlinknumber: 0\n\t\tmcastport: 5415\n\t}\n',
)

const names = [
  'totem.token',
  'totem.consensus',
  'totem.version',
  'quorum.two_node',
  'logging.debug',
  'totem.interface.0.mcastport',
  'totem.interface.1.mcastport',
  'totem.interface.3.knet_transport',
]

test('the edited file has the new values, and every other setting is unchanged', t => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.stringMatching(/^[a-z0-9]{1,5}$/)), settings => {
      const edited = withSettings(file, settings)
      t.deepEqual(Object.fromEntries(flatten(parseCorosyncConf(edited))), {
        ...Object.fromEntries(flatten(parseCorosyncConf(withSettings(file, {})))),
        ...shown(settings, edited),
      })
      t.is(withSettings(edited, settings), edited)
      const lines = edited.split('\n')
      t.true(file.split('\n').every(line => line.includes(':') || lines.includes(line)))
    }),
  )
})

/** Equal numbers stay as they were written. */
function shown(settings: Record<string, string>, edited: string): Record<string, string> {
  const found = flatten(parseCorosyncConf(edited))
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      /^\d+$/.test(value) && Number(found.get(name)) === Number(value) ? found.get(name)! : value,
    ]),
  )
}
