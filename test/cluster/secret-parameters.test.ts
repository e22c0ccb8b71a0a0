import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { load } from 'js-yaml'
import {
  isSecretName,
  isSecretParameter,
  noteSecretNames,
  withoutSecrets,
} from '../../runner/cluster/secret-parameters.js'

const cases = load(readFileSync(new URL('../../../test/cases/secret-parameters.yml', import.meta.url), 'utf8')) as {
  secret: string[]
  harmless: string[]
  texts: { name: string; text: string; shown: string }[]
}

for (const name of cases.secret) test(`${name} is secret`, t => t.true(isSecretName(name)))
for (const name of cases.harmless) test(`${name} is not secret`, t => t.false(isSecretName(name)))
for (const { name, text, shown } of cases.texts) test(`secrets hidden: ${name}`, t => t.is(withoutSecrets(text), shown))

test('a name that only metadata calls a secret', t => {
  const text = 'combination=1234'
  t.is(withoutSecrets(text), text)
  noteSecretNames(['combination'])
  t.is(withoutSecrets(text), 'combination=******')
})

test('no value of crmsh is shown, whatever is in it', t => {
  // As crmsh 4.4.1 quotes a value (cliformat.py): backslashes are not escaped.
  const quoted = (value: string) => (/^[\w.-]+$/.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`)
  const around = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '=', "'") })
  fc.assert(
    fc.property(around, around, around, (before, after, next) => {
      const shown = withoutSecrets(
        `params desc=${quoted(next)} passwd=${quoted(`${before}hush${after}`)} ip=${quoted(next)}`,
      )
      t.false(shown.includes('hush'), shown)
    }),
    { numRuns: 2000 },
  )
})

test('secret by the description', t => {
  for (const text of ['Login password or passphrase', 'API Token', 'Set the community string', 'Secret Key.'])
    t.true(isSecretParameter('x', text), text)
  for (const text of ['Script to run to retrieve password', 'Path to the token cache file', 'Login name'])
    t.false(isSecretParameter('x', text), text)
  // By its name, it is hidden all the same.
  t.false(isSecretParameter('passwd_script', 'Script to run to retrieve password'))
})
