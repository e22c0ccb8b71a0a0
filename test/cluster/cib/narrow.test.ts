import test from 'ava'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import { withClonesReduced, withConfigurationOf } from '../../../runner/cluster/cib/narrow.js'
import { declaredOf, type ShortDeclaration } from '../declared.js'

type Declared = NonNullable<ShortDeclaration['resources']>[number]
const address: Declared = { kind: 'primitive', id: 'FloatIP', agent: 'ocf:heartbeat:IPaddr2' }
const site: Declared = { kind: 'primitive', id: 'WebSite', agent: 'ocf:heartbeat:apache' }
const tied: ShortDeclaration = {
  resources: [address, site],
  constraints: [
    { kind: 'colocation', id: 'WebSite-with-FloatIP', resource: 'WebSite', with: 'FloatIP', score: 'INFINITY' },
    { kind: 'order', id: 'FloatIP-before-WebSite', first: 'FloatIP', then: 'WebSite', orderKind: 'Mandatory' },
  ],
}
const cloned: ShortDeclaration = {
  resources: [address, { ...site, clone: { id: 'WebSite-clone', meta: { interleave: 'true' } } }],
  constraints: [
    { kind: 'colocation', id: 'FloatIP-with-WebSite', resource: 'FloatIP', with: 'WebSite-clone', score: 'INFINITY' },
  ],
}

/** A CIB with this declared, and Apache active on these nodes. */
function cibOf(declared: ShortDeclaration, ...active: string[]): string {
  const states = active.map(
    node =>
      `<node_state uname="${node}"><lrm><lrm_resources><lrm_resource id="WebSite"><lrm_rsc_op id="WebSite_last_0" operation="start" rc-code="0"/></lrm_resource></lrm_resources></lrm></node_state>`,
  )
  return candidate(
    `<cib epoch="7" admin_epoch="0"><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status>${states.join('')}</status></cib>`,
    declaredOf(declared),
  ).text
}

const wanted = (cib: string, declared: ShortDeclaration) => candidate(cib, declaredOf(declared)).text

test('the first step keeps the clone and sets the wanted constraints', t => {
  const cib = cibOf(cloned, 'node1', 'node2')
  const { text, differences } = withClonesReduced(cib, wanted(cib, tied))!
  t.deepEqual(differences, [{ subject: 'clone WebSite-clone', from: 'one instance a node', to: 'one instance' }])
  t.regex(
    text,
    /<clone id="WebSite-clone">\s*<meta_attributes[^]*name="interleave"[^]*<primitive id="WebSite"[^]*<\/clone>/,
  )
  t.regex(text, /<rsc_colocation id="WebSite-with-FloatIP" rsc="WebSite-clone" with-rsc="FloatIP" score="INFINITY"\/>/)
  t.regex(text, /<rsc_order id="FloatIP-before-WebSite" first="FloatIP" then="WebSite-clone" kind="Mandatory"\/>/)
  t.notRegex(text, /FloatIP-with-WebSite/)
})

test('ha-run still owns the clone: the second step removes it, and nothing of the first step is left', t => {
  const cib = cibOf(cloned, 'node1', 'node2')
  const first = withClonesReduced(cib, wanted(cib, tied))!.text
  t.is(wanted(first, tied), wanted(cib, tied))
  t.is(wanted(withConfigurationOf(first, cib), tied), wanted(cib, tied))
})

test('after an interrupted run, the clone is as before if it is declared after all', t => {
  const cib = cibOf(cloned, 'node1', 'node2')
  const first = withClonesReduced(cib, wanted(cib, tied))!.text
  t.deepEqual(candidate(wanted(first, cloned), declaredOf(cloned)).differences, [])
  t.regex(wanted(first, cloned), /with-rsc="WebSite-clone"/)
  t.notRegex(wanted(first, cloned), /WebSite-with-FloatIP/)
})

test('no first step if it was made already, if one instance runs, if no colocation ties it, or if it stays a clone', t => {
  const cib = cibOf(cloned, 'node1', 'node2')
  const first = withClonesReduced(cib, wanted(cib, tied))!.text
  t.is(withClonesReduced(first, wanted(first, tied)), undefined)
  t.is(withClonesReduced(cibOf(cloned, 'node1'), wanted(cibOf(cloned, 'node1'), tied)), undefined)
  t.is(withClonesReduced(cib, wanted(cib, { resources: [address, site] })), undefined)
  t.is(withClonesReduced(cib, wanted(cib, cloned)), undefined)
  t.is(withClonesReduced(cibOf(tied, 'node1'), wanted(cibOf(tied, 'node1'), cloned)), undefined)
})

test('nodes with the ids of the primitive and of its clone make no difference', t => {
  const withNodes = (text: string) =>
    text.replace(
      /<nodes(?:\/>|>[^]*<\/nodes>)/,
      '<nodes><node id="WebSite" uname="WebSite"/><node id="WebSite-clone" uname="WebSite-clone"/></nodes>',
    )
  const cib = cibOf(cloned, 'node1', 'node2')
  const firstStep = (text: string) => withClonesReduced(text, wanted(text, tied))?.differences
  t.deepEqual(firstStep(withNodes(cib)), firstStep(cib))
  t.is(firstStep(cib)?.length, 1)
})

test("ha-run does not become the owner of somebody else's clone", t => {
  const cib = cibOf(cloned, 'node1', 'node2').replace('<obj_ref id="WebSite-clone"/>', '')
  const { text } = withClonesReduced(cib, wanted(cibOf(cloned, 'node1', 'node2'), tied))!
  t.notRegex(text, /<obj_ref id="WebSite-clone"\/>/)
})
