import { Element } from '@xmldom/xmldom'
import test from 'ava'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import type { Constraint, Resource } from '../../../runner/cluster/declaration/declaration.js'

const empty =
  '<cib epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>'

/** So many resources, each with the one before it. */
function declared(count: number) {
  const resources = Array.from({ length: count }, (_, at): Resource => ({
    kind: 'primitive',
    id: `r${at}`,
    agent: 'ocf:heartbeat:Dummy',
    params: { state: `/run/r${at}` },
    operations: [{ name: 'monitor', interval: '10s', timeout: '20s', options: {} }],
    meta: {},
  }))
  const constraints = resources.slice(1).map(({ id }, at): Constraint => ({
    kind: 'colocation',
    id: `${id}-with-r${at}`,
    resource: id,
    with: `r${at}`,
    score: 'INFINITY',
  }))
  return { resources, constraints }
}

interface Reads {
  making: number
  comparing: number
  removing: number
}

/** How often attributes are read while a CIB with so many resources is made, compared again, and emptied. */
function readsFor(count: number): Reads {
  const { getAttribute } = Element.prototype
  let reads = 0
  const countedReads = (work: () => void) => {
    reads = 0
    work()
    return reads
  }
  Element.prototype.getAttribute = function (this: Element, name: string) {
    reads += 1
    return getAttribute.call(this, name)
  }
  try {
    let text = ''
    const making = countedReads(() => {
      text = candidate(empty, declared(count)).text
    })
    const comparing = countedReads(() => {
      if (candidate(text, declared(count)).differences.length > 0)
        throw new Error('the CIB differs from what it was made from')
    })
    const removing = countedReads(() => {
      const { differences } = candidate(text, { resources: [], constraints: [] })
      if (differences.length < 2 * count - 1) throw new Error('something was not removed')
    })
    return { making, comparing, removing }
  } finally {
    Element.prototype.getAttribute = getAttribute
  }
}

test('four times as many resources take at most five times the work', t => {
  const [few, many] = [readsFor(40), readsFor(160)]
  for (const work of ['making', 'comparing', 'removing'] as const)
    t.true(many[work] < 5 * few[work], `${work}: ${few[work]} and ${many[work]} reads`)
})
