const MOST = 60

/** Takes what somebody typed; returns it on one line, without what could turn the words around it. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

/** Takes what somebody typed; returns it on one line, or null if it is longer than a name, or anything that a mail program could make a link of. */
export function withoutLinks(text: string): string | null {
  const plain = plainText(text)
  const isLinkLike = /[:/\\@<>]|\.[^\s.]|www/iu.test(plain)
  return isLinkLike || [...plain].length > MOST ? null : plain
}
