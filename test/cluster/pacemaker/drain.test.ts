import test from 'ava'
import {
  drainMark,
  drainScript,
  drainsIn,
  ownStandby,
  readmitScript,
  spentMarksIn,
} from '../../../runner/cluster/pacemaker/drain.js'

const by = 'root@admin since 2026-11-29T12:00:00.000Z (run 1f2e3d4c)'

/** node1 with these attributes, beside nodes without any. */
function cibWith(attributes: Record<string, string>): string {
  const pairs = Object.entries(attributes).map(
    ([name, value]) => `<nvpair id="nodes-1-${name}" name="${name}" value="${value}"/>`,
  )
  return `<cib><configuration><nodes><node id="1" uname="node1"><instance_attributes id="nodes-1">${pairs.join('')}</instance_attributes></node><node id="2" uname="node2"/></nodes></configuration></cib>`
}

const reads = test.macro({
  exec: (t, attributes: Record<string, string>, drained: boolean, spent: boolean) => {
    t.deepEqual(drainsIn(cibWith(attributes)), drained ? [{ node: 'node1', by }] : [])
    t.deepEqual(spentMarksIn(cibWith(attributes)), spent ? ['node1'] : [])
  },
  title: (name = '') => `whose standby: ${name}`,
})

// The values are those that the tools have written on the lab.
test('nobody has set one', reads, {}, false, false)
test("an admin's", reads, { standby: 'on' }, false, false)
test("ha-run's", reads, { [drainMark]: by, standby: ownStandby }, true, false)
test("ha-run's, ended by `crm_standby -D` or `pcs node unstandby`", reads, { [drainMark]: by }, false, true)
test("ha-run's, ended by `crm node online`", reads, { [drainMark]: by, standby: 'off' }, false, true)
test("ha-run's, then set by an admin", reads, { [drainMark]: by, standby: 'on' }, false, true)
test("ha-run's, then set by `crm_attribute -v true`", reads, { [drainMark]: by, standby: 'true' }, false, true)
test('the value without the mark', reads, { standby: ownStandby }, false, false)
test(
  'the mark of the former version, which all standbys had',
  reads,
  { [drainMark]: 'true', standby: 'on' },
  false,
  true,
)

test('a CIB without nodes', t => {
  t.deepEqual(drainsIn(`<cib><!-- ${drainMark} --><configuration/></cib>`), [])
})

test("ha-run's standby is marked before it is set; both end in one change", t => {
  const names = (script: string) => script.split('\n').flatMap(line => /-n (\S+)/.exec(line)?.[1] ?? [])
  t.deepEqual(names(drainScript('node1', by)), [drainMark, 'standby'])
  t.is(readmitScript('node1').split('\n').length, 1)
  t.true(drainScript("it's", by).includes(`-N 'it'\\''s'`))
  t.true(readmitScript("it's").includes(`@uname="it'\\''s"`))
})
