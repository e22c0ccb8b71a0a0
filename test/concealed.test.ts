import test from 'ava'
import { conceal, concealed, isConcealed } from '../runner/concealed.js'
import { InventoryError } from '../runner/errors.js'

// The list is the process's own: each test hides texts that no other has.

const shows = test.macro({
  exec(t, secret: string, text: string, shown: string) {
    t.is(concealed(text), text)
    conceal(secret)
    t.true(isConcealed(secret))
    t.is(concealed(text), shown)
  },
  title: (name = '') => `a text that must not be shown: ${name}`,
})

test('as it is', shows, 'hunter-one', '+ passwd=hunter-one and hunter-one', '+ passwd=******** and ********')
test('with characters of expressions', shows, 'a.(b)*[c]$', 'x a.(b)*[c]$ y', 'x ******** y')
test('in JSON', shows, 'q"uote\\d', JSON.stringify({ a: 'q"uote\\d' }), '{"a":"********"}')
test('in XML', shows, 'amp & "lt" <', '<x v="amp &amp; &quot;lt&quot; &lt;"/>', '<x v="********"/>')
test("in a shell's quotes", shows, "it's so", `'it'\\''s so'`, `'********'`)
test('its lines', shows, 'line one\n  line two\n', 'got line two', 'got ********')
test('around a placeholder', shows, 'This is {node} speaking', 'This is node1 speaking', '******** node1 ********')
test('not its short parts', shows, '<p>{node} here</p>', '<p>node1 here</p>', '<p>node1 ********')

test('an error never has it, wherever it is, nor a part of it that was shortened', t => {
  const secret = 'hidden in errors '.repeat(9)
  conceal(secret)
  const text = `got ${secret.trim()}`
  const error = new InventoryError(text, { hint: text, command: text, output: text })
  for (const field of ['message', 'hint', 'command', 'output'] as const) t.is(error[field], 'got ********')
  t.false(error.stack?.includes('hidden in errors'))
})
