import test from 'ava'
import fc from 'fast-check'
import { candidate, foreignObjects, type DeclaredCib } from '../../../runner/cluster/cib/cib.js'
import { draftOf, freeIds, freshId, resourceWith } from '../../../runner/cluster/cib/draft.js'
import { roleOwner } from '../../../runner/cluster/cib/owner.js'
import { CharacterData } from '../../../runner/cluster/pacemaker/element.js'
import {
  attribute,
  elementsOf,
  firstOf,
  newElement,
  parseXml,
  remove,
  renderXml,
  walk,
  type Element,
} from '../../../runner/cluster/pacemaker/xml.js'
import { declaration, hostileText } from '../arbitraries.js'
import { declaredOf } from '../declared.js'

const empty =
  '<cib><configuration><crm_config/><nodes><node id="1" uname="n1"/></nodes><resources/><constraints/></configuration></cib>'
const nothing = declaredOf({
  nodeValues: [],
  alerts: [],
  tags: [],
  acls: { roles: [], holders: [] },
  resourceDefaultSets: [],
  operationDefaultSets: [],
})

const cibDifferences = (cib: string, declared: DeclaredCib) => candidate(cib, declared).differences
const cibWith = (cib: string, declared: DeclaredCib) => candidate(cib, declared).text

/** A CIB with somebody else's things in every section. */
function withForeign(cib: string, value: string): string {
  const root = parseXml(cib)
  const foreign = (name: string, id: string, ...children: Element[]) =>
    newElement(name, { id: `x-${id}`, odd: value }, children)
  const resources = firstOf(root, 'configuration', 'resources')!
  const [first] = elementsOf(resources)
  resources.insertBefore(parseXml('<x><!-- theirs --></x>').firstChild!, first ?? null)
  resources.insertBefore(foreign('primitive', 'p', foreign('meta_attributes', 'm')), first ?? null)
  resources.appendChild(foreign('group', 'g', foreign('primitive', 'q')))
  firstOf(root, 'configuration', 'constraints')!.appendChild(foreign('rsc_ticket', 't'))
  const role = foreign('acl_role', 'r')
  role.appendChild(new CharacterData('text', `text ${value}`))
  const acls = firstOf(root, 'configuration', 'acls') ?? newElement('acls')
  acls.appendChild(role)
  firstOf(root, 'configuration')!.appendChild(acls)
  return renderXml(root)
}

function foreignParts(cib: string): string[] {
  return [...walk(parseXml(cib))].filter(element => attribute(element, 'id')?.startsWith('x-')).map(renderXml)
}

test('after an edit nothing differs any more, whatever the CIB contained before', t => {
  fc.assert(
    fc.property(declaration, declaration, hostileText, (before, declared, value) => {
      const cib = withForeign(cibWith(empty, before), value)
      const candidate = cibWith(cib, declared)
      t.deepEqual(cibDifferences(candidate, declared), [])
      t.is(cibWith(candidate, declared), candidate)
      t.deepEqual(foreignParts(candidate), foreignParts(cib))
    }),
    { numRuns: 300 },
  )
})

/** The declaration with other ids and agents, as a role has it. */
function ofRole({ resources = [], constraints = [] }: DeclaredCib): DeclaredCib {
  const text = JSON.stringify({ resources, constraints })
    .replaceAll(/"(?=(?:[pglko]\d|p\d-clone)")/g, '"r-')
    .replaceAll('"ocf:heartbeat:', '"ocf:own:r-')
    .replaceAll('"systemd:', '"systemd:r-')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same objects with other ids
  return JSON.parse(text) as DeclaredCib
}

test('what one owner declares stays as it is when another one is edited, or purged', t => {
  const owner = roleOwner('x')
  fc.assert(
    fc.property(declaration, declaration, declaration, (first, second, third) => {
      const role = ofRole(second)
      const both = candidate(cibWith(empty, first), role, { owner }).text
      t.deepEqual(candidate(both, role, { owner }).differences, [])
      t.deepEqual(cibDifferences(both, first), [])
      t.deepEqual(candidate(both, first, { purge: true }).differences, [])
      t.deepEqual(foreignObjects(both, first), [])
      // Each is edited, and the other one is in sync.
      t.deepEqual(candidate(cibWith(both, third), role, { owner }).differences, [])
      t.deepEqual(cibDifferences(candidate(both, ofRole(third), { owner }).text, first), [])
      // What a role no longer declares goes, with its tags.
      const without = candidate(both, { resources: [], constraints: [] }, { owner }).text
      t.deepEqual(cibDifferences(without, first), [])
      t.false(without.includes('r-p'))
      t.false(without.includes('ha-run.role.'))
    }),
    { numRuns: 100 },
  )
})

