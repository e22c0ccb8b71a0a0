import test from 'ava'
import { budgetsOf } from '../../../roles/drill/budgets.js'

test('auto-recovery begins only after the run has stopped waiting', t => {
  for (const fencing of [undefined, { delayMs: 5000, timeoutMs: 60_000, devices: 2 }]) {
    const { injection, recovery, autoRecovery } = budgetsOf(fencing)
    t.true(autoRecovery > injection + recovery)
  }
})

test('devices have the time that Pacemaker gives them, one after the other, after the delay', t => {
  const without = budgetsOf().recovery
  t.is(budgetsOf({ delayMs: 5000, timeoutMs: 60_000, devices: 2 }).recovery, without + 125)
  t.is(budgetsOf({ delayMs: 0, timeoutMs: 60_500, devices: 1 }).recovery, without + 61)
})
