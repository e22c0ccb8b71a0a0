import test from 'ava'
import { sample, sampleResults } from './sample.js'
import { table, time } from './table.js'

const rows = (text: string, work: string) =>
  text.split('\n').filter(line => line.startsWith(`| (${work})`) && !line.endsWith('met |') && !line.endsWith('** |'))

test('a row has the median, least and most, the ratio, and what was counted', t => {
  const haRun = { ...sample('a', 2, 'ha-run', 0.5, { kilobytesPerNode: 70.4 }), exact: { frames: 4, roundTrips: 3 } }
  const text = table(sampleResults(sample('a', 2, 'floor', 0.25), haRun, sample('a', 2, 'Ansible', 6)))
  t.deepEqual(rows(text, 'a'), [
    '| (a) nothing to do, 2 nodes | floor | 0.25 s | 0.23-0.30 |  | 0.13 s | 90 MB |  |  |',
    '| (a) nothing to do, 2 nodes | ha-run | 0.50 s | 0.45-0.60 | 2.0x | 0.25 s | 90 MB | 70 kB | (3) |',
    '| (a) nothing to do, 2 nodes | Ansible | 6.00 s | 5.40-7.20 | 24x | 3.00 s | 90 MB |  |  |',
  ])
})

test('without a floor the ratio is to ha-run', t => {
  const text = table(sampleResults(sample('c', 2, 'ha-run', 20), sample('c', 2, 'Ansible', 50)))
  t.true(rows(text, 'c')[1]!.includes('| 2.5x |'))
})

test('round trips are what 20 ms more add to the quickest run', t => {
  const text = table(
    sampleResults(sample('a', 2, 'ha-run', 0.5), sample('g', 2, 'ha-run', 0.7), sample('g', 16, 'ha-run', 3)),
  )
  t.deepEqual(
    rows(text, 'g').map(line => line.split(' | ').at(-1)),
    ['9 |', ' |'],
  )
})

test('targets are shown as met or missed, and only those that were measured', t => {
  const text = table(
    sampleResults(
      sample('a', 2, 'floor', 0.25),
      sample('a', 2, 'ha-run', 0.6),
      sample('a', 2, 'Ansible', 6),
      sample('h', 0, 'node', 0.05),
      sample('h', 0, 'ha-run', 0.1),
    ),
  )
  t.deepEqual(
    text.split('\n').filter(line => /met |missed/.test(line)),
    [
      '| (a) at most 2x the floor | 2.40x | **missed** |',
      '| (a) Ansible takes at least 10x as long | 10.0x | met |',
      '| (h) under 3x bare Node | 2.00x | met |',
    ],
  )
})

test('each machine is named with the works that were measured on it', t => {
  const one = sample('a', 2, 'ha-run', 0.5)
  const busier = { ...sample('h', 0, 'node', 0.05), machine: { ...one.machine, startMs: 54 } }
  const other = { ...sample('i', 10, 'ha-run', 3), date: '2026-11-30', machine: { ...one.machine, kernel: '6.12' } }
  const lines = table(sampleResults(one, busier, other)).split('\n')
  t.deepEqual(
    lines.filter(line => line.startsWith('- ')).map(line => line.replace(/; .*/, '')),
    [
      '- (a), (h) were measured 2026-11-22 on 2 processors that ran the nodes too, where bare Node takes 50 to 54 ms',
      '- (i) were measured 2026-11-30 on 2 processors that ran the nodes too, where bare Node takes 50 ms',
    ],
  )
})

test('times have the digits that say something', t => {
  t.deepEqual([0.0456, 0.257, 1.234, 34.56].map(time), ['0.046', '0.26', '1.23', '34.6'])
})
