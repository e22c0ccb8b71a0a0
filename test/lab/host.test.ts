import test from 'ava'
import { missingPackages, parseOsRelease } from '../../runner/lab/host.js'

test('os-release is read with and without quotes', t => {
  const text = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n'
  t.deepEqual(parseOsRelease(text), {
    PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)',
    ID: 'debian',
    VERSION_CODENAME: 'bookworm',
  })
})

test('a package is missing unless dpkg lists it as installed', t => {
  const query = 'socat installed\nmmdebstrap config-files\niproute2 half-installed\n'
  const required = ['socat', 'mmdebstrap', 'iproute2', 'dpkg-dev']
  t.deepEqual(missingPackages(required, query), ['mmdebstrap', 'iproute2', 'dpkg-dev'])
  t.deepEqual(missingPackages(['socat'], query), [])
  t.deepEqual(missingPackages(['soc'], query), ['soc'])
})
