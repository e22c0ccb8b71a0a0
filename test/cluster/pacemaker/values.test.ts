import test from 'ava'
import { milliseconds, sameOption } from '../../../runner/cluster/pacemaker/values.js'

const time = test.macro({
  exec: (t, text: string, ms: number | undefined) => t.is(milliseconds(text), ms),
  title: (_, text: string, ms?: number) => `"${text}" is ${ms === undefined ? 'no time' : `${ms} ms`}`,
})

test(time, '300', 300_000)
test(time, ' 5min ', 300_000)
test(time, 'PT5M', 300_000)
test(time, 'P1DT1H30M', 91_800_000)
test(time, 'P2W', 1_209_600_000)
test(time, '1500ms', 1500)
test(time, '250us', 0.25)
test(time, 'P', undefined)
test(time, 'PT', undefined)
test(time, 'P1M', undefined)
test(time, '5 parsecs', undefined)

const option = test.macro({
  exec: (t, one: string, other: string, same: boolean) =>
    t.deepEqual([sameOption(one, other), sameOption(other, one)], [same, same]),
  title: (_, one: string, other: string, same) => `"${one}" and "${other}" are ${same ? 'the same' : 'different'}`,
})

test(option, 'no', 'false', true)
test(option, 'OFF', '0', true)
test(option, 'Yes', 'true', true)
test(option, '1', 'on', true)
test(option, '300', 'PT5M', true)
test(option, 'INFINITY', '1000000', true)
test(option, '-INFINITY', 'INFINITY', false)
test(option, '1209600', '2592000', false)
test(option, 'no', 'yes', false)
test(option, '0', '1', false)
test(option, 'stop', 'freeze', false)
test(option, '5', '5min', false)
