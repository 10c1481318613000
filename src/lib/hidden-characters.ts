const hidden = /[\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu

/** Without the characters that nobody sees and that turn, hide or break the text around them. */
export function withoutHidden(text: string): string {
  return text.replace(hidden, '')
}
