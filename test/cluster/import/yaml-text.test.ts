import test from 'ava'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { inventoryText } from '../../../runner/cluster/import/inventory-text.js'
import { comment, entry, yamlScalar } from '../../../runner/cluster/import/yaml-text.js'
import { newElement, renderXml } from '../../../runner/cluster/pacemaker/xml.js'

/** Any text: of any character that is one. */
const text = fc.string({ unit: 'binary' })
/** What XML can carry, and so a CIB. */
const xmlText = text.filter(value => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value))

test('any text is parsed as it was written, whatever the comment contains', t => {
  fc.assert(
    fc.property(text, text, text, (key, value, remark) => {
      const read = load([comment(2, remark), entry(2, key, yamlScalar(value), remark), comment(0, remark)].join('\n'))
      t.deepEqual(
        Object.entries(read as object).map(([name, inner]) => [name, String(inner)]),
        [[key, value]],
      )
    }),
  )
})

test('numbers of a configuration file stay plain, and strings that YAML 1.1 reads as another type are quoted', t => {
  t.deepEqual(['3000', '0', '010', '1e3', 'yes', 'off', 'node1', '192.168.0.10/24'].map(yamlScalar), [
    '3000',
    '0',
    "'010'",
    "'1e3'",
    "'yes'",
    "'off'",
    'node1',
    '192.168.0.10/24',
  ])
})

test('the inventory of any cluster is YAML with all its nodes', t => {
  const nodes = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 0xff_ff_ff_ff }),
      name: xmlText,
      user: fc.option(text, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 4, selector: ({ id }) => id },
  )
  const values = fc.array(fc.tuple(xmlText, xmlText), { maxLength: 5 })
  fc.assert(
    fc.property(
      nodes,
      xmlText,
      values,
      fc.dictionary(fc.string({ unit: fc.constantFrom('a', 'token', '.', '_') }), text),
      (members, clusterName, params, settings) => {
        const nvpairs = params.map(([name, value], at) => newElement('nvpair', { id: `p${at}`, name, value }))
        const cib = newElement('cib', {}, [
          newElement('configuration', {}, [
            newElement(
              'nodes',
              {},
              members.map(({ id, name }) => newElement('node', { id: String(id), uname: name })),
            ),
            newElement('resources', {}, [
              newElement('primitive', { id: clusterName, class: 'ocf', type: 'IPaddr2' }, [
                newElement('instance_attributes', { id: 'a' }, nvpairs),
              ]),
            ]),
          ]),
        ])
        const cmap = new Map(
          [
            ['totem.cluster_name', clusterName],
            ...Object.entries(settings).flatMap(([name, value]) =>
              ['totem', 'quorum', 'logging'].map(section => [`${section}.${name}`, value] as const),
            ),
            ...members.flatMap(
              ({ id }, at) =>
                [
                  [`runtime.members.${id}.ip`, `r(0) ip(192.0.2.${at + 1})`],
                  [`runtime.members.${id}.status`, 'joined'],
                ] as const,
            ),
          ].map(([name, value]) => [name, { type: 'str', value }] as const),
        )
        const readings = members.map(({ user }, at) => ({
          host: `192.0.2.${at + 1}`,
          user,
          cmap,
          cib: renderXml(cib),
          addresses: [],
        }))
        const read = load(inventoryText(readings, new Date(0))) as {
          all: { children: Record<string, { hosts: object; vars: { cluster: object } }> }
        }
        const [group] = Object.values(read.all.children)
        t.is(Object.keys(group!.hosts).length, members.length)
        t.true('corosync' in group!.vars.cluster)
      },
    ),
  )
})
