import test from 'ava'
import { watch } from '../../runner/engine/watch.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { FakeClock } from '../fake-clock.js'

const ok = (evidence: string): Verdict => ({ status: 'ok', evidence, hint: '' })

/** Watches one assertion that is checked three times; node2 is lost before the second check, or not. */
async function watched(evidence: Verdict[], isLost: boolean): Promise<string> {
  let checks = 0
  const { watched: results } = await watch(
    [{ subject: 0, check: () => Promise.resolve(evidence[Math.min(checks++, evidence.length - 1)] ?? ok('')) }],
    {
      settleSeconds: 0,
      stableSeconds: 2,
      stop: new AbortController().signal,
      progress: () => {},
      clock: new FakeClock(),
      lost: () => (isLost && checks > 1 ? ['node2'] : []),
      forget: () => {},
    },
  )
  return results.map(({ verdict }) => `${verdict.status}: ${verdict.evidence}`).join()
}

const [both, alone] = [ok('sha256:ab on 2 nodes'), ok('sha256:ab on 1 nodes')]

test('what the other nodes show after a node was lost is no change from X to X: the loss is the failure', async t => {
  t.regex(await watched([both, alone], true), /^skipped: because node2 was lost after \d\.\d s$/)
})

test('what does not depend on the lost node holds', async t => {
  t.is(await watched([both, both], true), 'ok: sha256:ab on 2 nodes')
})

test('without a loss, a change is a failure', async t => {
  t.regex(await watched([both, alone], false), /^failed: changed after/)
})
