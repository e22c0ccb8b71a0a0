import test from 'ava'
import { errorReport } from '../../runner/engine/error-report.js'
import { TaskError, UsageError } from '../../runner/errors.js'

test('a known error is reported with its details', t => {
  const { stack, ...report } = errorReport(new TaskError('no', { command: 'c', output: 'o', hint: 'h' }))
  t.deepEqual(report, { message: 'no', command: 'c', output: 'o', hint: 'h' })
  t.regex(stack!, /^TaskError: no/)
  t.is(errorReport(new UsageError('x', {})).output, undefined)
  t.is(errorReport(new TaskError('x', { output: '' })).output, undefined)
})

test('any other error is a defect, with its stack', t => {
  const report = errorReport(new TypeError('x is undefined'))
  t.is(report.message, 'a defect of ha-run: x is undefined')
  t.regex(report.output!, /error-report\.test/)
  t.is(errorReport('a string').message, 'a defect of ha-run: a string')
})
