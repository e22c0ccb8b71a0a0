import { file, packages, role, service, skip, task, z } from 'ha-run'

const vars = z.object({
  dns_domain: z.string().default('lan'),
  dns_upstream: z.array(z.union([z.ipv4(), z.ipv6()])).min(1),
  dns_names: z.record(z.string().regex(/^[\w.-]+$/, 'expected a host name'), z.union([z.ipv4(), z.ipv6()])).default({}),
})

/** Pacemaker calls it as the user hacluster (Pacemaker Explained, Alerts). A recipient is a URL that takes a text, as ntfy does. */
const alert = `#!/bin/sh
case $CRM_alert_kind in
node) text="node $CRM_alert_node is $CRM_alert_desc" ;;
resource)
  [ "$CRM_alert_rc" != "$CRM_alert_target_rc" ] || exit 0
  text="$CRM_alert_task of $CRM_alert_rsc on $CRM_alert_node: $CRM_alert_desc"
  ;;
*) exit 0 ;;
esac
logger -t dns-alert -- "$text"
[ -z "$CRM_alert_recipient" ] || curl -fsS -m 10 -d "$text" "$CRM_alert_recipient" >/dev/null
`

/** dnsmasq with the same answers on every node. It is Pacemaker that starts it. */
export default role('dnsmasq', { vars }, ({ vars }) => {
  const path = '/etc/dnsmasq.d/home.conf'
  const lines = [
    '# Written by the role dnsmasq of ha-run.',
    'domain-needed',
    'bogus-priv',
    'no-resolv',
    `local=/${vars.dns_domain}/`,
    ...vars.dns_upstream.map(address => `server=${address}`),
    ...Object.entries(vars.dns_names).map(([name, address]) => `host-record=${name},${address}`),
    '',
  ]
  const install = packages(['dnsmasq', 'curl'], { units: ['dnsmasq.service'] })
  const configuration = file(path, {
    content: lines.join('\n'),
    validate: candidate => $ => $`dnsmasq --test --conf-file=${candidate}`,
    needs: [install],
  })
  const restarted = task('dnsmasq runs with its configuration', {
    // The other node answers meanwhile.
    oneAtATime: true,
    needs: [configuration],
    async check({ $ }) {
      const { stdout } = await $`systemctl show -P ActiveState dnsmasq.service
systemctl show --timestamp=unix -P ActiveEnterTimestamp dnsmasq.service
stat -c %Y ${path}`
      const [state, since = '', changed] = stdout.split('\n')
      if (state !== 'active') return skip('the cluster does not run it here')
      if (Number(since.replace('@', '')) >= Number(changed)) return []
      return [{ subject: 'dnsmasq', from: 'an earlier configuration', to: 'the present one' }]
    },
    async apply({ $ }) {
      await $`systemctl restart dnsmasq.service`
    },
  })
  return [
    install,
    service('dnsmasq.service', { enabled: false, needs: [install] }),
    configuration,
    restarted,
    file('/usr/local/lib/dns-alert', {
      content: alert,
      mode: '0755',
      validate: candidate => $ => $`sh -n ${candidate}`,
    }),
  ]
})
