const MOST = 60

/** Typed text on one line, without characters that turn the direction of the words around it. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

/** Typed text on one line; null if it is longer than a name, or a mail program could make a link of it. */
export function withoutLinks(text: string): string | null {
  const plain = plainText(text)
  const isLinkLike = /[:/\\@<>]|\.[^\s.]|www/iu.test(plain)
  return isLinkLike || [...plain].length > MOST ? null : plain
}
