import test from 'ava'
import { labOf } from '../../../runner/lab/index.js'
import { reason, title } from '../availability.js'
import { Admin } from '../releases/admin.js'
import { bringUp, takeDown } from '../releases/machines.js'
import { keepResult, type RowResult } from '../releases/results.js'
import { rows } from '../releases/rows.js'
import { steps } from '../releases/steps.js'

/**
 * `npm run test:releases`: every row of docs/releases.md, one after the other, each on a lab of its own. HA_RUN_ROWS selects some of
 * them by their names, as a regular expression.
 */
const selected = new RegExp(process.env['HA_RUN_ROWS'] ?? '')

const rowMinutes = 30

/** ava itself prints a test when it is over. */
const progress = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

/** Release, versions, kernel and network manager of a node. */
const describe = `. /etc/os-release; printf '%s, ' "$PRETTY_NAME"; dpkg-query -W -f '\${Package} \${Version}, ' corosync pacemaker
printf 'kernel %s, %s, ' "$(uname -r | sed s/-.*//)" "$(dpkg --print-architecture)"
i=$(ip -o -4 route show to 192.168.0.0/24 | sed -n 's/.* dev \\([^ ]*\\) .*/\\1/p' | head -n 1)
if command -v netplan >/dev/null; then printf 'netplan over '; fi
if command -v nmcli >/dev/null && nmcli -g GENERAL.STATE device show "$i" 2>/dev/null | grep -q '^100'; then echo NetworkManager
elif networkctl --no-legend list "$i" 2>/dev/null | grep -q configured; then echo systemd-networkd
elif pgrep -x dhcpcd >/dev/null; then echo dhcpcd; else echo ifupdown; fi`

for (const row of rows.filter(({ name }) => selected.test(name))) {
  const lab = labOf(`releases-${process.pid}`, 2)
  const declareTest = reason === null ? test.serial : test.serial.skip
  declareTest(title(row.name), async t => {
    t.timeout(rowMinutes * 60_000)
    const result: RowResult = { date: new Date().toISOString().slice(0, 10), machines: [], steps: {} }
    try {
      await bringUp(lab, row, line => progress(`${row.name}: ${line}`))
      const admin = new Admin(lab, row)
      await admin.prepare()
      for (const step of row.steps) {
        const began = performance.now()
        progress(`${row.name}: ${step}`)
        try {
          await steps[step](admin)
          result.steps[step] = Math.round((performance.now() - began) / 1000)
        } catch (error) {
          result.steps[step] =
            String(error instanceof Error ? error.message : error)
              .split('\n')[0]
              ?.slice(0, 300) ?? ''
          throw error
        } finally {
          progress(`${row.name}: ${step}: ${result.steps[step]}`)
        }
      }
      t.pass()
    } finally {
      result.machines = await new Admin(lab, row).onAll(describe).then(
        lines => [...new Set(lines.map(line => line.trim()))],
        () => [],
      )
      await takeDown(lab)
      // Machines that did not come up say nothing about ha-run.
      if (Object.keys(result.steps).length > 0) await keepResult(row.name, result)
    }
  })
  if (reason === null) test.after.always(async () => takeDown(lab))
}
