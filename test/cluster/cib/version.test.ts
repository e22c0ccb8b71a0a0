import test from 'ava'
import { digestOf, versionOf, withoutStatus } from '../../../runner/cluster/cib/version.js'

const cib = (configuration: string, more = 'num_updates="16"') =>
  `<cib crm_feature_set="3.16.1" epoch="10" ${more} admin_epoch="0">\n<configuration>${configuration}</configuration><status/></cib>`

test('the version is that of the configuration, without the number of status updates', t => {
  t.is(versionOf(cib('')), '0.10')
})

const configured = (status: string, comment = '') =>
  `<cib epoch="7">\n  <configuration>${comment === '' ? '' : `\n    ${comment}`}\n    <resources/>\n  </configuration>${status}\n</cib>\n`
const comment = '<!-- <status>, as it was </status> -->'
const states: Record<string, [cib: string, expected: string]> = {
  'as Pacemaker writes it': [
    configured('\n  <status>\n    <node_state id="1"/>\n  </status>'),
    configured('\n  <status/>'),
  ],
  'with attributes': [configured('\n  <status cib="x"><node_state id="1"/></status>'), configured('\n  <status/>')],
  'with white space in the tags': [
    configured('\n  <status >\n<node_state id="1"/></status\n>'),
    configured('\n  <status/>'),
  ],
  'empty already': [configured('\n  <status/>'), configured('\n  <status/>')],
  none: [configured(''), configured('')],
  'a comment that looks like a status stays': [
    configured('\n  <status><node_state id="1"/></status>', comment),
    configured('\n  <status/>', comment),
  ],
}

for (const [title, [text, expected]] of Object.entries(states)) {
  test(`without the status: ${title}`, t => t.is(withoutStatus(text), expected))
}

test('the digest depends on the configuration only, not on the order of attributes or white space', t => {
  const digest = digestOf(cib('<primitive id="a" class="ocf"/>'))
  t.regex(digest, /^[0-9a-f]{12}$/)
  t.is(digestOf(cib('\n  <primitive class="ocf" id="a"/>\n', 'num_updates="17"')), digest)
  t.not(digestOf(cib('<primitive id="a" class="lsb"/>')), digest)
  t.not(digestOf(cib('<primitive id="a" class="ocf"/><primitive id="b" class="ocf"/>')), digest)
  t.not(digestOf(cib('<primitive id="a" class="ocf"><op id="o"/></primitive>')), digest)
})

test('an answer without a configuration has neither a version nor a digest of one', t => {
  const answer = '<pacemaker-result/>\n'
  t.is(versionOf(answer), '.')
  t.not(digestOf(answer), digestOf('<cib><configuration/></cib>'))
})
