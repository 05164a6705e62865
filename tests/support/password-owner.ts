import { findPasswordProblem, type PasswordOwner } from '../../src/accounts/password-rules.ts'

export const alice: PasswordOwner = {
  minLength: 15,
  username: 'alice.hamilton',
  email: 'a.hamilton-smith@mail.example.com',
  name: 'Alice Hamilton-Smith',
  appName: 'Lantern Festival',
}

/** A password that she may choose. */
export const GOOD = 'zebra umbrella seventeen'

export function codeFor(password: string, owner = alice) {
  return findPasswordProblem(password, owner)?.code ?? null
}