test('an object has one owner', t => {
  const mine = declaredOf({ resources: [{ kind: 'primitive', id: 'p', agent: 'systemd:x' }] })
  const cib = cibWith(empty, mine)
  t.throws(() => candidate(cib, mine, { owner: roleOwner('x') }), {
    message: 'p is declared twice: it is in the CIB already, for the inventory',
  })
  const other = candidate(empty, mine, { owner: roleOwner('x') }).text
  t.throws(() => cibWith(other, mine), {
    message: 'p is declared twice: it is in the CIB already, for cibObjects("x")',
  })
})

test('no difference, no edit', t => {
  fc.assert(
    fc.property(declaration, hostileText, (declared, value) => {
      const cib = withForeign(cibWith(empty, declared), value)
      t.deepEqual(cibDifferences(cib, declared), [])
      t.is(cibWith(cib, declared), cib)
    }),
  )
})

test('ids stay unique', t => {
  fc.assert(
    fc.property(declaration, declaration, (before, declared) => {
      const elements = [...walk(parseXml(cibWith(cibWith(empty, before), declared)))]
      // The name of a user is no id.
      const objects = elements.filter(({ tagName }) => tagName !== 'obj_ref' && tagName !== 'acl_target')
      const ids = objects.flatMap(element => attribute(element, 'id') ?? [])
      t.deepEqual(ids, [...new Set(ids)])
    }),
  )
})

test('everything that was added is removed when it is no longer declared, and nothing else', t => {
  fc.assert(
    fc.property(declaration, hostileText, (declared, value) => {
      const cib = withForeign(cibWith(empty, declared), value)
      const rest = cibWith(cib, nothing)
      t.deepEqual(foreignParts(rest), foreignParts(cib))
      const left = [...walk(parseXml(rest))].filter(
        ({ tagName }) =>
          [
            'primitive',
            'nvpair',
            'op',
            'clone',
            'obj_ref',
            'rsc_location',
            'rsc_colocation',
            'rsc_order',
            'rule',
          ].includes(tagName) || /^(alert|recipient|tag|acl_\w+)$/.test(tagName),
      )
      t.deepEqual(
        left.filter(element => !attribute(element, 'id')!.startsWith('x-')),
        [],
      )
    }),
  )
})

test('a section that the declaration does not cover stays', t => {
  fc.assert(
    fc.property(declaration, declared => {
      const cib = cibWith(empty, declared)
      t.is(cibWith(cib, {}), cib)
    }),
  )
})

test('foreign objects are reported, and removed only with purge', t => {
  fc.assert(
    fc.property(declaration, hostileText, (declared, value) => {
      const cib = withForeign(cibWith(empty, declared), value)
      const ids = foreignObjects(cib, declared).map(({ id }) => id)
      t.deepEqual(ids.toSorted(), ['x-g', 'x-p', 'x-q', 'x-t'])
      const purged = candidate(cib, declared, { purge: true })
      t.deepEqual(foreignObjects(purged.text, declared), [])
      t.deepEqual(
        purged.differences.map(({ subject }) => subject.split(' ').at(-1)!).toSorted(),
        ['x-g', 'x-p', 'x-t'],
        'a group goes with its members',
      )
      t.deepEqual(candidate(purged.text, declared, { purge: true }).differences, [])
    }),
  )
})

const remote =
  '<cib><configuration><crm_config/><nodes><node id="pi3" type="remote" uname="pi3"/></nodes><resources><primitive id="pi3" class="ocf" provider="pacemaker" type="remote"/></resources><constraints/></configuration></cib>'

test('a foreign primitive with the id of its remote node is reported as a primitive', t => {
  t.deepEqual(foreignObjects(remote, nothing), [{ id: 'pi3', kind: 'primitive', isLeftover: false }])
})

test('a new id avoids every id of the CIB: a remote node keeps its id when its primitive is removed', t => {
  const draft = draftOf(remote)
  const primitive = resourceWith(draft, 'pi3')!
  t.is(primitive.tagName, 'primitive')
  remove(primitive)
  freeIds(draft, [primitive])
  t.is(freshId(draft, 'pi3'), 'pi3-1')
})

test('a value that XML cannot carry is refused', t => {
  const declared = declaredOf({ properties: { 'no-quorum-policy': 'a\u0000b' } })
  t.is(t.throws(() => cibWith(empty, declared)).message, 'XML cannot carry a control character: "a\\u0000b"')
})
