const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Text for XML 1.0, and so for HTML: what it may not contain at all is dropped, what has a meaning there is escaped. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, character => escapes[character]!)
}
