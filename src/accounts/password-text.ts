/** The longest password, in bytes of UTF-8 after NFC: enough for any sentence, and soon digested. */
export const MAX_PASSWORD_BYTES = 1024

/** A password hash in no format that we read, so that nothing matches it. */
export const NO_PASSWORD = '!'

/** Composes what was typed (Unicode NFC, NIST SP 800-63B-4 section 3.1.1.2), so that é typed in two strokes is the é typed in one. Changes nothing else. */
export function composePassword(typed: string): string {
  return typed.normalize('NFC')
}

/** Tells whether a composed password is longer than any that can be set. */
export function isPasswordTooLong(password: string): boolean {
  return Buffer.byteLength(password) > MAX_PASSWORD_BYTES
}
