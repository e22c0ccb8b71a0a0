import test from 'ava'
import { lostProtection } from '../../../runner/cluster/rollout/lost-protection.js'

const weaker = test.macro({
  exec: (t, subject: string, from: string | undefined, to: string | undefined, clause: RegExp | undefined) => {
    const found = lostProtection({ subject, from, to })
    if (clause === undefined) t.is(found, undefined)
    else t.regex(found ?? '', clause)
  },
  title: (_, subject: string, from?: string, to?: string) => `${subject}: ${from ?? 'not set'} -> ${to ?? 'not set'}`,
})

test(weaker, 'totem.crypto_cipher', 'aes256', 'none', /anyone on that network can read/)
test(weaker, 'totem.crypto_cipher', 'none', 'aes256', undefined)
test(weaker, 'totem.crypto_hash', 'sha256', 'none', /impersonate a node/)
test(weaker, 'quorum.two_node', undefined, '1', /keeps running alone/)
test(weaker, 'quorum.two_node', '1', undefined, undefined)
test(weaker, 'quorum.wait_for_all', '1', '0', /does not wait/)
test(weaker, 'quorum.expected_votes', '3', '2', /fewer votes/)
test(weaker, 'quorum.expected_votes', '2', '3', undefined)
test(weaker, 'quorum.last_man_standing', undefined, '1', /fewer nodes/)
test(weaker, 'totem.token', '3000', '5000', undefined)
