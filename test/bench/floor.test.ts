import { execFileSync } from 'node:child_process'
import test from 'ava'
import { exact, floorScript } from './floor.js'

const sh = (script: string) => execFileSync('sh', ['-s'], { input: script, encoding: 'utf8' })

test('the floor runs every part by itself, in order, and says that it came to the end', t => {
  const script = floorScript({
    roundTrips: 2,
    requests: [
      { scripts: ['x=1; echo "$x"; exit 3', 'echo "x is $x"'] },
      // Longer than what a shell reads ahead: without a stdin of its own, `cat` would take it away.
      { scripts: ['cat; echo third'] },
      { scripts: [`echo fourth # ${'-'.repeat(100_000)}`] },
    ],
  })
  t.is(sh(script), '1\nx is \nthird\nfourth\nthat was all\n')
})

test("a frame's input is its scripts' stdin, byte for byte", t => {
  const input = Buffer.from('a\0b\n$x `y`\n').toString('base64')
  t.is(
    sh(
      floorScript({ roundTrips: 1, requests: [{ scripts: ['od -An -c'], input }, { scripts: ['echo next'] }] }),
    ).replaceAll(' ', ''),
    'a\\0b\\n$x`y`\\n\nnext\nthatwasall\n',
  )
})

test('the exact figures are those of the node that was asked most', t => {
  const asked = (frames: number, roundTrips: number) => ({
    roundTrips,
    requests: Array.from({ length: frames }, () => ({ scripts: [] })),
  })
  t.deepEqual(exact({ node1: asked(5, 3), node2: asked(2, 2) }), { frames: 5, roundTrips: 3 })
})
