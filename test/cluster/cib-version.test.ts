import test from 'ava'
import { digestOf, versionOf } from '../../runner/cluster/cib-version.js'

const cib = (configuration: string, more = 'num_updates="16"') => `<cib crm_feature_set="3.16.1" epoch="10" ${more} admin_epoch="0">\n<configuration>${configuration}</configuration><status/></cib>`

test('the version is that of the configuration, whatever became of the state', t => {
  t.is(versionOf(cib('')), '0.10')
})

test('the digest is of the configuration alone, whatever the order of attributes and the layout', t => {
  const digest = digestOf(cib('<primitive id="a" class="ocf"/>'))
  t.regex(digest, /^[0-9a-f]{12}$/)
  t.is(digestOf(cib('\n  <primitive class="ocf" id="a"/>\n', 'num_updates="17"')), digest)
  t.not(digestOf(cib('<primitive id="a" class="lsb"/>')), digest)
  t.not(digestOf(cib('<primitive id="a" class="ocf"/><primitive id="b" class="ocf"/>')), digest)
  t.not(digestOf(cib('<primitive id="a" class="ocf"><op id="o"/></primitive>')), digest)
})
