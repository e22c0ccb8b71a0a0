import { summaryOf, tasksOf, troubles, withStatus, type Result, type SharedLab } from '../site-harness.js'

const script = '/usr/local/lib/alert-test.sh'
const heard = '/var/lib/pacemaker/alert-test.out'
const subjectsOf = (result: Result) =>
  tasksOf(result)
    .flatMap(({ diff }) => diff ?? [])
    .map(({ subject }) => subject)
    .toSorted()

/** What the CIB has besides resources and constraints: declared, missed, changed by hand, repaired, taken back, removed. */
export function furtherObjects({ site, onLab }: SharedLab): void {
  const everything = async () =>
    site.inventory('further.yml', cluster => {
      Object.assign(cluster, {
        properties: { 'placement-strategy': 'balanced', 'enable-acl': true },
        nodes: {
          node1: { attributes: { rack: 'a' }, utilization: { cpu: 4, memory: 8192 } },
          node2: { attributes: { rack: 'b' }, utilization: { cpu: 2 } },
        },
        resources: { WebSite: { utilization: { cpu: 1 } } },
        tags: { web: ['WebSite', 'FloatIP'] },
        constraints: { location: { 'rack-a': { resource: 'web', rule: 'rack eq a', score: 10 } } },
        alerts: {
          log: {
            path: script,
            recipients: ['first', { value: 'second', options: { note: 'two' }, timeout: '5s' }],
            select: ['nodes', { attributes: ['heard'] }],
          },
        },
        resource_defaults: [
          { values: { 'resource-stickiness': 1 } },
          {
            id: 'office',
            rule: 'date spec hours=9-16 weekdays=1-5',
            score: 10,
            values: { 'resource-stickiness': 100 },
          },
        ],
        operation_defaults: [{ id: 'stops', rule: 'op stop and resource ::Dummy', values: { timeout: '77s' } }],
        acls: { roles: { reader: [{ read: { xpath: '/cib' } }] }, targets: { alice: ['reader'] } },
      })
    })
  /** The configuration without its version and ha-run's notes. */
  const configuration = async () => site.on('node1', `cibadmin -Q -o configuration | grep -v 'obj_ref\\|<tag\\|</tag'`)

  onLab(
    'nodes, alerts, tags, defaults with rules and access control: declared, repaired, taken back, removed',
    async t => {
      await site.on(
        'node1',
        `crm_attribute -N node1 -n standby -v off; crm_attribute -N node2 -n theirs -v 1
crm configure rsc_template small ocf:pacemaker:Dummy; crm configure primitive Foreign @small; sleep 1`,
      )
      await site.onAll(
        `useradd -G haclient alice
printf '#!/bin/sh\\necho $CRM_alert_kind $CRM_alert_attribute_name $CRM_alert_recipient $note >>${heard}\\n' >${script}`,
      )
      const inventory = await everything()
      const before = await configuration()
      const refused = await site.run(['site'], { inventory })
      t.is(refused.exitCode, 2, troubles(refused))
      t.regex(troubles(refused), new RegExp(`${script} of the alert log is not executable on node1; .* on node2`))
      t.is(await configuration(), before, 'it was seen before the first change of the CIB')

      await site.onAll(`chmod 755 ${script}`)
      const made = await site.run(['site'], { inventory })
      t.is(made.exitCode, 0, troubles(made))
      t.deepEqual(withStatus(await site.run(['site'], { inventory }), 'changed', 'failed'), [])
      await site.on('node1', 'attrd_updater -n heard -U yes')
      // The node whose attribute manager writes to the CIB calls the script.
      const calls = await Promise.all(
        ['node1', 'node2'].map(async name => site.on(name, `sleep 2; cat ${heard} 2>/dev/null || :`)),
      )
      t.deepEqual(calls.join('').trimEnd().split('\n').toSorted(), [
        'attribute heard first',
        'attribute heard second two',
      ])
      t.is(
        (
          await site.on(
            'node1',
            'runuser -u alice -- crm_attribute -n placement-strategy -G -q; runuser -u alice -- crm_attribute -n batch-limit -v 9 >/dev/null 2>&1 || echo denied',
          )
        ).trim(),
        'balanced\ndenied',
      )

      const declared = await configuration()
      await site.on(
        'node1',
        `set -e
crm_attribute -N node1 -n rack -v z; crm_attribute -N node2 -z -n cpu -v 9
cibadmin --modify -o alerts --xml-text '<alert id="log" path="/bin/false"/>'
cibadmin --delete --xpath "//recipient[@value='second']"
cibadmin --delete --xpath "//tag[@id='web']/obj_ref[@id='FloatIP']"
cibadmin --delete --xpath "//acl_target[@id='alice']/role"
cibadmin --modify --xml-text '<date_spec id="office-rule-expression-date_spec" hours="1-2"/>'`,
      )
      const drifted = await configuration()
      const repaired = await site.run(['site'], { inventory })
      t.is(repaired.exitCode, 0, troubles(repaired))
      t.deepEqual(subjectsOf(repaired), [
        'ACL target alice',
        'alert log path',
        'alert log recipient',
        'alert log recipient second meta timeout',
        'alert log recipient second option note',
        'node node1 attribute rack',
        'node node2 utilization cpu',
        'resource defaults office',
        'tag web',
      ])
      t.deepEqual((await configuration()).split('\n').toSorted(), declared.split('\n').toSorted())
      t.is((await site.run(['rollback'])).exitCode, 0)
      t.regex(await configuration(), /name="rack" value="z"[^]*path="\/bin\/false"/)
      t.notRegex(drifted, /value="second"/)

      const removed = await site.run(['site'])
      t.is(removed.exitCode, 0, troubles(removed))
      const left = await configuration()
      t.notRegex(left, /rack|utilization .*<nvpair|"(log|office|stops|reader|alice|web)"|<nvpair[^>]*utilization/)
      t.regex(
        left,
        /name="standby" value="off"[^]*name="theirs"[^]*template id="small"[^]*primitive id="Foreign" template="small"/,
      )
      t.like(summaryOf(await site.run(['site'])), { changed: 0, exit: 0 })
      await site.on(
        'node1',
        'crm_attribute -N node1 -n standby -D; crm_attribute -N node2 -n theirs -D; crm_attribute -N node1 -n heard -l reboot -D; crm -F configure delete Foreign small',
      )
      await site.onAll(`userdel alice; rm -f ${script} ${heard}`)
    },
  )
}
