const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** The text without the characters that XML 1.0 must not contain, escaped or not. */
export function withoutControls(text: string): string {
  return text.replace(/[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
}

/** The text for HTML: without control characters, and the characters with a meaning there escaped. */
export function escapeHtml(text: string): string {
  return withoutControls(text).replace(/[&<>"']/g, character => escapes[character]!)
}
