import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BrowserPage } from './browser-page.js'
import { Chromium } from './chromium.js'

/** The room below the last part of the page that is shown. */
const width = 896
const edge = 24

/**
 * Makes a picture of a report for the README: `node dist/test/ui/report-picture.js drill.html picture.png`. It shows a
 * drill down to the answers of its longest outage, anything else down to the cluster's own figures, in light colours.
 */
async function main([report, picture]: string[]): Promise<void> {
  if (report === undefined || picture === undefined) throw new Error('usage: report-picture.js REPORT.html PICTURE.png')
  const browser = await Chromium.start()
  try {
    const page = await BrowserPage.in(browser, { width })
    await page.open(String(pathToFileURL(resolve(report))))
    const last =
      '[...document.querySelectorAll(".timeline")].find(one => one.checkVisibility()) ?? document.querySelector(".topology") ?? document.body'
    const bottom = await page.evaluate<number>(`(${last}).getBoundingClientRect().bottom`)
    await writeFile(picture, await page.picture({ x: 0, y: 0, width, height: bottom + edge }))
  } finally {
    await browser.close()
  }
}

await main(process.argv.slice(2))
