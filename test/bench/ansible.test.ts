import test from 'ava'
import { changesIn } from './ansible.js'

const recap = (...rows: string[]) => `TASK [x] ***\nok: [node1]\n\nPLAY RECAP ****\n${rows.join('\n')}\n`

test('the recap says what was changed', t => {
  t.is(
    changesIn(
      recap(
        'node1                      : ok=19   changed=11   unreachable=0    failed=0    skipped=0    rescued=0    ignored=0   ',
        'node2                      : ok=14   changed=9    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0   ',
      ),
    ),
    20,
  )
})

test('a host that failed or was not reached, and no recap at all, are no result', t => {
  t.throws(() => changesIn(recap('node1 : ok=1    changed=1    unreachable=0    failed=1    skipped=0')))
  t.throws(() => changesIn(recap('node1 : ok=1    changed=1    unreachable=1    failed=0    skipped=0')))
  t.throws(() => changesIn('ERROR! no such file\n'))
})
