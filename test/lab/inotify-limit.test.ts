import test from 'ava'
import { UsageError } from '../../runner/errors.js'
import { checkInotifyLimit } from '../../runner/lab/inotify-limit.js'

test('no more nodes than there are inotify instances for', t => {
  t.notThrows(() => checkInotifyLimit(128, 16, 2))
  const error = t.throws(() => checkInotifyLimit(128, 16, 3), {
    instanceOf: UsageError,
    message: '16 nodes beside the 3 of other labs need 133 inotify instances, and this machine allows 128',
  })
  t.is(error.hint, 'sysctl -w fs.inotify.max_user_instances=256, or take down a lab that is not needed')
  t.is(
    t.throws(() => checkInotifyLimit(128, 19, 0), { instanceOf: UsageError }).hint,
    'sysctl -w fs.inotify.max_user_instances=256',
  )
})
