/** In UTF-8 after NFC: enough for any sentence, and soon digested. */
export const MAX_PASSWORD_BYTES = 1024

// NFC turns at most three units into two bytes, and takes time that grows with the square of a run of marks:
// a quarter of a second for the longest body. What is longer than this stays too long.
const LONGEST_COMPOSED = 2 * MAX_PASSWORD_BYTES

/** Composes what was typed (NFC, NIST SP 800-63B-4 section 3.1.1.2): é typed in two strokes is the é typed in one. */
export function composePassword(typed: string): string {
  return typed.length > LONGEST_COMPOSED ? typed : typed.normalize('NFC')
}

/** Whether a composed password is longer than any that can be set. */
export function isPasswordTooLong(password: string): boolean {
  return Buffer.byteLength(password) > MAX_PASSWORD_BYTES
}
