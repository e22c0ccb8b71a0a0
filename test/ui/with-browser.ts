import test, { type ExecutionContext } from 'ava'
import { isRequired } from '../required.js'
import { Chromium, hasChromium } from './chromium.js'

/** Why tests in a browser are skipped on this machine; null if they run. */
export const noBrowser =
  isRequired || hasChromium() ? null : 'there is no /usr/bin/chromium: HA_RUN_LAB=required npm test installs it'

/** A browser for the tests of a file, which is ended after them. */
export function withBrowser(): {
  browser: () => Chromium
  inBrowser: (text: string, body: (t: ExecutionContext) => Promise<void>) => void
} {
  let browser: Chromium | undefined
  if (noBrowser === null) {
    test.serial.before(async t => {
      t.timeout(15 * 60_000)
      browser = await Chromium.start()
    })
    test.after.always(async () => {
      await browser?.close()
    })
  }
  const declare = noBrowser === null ? test.serial : test.serial.skip
  return {
    browser: () => browser!,
    inBrowser: (text, body) =>
      declare(noBrowser === null ? text : `${text} (skipped: ${noBrowser})`, async t => {
        t.timeout(2 * 60_000)
        await body(t)
      }),
  }
}
