/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { resolvedName } from '../../runner/facts/resolved-names.js'
import { FactReader } from '../../runner/facts/reader.js'
import { localNode } from '../ssh/local-shell.js'

test('a node resolves names by itself', async t => {
  const reader = new FactReader(localNode(t))
  const answers = ['localhost', '192.0.2.7'].map(async host => reader.read(resolvedName(host)))
  t.deepEqual(await Promise.all(answers), [['127.0.0.1'], ['192.0.2.7']])
})

test('each address once, by name; none for a name that does not resolve', t => {
  const stdout = [
    'pi.local 192.0.2.1       STREAM pi.local',
    'node2 192.0.2.2       STREAM node2.example.net',
    'pi.local 192.0.2.1       DGRAM  ',
    'pi.local 192.0.2.21      STREAM ',
    '',
  ].join('\n')
  const { family } = resolvedName('pi.local')
  t.deepEqual(family.parse({ stdout } as never, ['node1', 'node2', 'pi.local']), [
    [],
    ['192.0.2.2'],
    ['192.0.2.1', '192.0.2.21'],
  ])
})
