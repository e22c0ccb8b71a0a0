import { labNetworks } from '../../runner/lab/names.js'
import { inLab } from '../../runner/lab/network.js'
import { BrowserPage } from '../ui/browser-page.js'
import { Chromium } from '../ui/chromium.js'

/** A visitor's browser on another machine of a lab's network. */
export interface Visitor {
  /** Opens the cluster's page through the floating IP. @returns its heading. @throws Error where it does not open. */
  visit(): Promise<string>
  leave(): Promise<void>
}

/** Starts a browser in the lab's network: `visit` as often as you like, then `leave`. See test/ui/with-browser.ts for where there is one. */
export async function visitor(lab: string): Promise<Visitor> {
  const browser = await Chromium.start(inLab(lab, []))
  const page = await BrowserPage.in(browser, { width: 800 })
  return {
    async visit() {
      // A new address each time: what the browser kept of an earlier visit proves nothing.
      await page.open(`http://${labNetworks[4].floatingIp}/?${Date.now()}`)
      return page.evaluate<string>('document.querySelector("h1")?.textContent ?? ""')
    },
    leave: () => browser.close(),
  }
}
