import test from 'ava'
import { parseWait } from '../runner/option-values.js'

test('--wait takes seconds, or a time with its unit', t => {
  t.deepEqual(['0', '90', '90s', '10min', '15m', '1h'].map(parseWait), [0, 90, 90, 600, 900, 3600])
  for (const text of ['', 'site', '-1', '1.5h', '10 min', '1d', 's'])
    t.throws(() => parseWait(text), { message: /expected a time such as 90s or 10min/ }, text)
})
