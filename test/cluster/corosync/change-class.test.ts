import { readFileSync } from 'node:fs'
import test from 'ava'
import { load } from 'js-yaml'
import { classify, mostDisruptive } from '../../../runner/cluster/corosync/change-class.js'

interface Case {
  setting: string
  from?: string
  to?: string
  version?: string
  onlyLink?: boolean
  class: string
  why: string
}

const file = new URL('../../../../test/cases/cluster/change-class.yml', import.meta.url)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file beside it has this shape
for (const { setting, from, to, version = '3.1.7-1+deb12u2', onlyLink = false, ...expected } of load(
  readFileSync(file, 'utf8'),
) as Case[]) {
  test(`${setting}: ${from ?? '-'} -> ${to ?? '-'}, ${version}${onlyLink ? ', no other link' : ''}: ${expected.class}`, t => {
    t.deepEqual(
      classify(
        { subject: setting, from, to },
        { version: version === 'unknown' ? undefined : version, hasUnchangedLink: !onlyLink },
      ),
      expected,
    )
  })
}

test('the most disruptive of several classes decides', t => {
  t.is(mostDisruptive(['live reload', 'rolling restart', 'two-step reload']), 'rolling restart')
  t.is(mostDisruptive(['full stop', 'live reload']), 'full stop')
  t.is(mostDisruptive([]), undefined)
})
