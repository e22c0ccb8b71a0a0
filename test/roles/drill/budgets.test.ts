import test from 'ava'
import { budgetsOf } from '../../../roles/drill/budgets.js'
import { settleTimeoutSeconds } from '../../../runner/cluster/pacemaker/forecast.js'

/** The longest answer to a question at the end of a wait. */
const answerSeconds = 30

test('auto-recovery begins only after all waits of the run, one after the other, may have run out', t => {
  for (const fencing of [undefined, { delayMs: 5000, timeoutMs: 60_000, devices: 2 }]) {
    const { everywhere, injection, recovery, settling, autoRecovery } = budgetsOf(fencing)
    t.is(settling, settleTimeoutSeconds)
    t.true(autoRecovery >= everywhere + injection + recovery + settling + answerSeconds, `${autoRecovery} s`)
  }
})

test('devices have the time that Pacemaker gives them, one after the other, after the delay', t => {
  const without = budgetsOf().recovery
  t.is(budgetsOf({ delayMs: 5000, timeoutMs: 60_000, devices: 2 }).recovery, without + 125)
  t.is(budgetsOf({ delayMs: 0, timeoutMs: 60_500, devices: 1 }).recovery, without + 61)
})
