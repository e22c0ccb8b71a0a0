import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chromium } from './chromium.js'

export interface View {
  width: number
  height?: number
  scheme?: 'light' | 'dark'
  /** Device pixels for each pixel of the page. */
  scale?: number
}

/** A page in a browser, and its requests and messages since it was opened. */
export class BrowserPage {
  readonly #browser: Chromium
  readonly #target: string
  readonly #session: string
  /** Navigations that have ended. */
  readonly #loaded = new Set<string>()
  /** The addresses that the page has requested. */
  readonly requests: string[] = []
  /** The messages in its console. */
  readonly console: string[] = []

  private constructor(browser: Chromium, target: string, session: string) {
    this.#browser = browser
    this.#target = target
    this.#session = session
    browser.listen(({ method, sessionId, params = {} }) => {
      if (sessionId !== session) return
      // A page that cannot be opened loads an error page, with events of its own: each event names its loader.
      if (method === 'Page.lifecycleEvent' && params['name'] === 'load') this.#loaded.add(params['loaderId'] as string)
      if (method === 'Network.requestWillBeSent') this.requests.push((params['request'] as { url: string }).url)
      if (method === 'Log.entryAdded') this.console.push((params['entry'] as { text: string }).text)
      if (method === 'Runtime.consoleAPICalled' || method === 'Runtime.exceptionThrown')
        this.console.push(JSON.stringify(params))
    })
  }

  static async in(browser: Chromium, view: View): Promise<BrowserPage> {
    const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await browser.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    const page = new BrowserPage(browser, targetId, sessionId)
    for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await page.#send(`${domain}.enable`)
    await page.#send('Page.setLifecycleEventsEnabled', { enabled: true })
    await page.show(view)
    return page
  }

  /** Changes the size of the page and its colour scheme; a phone's width is one as well. */
  async show({ width, height = 900, scheme = 'light', scale = 1 }: View): Promise<void> {
    await this.#send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: scale,
      mobile: width < 600,
    })
    await this.#send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  }

  /** Loads an address. @throws Error if that fails. */
  async open(url: string): Promise<void> {
    const { loaderId, errorText } = await this.#send<{ loaderId: string; errorText?: string }>('Page.navigate', { url })
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`)
    const end = Date.now() + 20_000
    while (!this.#loaded.has(loaderId)) {
      if (Date.now() > end) throw new Error(`${url}: not loaded within 20 s`)
      await sleep(5)
    }
  }

  /** Evaluates a JavaScript expression in the page; its value must fit into JSON. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#send<{
      result: { value: T }
      exceptionDetails?: { text: string; exception?: { description?: string } }
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** A PNG of the whole page, or of a part of it, in the page's pixels. */
  async picture(clip?: { x: number; y: number; width: number; height: number }): Promise<Buffer> {
    const { cssContentSize } = await this.#send<{ cssContentSize: { width: number; height: number } }>(
      'Page.getLayoutMetrics',
    )
    const part = clip ?? { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height }
    const { data } = await this.#send<{ data: string }>('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: true,
      clip: { ...part, scale: 1 },
    })
    return Buffer.from(data, 'base64')
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.detachFromTarget', { sessionId: this.#session })
    await this.#browser.send('Target.closeTarget', { targetId: this.#target })
  }

  #send<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    return this.#browser.send<T>(method, params, this.#session)
  }
}

/** An expression for the visible text of each element that matches. */
export const texts = (selector: string) =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].filter(one => one.checkVisibility()).map(one => (one.innerText ?? one.textContent).trim().replace(/\\s+/g, ' '))`
