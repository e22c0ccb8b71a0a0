import test from 'ava'
import { withoutPasswords } from '../../runner/inventory/passwords.js'

const shows = test.macro({
  exec(t, text: string, shown: string) {
    t.is(withoutPasswords(text), shown)
    t.is(shown.length, text.length)
  },
  title: (_, text: string) => JSON.stringify(text),
})

test(shows, 'ansible_password: hunter2', 'ansible_password: *******')
test(shows, 'login: { db_passwd: "hunter 2, x", x: 1 }', 'login: { db_passwd: *************, x: 1 }')
test(shows, "my_secret: 'it''s', x: 1", 'my_secret: *******, x: 1')
test(shows, '"db_pass": "a\\"b", "x": 1', '"db_pass": ******, "x": 1')
test(shows, 'sudo_pass: |\n  two\n  lines\nx: 1', 'sudo_pass: |\n*****\n*******\nx: 1')
test(shows, 'sudo_pass: >-\r\n  two\r\nx: 1', 'sudo_pass: >-\r\n*****\r\nx: 1')
test(shows, 'node1 ansible_password=hunter2 x=1', 'node1 ansible_password=***********')
test(shows, 'node1 ansible_become_pass="hunter 2" x=1', 'node1 ansible_become_pass=**************')
test(shows, 'ansible_become_pass = hunter2', 'ansible_become_pass = *******')
test(shows, 'db_passwd: a # b\nx: y', 'db_passwd: *****\nx: y')
test(shows, '- secret: |\n    one\n\n    two\n- x: 1', '- secret: |\n*******\n\n*******\n- x: 1')
test(shows, 'token: 1000', 'token: 1000')
test(shows, 'bypass: no', 'bypass: no')
