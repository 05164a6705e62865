import { say } from './numbers.ts'
import { nameUser, PASSWORD } from './server.ts'
import { openVisitor } from './visitor.ts'

const GUESSES = 10_000
const ADDRESSES = 1_000
// Few enough that the throttle is asked of nearly all of them: the door has room for more.
const AT_ONCE = 4

/** Guesses the password of one user ten thousand times from a thousand addresses; says how many guesses were compared with it, and whether its owner can log in. */
export async function guessEverywhere(): Promise<void> {
  const username = nameUser(0)
  const owner = await openVisitor(username)
  await owner.logIn(PASSWORD)
  const open = Array.from({ length: ADDRESSES }, () => openVisitor(username))
  const strangers = await Promise.all(open)

  const started = performance.now()
  const statuses: number[] = []
  let next = 0
  const guess = async () => {
    while (next < GUESSES) {
      const answer = await strangers[next++ % ADDRESSES]?.logIn('not the password')
      statuses.push(answer?.status ?? 0)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, guess))

  const of = (status: number) => statuses.filter((each) => each === status).length
  say('guesses: compared', [of(422)], '25 or fewer')
  const others = GUESSES - of(422) - of(429) - of(503)
  say('guesses: refused 429 / 503 / other', [of(429), of(503), others])
  say('guesses: per second', [GUESSES / ((performance.now() - started) / 1000)])
  const stranger = await openVisitor(username)
  say('guesses: then the owner gets', [(await owner.logIn(PASSWORD)).status], '303')
  say(
    'guesses: and with the same password a stranger',
    [(await stranger.logIn(PASSWORD)).status],
    '429',
  )
}
