import test from 'ava'
import { applyTask, planTask } from '../../runner/engine/attempt.js'
import { TaskError } from '../../runner/errors.js'
import { skip, type Finding } from '../../runner/tasks/task.js'

const difference = { subject: 's', from: 'a', to: 'b' }

test('apply runs once, and only if there are differences', async t => {
  const applied: unknown[] = []
  const attempt = (findings: Finding[]) =>
    applyTask({
      check: () => Promise.resolve(findings[0]!),
      recheck: () => Promise.resolve(findings[1]!),
      apply: differences => {
        applied.push(differences)
        return Promise.resolve()
      },
    })
  t.deepEqual(await attempt([[]]), { status: 'ok' })
  t.deepEqual(await attempt([skip('why')]), { status: 'skipped', reason: 'why' })
  t.deepEqual(await attempt([[difference], []]), { status: 'changed', diff: [difference] })
  t.deepEqual(applied, [[difference]])
})

const stillDiffers = test.macro({
  exec: async (t, from: string | undefined, to: string | undefined, says: string) => {
    const attempt = applyTask({
      check: () => Promise.resolve([difference]),
      recheck: () => Promise.resolve([{ subject: 's', from, to }]),
      apply: () => Promise.resolve(),
    })
    await t.throwsAsync(attempt, { instanceOf: TaskError, message: `still differs after the change: s is ${says}` })
  },
  title: (_, __, ___, says: string) => `still differs: ${says.slice(0, 40)}`,
})

test(stillDiffers, 'a', 'b', '"a", not "b"')
test(stillDiffers, undefined, 'b', 'absent, not "b"')
test(stillDiffers, 'a\nb', undefined, '"a\\nb", not absent')
test(
  stillDiffers,
  `${'x'.repeat(90)}1${'x'.repeat(90)}`,
  `${'x'.repeat(90)}2`,
  `…"${'x'.repeat(15)}1${'x'.repeat(44)}"…, not …"${'x'.repeat(15)}2"`,
)
test(stillDiffers, 'x'.repeat(61), '', `"${'x'.repeat(60)}"…, not ""`)

test('a difference that reads alike on both sides is not shown as a change of one to the other', async t => {
  const attempt = applyTask({
    check: () => Promise.resolve([difference]),
    recheck: () => Promise.resolve([{ subject: 's', from: 'sha256:ab', to: 'sha256:ab' }]),
    apply: () => Promise.resolve(),
  })
  await t.throwsAsync(attempt, { message: /s differs, although it reads "sha256:ab" on both sides$/ })
})

test('a plan reports what would change', async t => {
  t.deepEqual(await planTask({ check: () => Promise.resolve([difference]) }, undefined), {
    status: 'would-change',
    diff: [difference],
  })
  t.deepEqual(await planTask({ check: () => Promise.resolve([]) }, undefined), { status: 'ok' })
  t.deepEqual(await planTask({ check: () => Promise.reject(new Error('x')) }, 'a'), {
    status: 'unknown',
    reason: 'until "a" is done',
  })
  await t.throwsAsync(planTask({ check: () => Promise.reject(new Error('x')) }, undefined), { message: 'x' })
})
