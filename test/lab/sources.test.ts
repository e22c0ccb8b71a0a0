import test from 'ava'
import { downloadSettings, sourcesList, withoutSecurity } from '../../runner/lab/sources.js'

test("the host's own sources of its release, and no others", t => {
  const targets = [
    'Debian bookworm http://mirror.example/debian/ bookworm main',
    'Debian bookworm http://mirror.example/debian/ bookworm contrib',
    'Debian bookworm-updates http://mirror.example/debian/ bookworm-updates main',
    'Debian bookworm-security http://mirror.example/debian-security/ bookworm-security main',
    'Debian bookworm-backports http://mirror.example/debian/ bookworm-backports main',
    'Debian trixie http://mirror.example/debian/ trixie main',
    'cloud-sdk cloud-sdk-bookworm https://cloud.example/apt/ cloud-sdk-bookworm main',
    'Raspberry Pi Foundation bookworm http://pi.example/debian/ bookworm main',
    '$(ORIGIN) $(CODENAME) http://no-lists.example/debian/ bookworm main',
    '',
  ].join('\n')
  const key = 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  t.deepEqual(sourcesList(targets, 'bookworm'), [
    `${key} http://mirror.example/debian/ bookworm main contrib`,
    `${key} http://mirror.example/debian/ bookworm-updates main`,
    `${key} http://mirror.example/debian-security/ bookworm-security main`,
  ])
})

test('another release, on the mirrors that the host uses', t => {
  const targets = [
    'Debian bookworm http://mirror.example/debian/ bookworm main',
    'Debian bookworm-security http://mirror.example/debian-security/ bookworm-security main',
  ].join('\n')
  t.deepEqual(
    sourcesList(targets, 'bookworm', 'trixie').map(line => line.split(' ').slice(2).join(' ')),
    ['http://mirror.example/debian/ trixie main', 'http://mirror.example/debian-security/ trixie-security main'],
  )
})

test("without a suite's security updates", t => {
  const lines = ['bullseye', 'bullseye-updates', 'bullseye-security'].map(
    suite => `deb http://mirror.example/ ${suite} main`,
  )
  t.deepEqual(withoutSecurity(lines, 'bullseye'), lines.slice(0, 2))
})

test("Ubuntu's pockets share one code name; proposed and backports stay out", t => {
  const pockets = ['noble', 'noble-updates', 'noble-security', 'noble-backports', 'noble-proposed']
  const targets = pockets.map(pocket => `Ubuntu noble http://mirror.example/ubuntu/ ${pocket} universe`).join('\n')
  const used = sourcesList(targets, 'noble').map(line => line.split(' ')[3])
  t.deepEqual(used, ['noble', 'noble-updates', 'noble-security'])
})

test("only the download settings of the host's apt are used", t => {
  const dump = [
    'APT::Architecture "amd64";',
    'Acquire "";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::http "";',
    'Acquire::http::Proxy "http://proxy.example:3128/";',
    'Acquire::https::CaInfo "/etc/ssl/corporate.pem";',
    'Acquire::GzipIndexes "true";',
    'Acquire::Changelogs::URI::Origin::Debian "https://changelogs.example/";',
    'DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
  ].join('\n')
  t.deepEqual(downloadSettings(dump), [
    'Acquire::Check-Valid-Until "false";',
    'Acquire::http::Proxy "http://proxy.example:3128/";',
    'Acquire::https::CaInfo "/etc/ssl/corporate.pem";',
  ])
})
