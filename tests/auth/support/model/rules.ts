import { RememberMe } from '../../../../src/auth/remember-me.ts'
import {
  createMemoryRememberStore,
  type RememberStore,
} from '../../../../src/auth/remember-store.ts'
import type { Clock } from '../../../../src/clock.ts'
import { days, seconds } from '../../../../src/durations.ts'
import { type Random, waitForTurn } from './seeded-random.ts'

/** What a server makes of a remember cookie: theft, or a user who is remembered, perhaps with a new cookie. */
export type Verdict = 'theft' | { newToken: string | null }

/** One way to run a remembered browser's series, from its first token on. */
export type Rule = {
  start: () => Promise<string>
  redeem: (token: string) => Promise<Verdict>
  markSeen: (token: string) => Promise<void>
}

export type MakeRule = (clock: Clock, random: Random) => Rule

/** The rule of src/auth/remember-me.ts, on a store in which requests overtake each other. */
export const ourRule: MakeRule = (clock, random) =>
  ruleOnStore(createMemoryRememberStore(), clock, random)

/** The same, but with one successor for each token, however late its predecessor comes back. */
export const ruleWithOneSuccessor: MakeRule = (clock, random) => {
  const store = createMemoryRememberStore()
  const find: RememberStore['find'] = async (...asked) => {
    const series = await store.find(...asked)
    return series && { ...series, rotatedAt: clock() }
  }
  return ruleOnStore({ ...store, find }, clock, random)
}

function ruleOnStore(memory: RememberStore, clock: Clock, random: Random): Rule {
  const store = makeSlow(memory, random)
  const rememberMe = new RememberMe({ store, secrets: ['a secret for tests'], clock })
  let id = ''
  return {
    async start() {
      const expiresAt = new Date(clock().getTime() + days(4000))
      const { series, token } = await rememberMe.start({ loginId: '1', deviceId: null, expiresAt })
      id = series.id
      return token
    },
    async redeem(token) {
      const redemption = await rememberMe.redeem(id, token)
      return redemption.kind === 'remembered' ? { newToken: redemption.token } : 'theft'
    },
    markSeen: (token) => rememberMe.markSeen(id, token),
  }
}

function makeSlow(store: RememberStore, random: Random): RememberStore {
  return {
    ...store,
    async find(...asked) {
      await waitForTurn(random)
      return store.find(...asked)
    },
    async rotate(...asked) {
      await waitForTurn(random)
      return store.rotate(...asked)
    },
    async supersede(...asked) {
      await waitForTurn(random)
      return store.supersede(...asked)
    },
    async markSeen(...asked) {
      await waitForTurn(random)
      return store.markSeen(...asked)
    },
  }
}

/** Spring Security's rule: each use draws a new token, and any other token than the newest is theft. */
export const ruleWithoutGrace: MakeRule = (clock, random) => ruleWithGrace(0, clock, random)

/** The usual mending of it: the token before the newest is good for a minute more. */
export const ruleWithMinuteOfGrace: MakeRule = (clock, random) =>
  ruleWithGrace(seconds(60), clock, random)

function ruleWithGrace(grace: number, clock: Clock, random: Random): Rule {
  let count = 0
  let current = 'token 0'
  let previous: string | null = null
  let rotatedAt = 0
  return {
    start: async () => current,
    async redeem(token) {
      await waitForTurn(random)
      if (token === current) {
        previous = current
        count += 1
        current = `token ${count}`
        rotatedAt = clock().getTime()
        return { newToken: current }
      }
      // Only a hash of the newest token is kept: a second request cannot be given it.
      const isInGrace = token === previous && clock().getTime() - rotatedAt < grace
      return isInGrace ? { newToken: null } : 'theft'
    },
    markSeen: async () => {},
  }
}
