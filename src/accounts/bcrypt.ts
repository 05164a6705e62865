import bcrypt from 'bcrypt'

export const LOWEST_BCRYPT_COST = 4
const HEADER_LENGTH = '$2b$12$'.length
const SALT_LENGTH = 22

/** Makes a salt of 22 characters in bcrypt's own alphabet. */
export function makeBcryptSalt(): string {
  return bcrypt.genSaltSync(LOWEST_BCRYPT_COST).slice(HEADER_LENGTH)
}

/** Gives the 31 characters that bcrypt makes of a key at 2^cost rounds. It reads 72 bytes of the key and ignores the rest. */
export async function bcryptDigest(key: string, cost: number, salt: string): Promise<string> {
  const header = `$2b$${String(cost).padStart(2, '0')}$`
  const hash = await bcrypt.hash(Buffer.from(key), header + salt)
  return hash.slice(HEADER_LENGTH + SALT_LENGTH)
}

/** Spends so many bcrypt rounds, to the nearest that bcrypt can do, and keeps nothing. */
export async function burnBcryptRounds(rounds: number): Promise<void> {
  let left = rounds
  for (let cost = Math.floor(Math.log2(left)); cost >= LOWEST_BCRYPT_COST; cost--) {
    while (left >= 2 ** cost) {
      await bcryptDigest('', cost, makeBcryptSalt())
      left -= 2 ** cost
    }
  }
}
