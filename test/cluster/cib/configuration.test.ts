/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { cibConfiguration, configurationText } from '../../../runner/cluster/cib/configuration.js'

const cib = `<cib epoch="5"><configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="a" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="node1"><instance_attributes id="nodes-1"><nvpair id="b" name="standby" value="on"/></instance_attributes></node></nodes>
<resources>
<primitive id="FloatIP" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="c"><nvpair id="d" name="ip" value="192.168.0.10"/></instance_attributes>
<operations><op id="e" name="monitor" interval="10s" timeout="20s"/></operations></primitive>
<clone id="Web-clone"><meta_attributes id="f"><nvpair id="g" name="interleave" value="true"/></meta_attributes><primitive id="Web" class="systemd" type="apache2"/></clone>
<primitive id="fence" class="stonith" type="fence_x"><instance_attributes id="h"><nvpair id="i" name="passwd" value="hush now"/></instance_attributes></primitive>
</resources>
<constraints><rsc_colocation id="together" rsc="Web" with-rsc="FloatIP" score="INFINITY"/></constraints>
<tags><tag id="ha-run"><obj_ref id="FloatIP"/><obj_ref id="Web"/></tag></tags>
<rsc_defaults><meta_attributes id="rsc-options"><nvpair id="j" name="resource-stickiness" value="100"/></meta_attributes></rsc_defaults>
</configuration><status/></cib>`

test('a CIB is shown in the form of crmsh', t => {
  t.is(
    configurationText(cib),
    `cluster_property_set cib-bootstrap-options \\
	stonith-enabled=false
node 1 node1 \\
	params standby=on
primitive FloatIP ocf:heartbeat:IPaddr2 \\
	params ip=192.168.0.10 \\
	op monitor interval=10s timeout=20s
clone Web-clone Web \\
	meta interleave=true
primitive Web systemd:apache2
primitive fence stonith:fence_x \\
	params passwd="hush now"
colocation together rsc=Web with-rsc=FloatIP score=INFINITY
tag ha-run FloatIP Web
resource defaults rsc-options \\
	resource-stickiness=100`,
  )
})

const answer = (stdout: string, exitCode = 0) =>
  cibConfiguration.family.parse({ stdout, exitCode } as never, [''])[0] as string | undefined

test('passwords are hidden, from crmsh and from the CIB', t => {
  t.false(answer(cib)!.includes('hush'))
  t.true(answer(cib)!.includes('passwd=******'))
  for (const before of ['<?xml version="1.0"?>\n', '<!-- kept -->\n', '\n<!-- kept --><?xml-model href="x"?>'])
    t.is(answer(before + cib), answer(cib))
  t.is(
    answer('primitive fence stonith:fence_x \\\n\tparams ip=10.0.0.1 passwd="hush now" snmp_community=hush\n'),
    'primitive fence stonith:fence_x \\\n\tparams ip=10.0.0.1 passwd=****** snmp_community=******',
  )
})

test('undefined if Pacemaker does not answer', t => {
  t.is(answer('', 102), undefined)
})
