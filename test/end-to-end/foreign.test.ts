import test from 'ava'
import { addressSamples } from './foreign/address-samples.js'
import { testSpecimen } from './foreign/specimen-test.js'

/** A cluster that somebody else has built; `npm run test:foreign` tests all specimens. */
testSpecimen('handBuilt')

test('samples: on one node, on two, on none', t => {
  const text = (has: string, shift: number) =>
    has
      .split('')
      .map((each, at) => `${(at * 50 + shift) * 1000} ${each}\n`)
      .join('')
  t.like(addressSamples(['node1', 'node2'], [text('111111', 0), text('000000', 10)]), {
    holders: ['node1'],
    twiceMs: 0,
    noneMs: 0,
    samples: 12,
    longestGapMs: 50,
  })
  t.like(addressSamples(['node1', 'node2'], [text('111000', 0), text('011100', 10)]), {
    holders: ['node1', 'node1+node2', 'node2', 'none'],
    twiceMs: 90,
  })
})
