import { readFileSync } from 'node:fs'
import test from 'ava'
import { load } from 'js-yaml'
import { classify, hardest } from '../../../runner/cluster/corosync/change-class.js'

interface Case {
  key: string
  from?: string
  to?: string
  version?: string
  onlyLink?: boolean
  class: string
  why: string
}

const file = new URL('../../../../test/cases/cluster/change-class.yml', import.meta.url)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file beside it has this shape
for (const { key, from, to, version = '3.1.7-1+deb12u2', onlyLink = false, ...expected } of load(readFileSync(file, 'utf8')) as Case[]) {
  test(`${key}: ${from ?? '-'} -> ${to ?? '-'}, ${version}${onlyLink ? ', no other link' : ''}: ${expected.class}`, t => {
    t.deepEqual(classify({ subject: key, from, to }, { version: version === 'unknown' ? undefined : version, steadyLink: !onlyLink }), expected)
  })
}

test('the hardest of several decides', t => {
  t.is(hardest(['live reload', 'rolling restart', 'two-step reload']), 'rolling restart')
  t.is(hardest(['full stop', 'live reload']), 'full stop')
  t.is(hardest([]), undefined)
})
