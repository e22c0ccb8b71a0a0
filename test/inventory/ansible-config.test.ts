import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ansibleInventoryHint } from '../../runner/inventory/ansible-config.js'

test("a missing inventory: Ansible's own one is a hint, from where Ansible would take it", t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-ansible-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [directory, home, other] = ['work', 'home', 'other'].map(name => join(folder, name))
  for (const each of [directory, home, other]) mkdirSync(each!)
  const hint = (environment: NodeJS.ProcessEnv = {}) =>
    ansibleInventoryHint({ environment, directory: directory!, home: home! })

  t.is(hint({ ANSIBLE_INVENTORY: '/srv/hosts' }), 'ANSIBLE_INVENTORY names /srv/hosts: use -i /srv/hosts')
  t.is(hint({ ANSIBLE_INVENTORY: 'a,b' }), 'ANSIBLE_INVENTORY names a,b: use -i a -i b')

  const inHome = join(home!, '.ansible.cfg')
  writeFileSync(inHome, '[defaults]\ninventory = ~/hosts ; mine\n')
  t.is(hint(), `${inHome} names ~/hosts: use -i ~/hosts`)

  const inDirectory = join(directory!, 'ansible.cfg')
  writeFileSync(
    inDirectory,
    '[ssh_connection]\ninventory = no\n[defaults]\nforks = 5\ninventory=./hosts, more\n[privilege_escalation]\n',
  )
  const [hosts, more] = [join(directory!, 'hosts'), join(directory!, 'more')]
  t.is(hint(), `${inDirectory} names ${hosts},${more}: use -i ${hosts} -i ${more}`)

  const named = join(other!, 'my.cfg')
  writeFileSync(named, '[inventory]\ninventory = no\n')
  t.is(hint({ ANSIBLE_CONFIG: named }), undefined, 'the first file counts, even without the setting')
})
