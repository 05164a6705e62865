import { timingSafeEqual } from 'node:crypto'

/** Compares two secrets in a time that does not tell how much of them is alike. */
export function isSameSecret(one: string | Buffer, other: string | Buffer): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
