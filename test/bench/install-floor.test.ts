import test from 'ava'
import { installFloor, packagesOf } from './install-floor.js'

const inventory = 'inventory/example.yml'

test('the floor of building is all that the roles install, at once and masked', async t => {
  t.deepEqual(await packagesOf(inventory), [
    'corosync',
    'pacemaker',
    'pacemaker-cli-utils',
    'resource-agents',
    'curl',
    'crmsh',
    'apache2',
  ])
  const script = await installFloor(inventory)
  t.regex(script, /mask --runtime corosync\.service pacemaker\.service apache2\.service/)
  t.regex(
    script,
    /install --no-install-recommends -- corosync pacemaker pacemaker-cli-utils resource-agents curl crmsh apache2; \}\n/,
  )
  t.regex(script, /\ninstall\n\) && echo/)
})
