import test from 'ava'
import { matchesGlob } from '../runner/glob.js'

for (const [pattern, matching, other] of [
  ['eth*', 'eth0', 'ens3'],
  ['e?h[0-9]', 'eth0', 'etha'],
  ['eth[!0]', 'eth1', 'eth0'],
  ['eth', 'eth', 'eth0'],
  ['a.b', 'a.b', 'axb'],
  ['*', '.eth0', undefined],
  ['/etc/network/interfaces.d/*.cfg', '/etc/network/interfaces.d/eth0.cfg', '/etc/network/interfaces.d/eth0'],
  // Not in fnmatch: braces, extended globs, negation and comments.
  ['{a,b}', '{a,b}', 'a'],
  ['+(a)', '+(a)', 'aa'],
  ['!a', '!a', 'b'],
  ['#a', '#a', 'a'],
] as const) {
  test(`the pattern ${pattern}`, t => {
    t.true(matchesGlob(matching, pattern), matching)
    if (other !== undefined) t.false(matchesGlob(other, pattern), other)
  })
}
