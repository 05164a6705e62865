import { hours, minutes } from '../durations.ts'

/** What attempts are counted by. */
type Trait =
  | 'network'
  | 'userId'
  | 'deviceId'
  | 'freshAt'
  | 'nameKey'
  | 'emailKey'
  | 'link'
  | 'recipient'
  | 'kind'

/** So many attempts in so long. A success costs a tenth where only failures are feared. */
export type Budget<By extends Trait = Trait> = {
  attempts: number
  per: number
  /** The account that an attempt is about goes first: see `tagOf`. */
  by: readonly By[]
  isForFailures: boolean
}

function of<By extends Trait>(attempts: number, per: number, ...by: By[]): Budget<By> {
  return { attempts, per, by, isForFailures: false }
}

function ofFailures<By extends Trait>(attempts: number, per: number, ...by: By[]): Budget<By> {
  return { attempts, per, by, isForFailures: true }
}

// What users need to take their account back counts by device, so that an intruder cannot use it up.
const BUDGETS = {
  // Logging in from a browser that is new to the account. One network cannot use up the name: 20 < 25. By what was
  // typed, not by the account that it means: a common budget for user name and email would tell that they belong
  // together, and so that the email is known.
  'name-in-network': ofFailures(10, minutes(15), 'nameKey', 'network'),
  'name-in-network-hourly': ofFailures(20, hours(1), 'nameKey', 'network'),
  network: ofFailures(100, minutes(15), 'network'),
  name: ofFailures(25, hours(1), 'nameKey'),
  // Logging in from a browser that has logged in to the account before.
  device: ofFailures(10, minutes(15), 'userId', 'deviceId'),
  'devices-of-user': ofFailures(100, hours(1), 'userId'),
  // The password once more, by a user who is logged in. Counted since the password was last given: a user who logs in
  // again is not refused for guesses made with a copy of the old session.
  'own-password': ofFailures(10, minutes(15), 'userId', 'deviceId', 'freshAt'),
  'own-password-of-user': ofFailures(100, hours(1), 'userId'),
  // The password that a link in an email asks for, or sets: many requests with one link would each cost a hash before
  // the first of them uses it up.
  'password-of-link': ofFailures(5, minutes(15), 'link'),
  // Rows and emails. A new email is not counted by itself alone: strangers could keep its owner from moving there.
  'registrations-of-network': of(60, hours(1), 'network'),
  'new-email-of-user': of(5, hours(1), 'userId', 'emailKey'),
  verifications: of(5, hours(1), 'userId', 'deviceId'),
  'emails-of-network': of(20, hours(1), 'network'),
  // Emails that strangers can have sent, counted where each is decided: past it none goes out, and no request
  // is refused. Links that reset the password are counted themselves.
  'verifications-to': of(5, hours(1), 'recipient'),
  // Emails of each kind to one recipient, whatever asked for them.
  'deliveries-to': of(20, hours(1), 'recipient', 'kind'),
  // Every form that a user sends while logged in, and some forms besides.
  'forms-of-device': of(200, hours(1), 'userId', 'deviceId'),
  'forms-of-user': of(1_000, hours(1), 'userId'),
  'forms-of-network': of(5_000, hours(1), 'network'),
  profile: of(30, hours(1), 'userId', 'deviceId'),
  // The answer tells whether a user name is taken.
  usernames: of(20, hours(1), 'userId'),
  'usernames-of-network': of(60, hours(1), 'network'),
  revocations: of(30, hours(1), 'userId', 'deviceId'),
  exports: of(10, hours(1), 'userId', 'deviceId'),
}

export type BudgetName = keyof typeof BUDGETS

export function createBudgets({
  registrationsPerHour: attempts,
}: {
  registrationsPerHour: number
}) {
  const registrations = { ...BUDGETS['registrations-of-network'], attempts }
  return { ...BUDGETS, 'registrations-of-network': registrations }
}

/** What each act counts against. */
const ACTS = {
  login: ['name-in-network', 'name-in-network-hourly', 'network', 'name'],
  'login-on-known-device': ['device', 'devices-of-user'],
  'own-password': ['own-password', 'own-password-of-user'],
  'password-of-link': ['password-of-link'],
  registration: ['registrations-of-network'],
  email: ['emails-of-network'],
  verification: ['emails-of-network', 'verifications'],
  'new-email': ['emails-of-network', 'new-email-of-user'],
  'new-username': ['usernames', 'usernames-of-network'],
  'verifications-to': ['verifications-to'],
  delivery: ['deliveries-to'],
  form: ['forms-of-device', 'forms-of-user', 'forms-of-network'],
  profile: ['profile'],
  revocation: ['revocations'],
  export: ['exports'],
} as const satisfies Record<string, readonly BudgetName[]>

type Act = keyof typeof ACTS

/** Who acts: what the budgets of an act count by. */
type Who<Name extends Act> = {
  [By in (typeof BUDGETS)[(typeof ACTS)[Name][number]]['by'][number]]: string
}

export type Limit = { budget: BudgetName; key: string }

export function limitsOf<Name extends Act>(act: Name, who: Who<Name>): Limit[] {
  const traits: Partial<Record<Trait, string>> = who
  return ACTS[act].map((budget) => {
    const key = BUDGETS[budget].by.map((trait) => traits[trait]).join(' ')
    return { budget, key }
  })
}

/** A user who is logged in, and on which device. */
export type Principal = { userId: string; deviceId: string; network: string }

/** What a visitor types to log in, folded, and where they type it. */
export type LoginTarget = {
  network: string
  nameKey: string
  /** Set where this browser has logged in to that account before. */
  device: { userId: string; deviceId: string } | null
}

/** What a login counts against, and what in its place once that is used up. A known device does not count with the others: their guesses cannot lock its user out; nor can those of one network with a copy of its cookie. */
export function loginLimits({ network, nameKey, device }: LoginTarget): LoginLimits {
  const asStranger = limitsOf('login', { network, nameKey })
  if (!device) return { limits: asStranger }
  return { limits: limitsOf('login-on-known-device', device), fallback: asStranger }
}

type LoginLimits = { limits: Limit[]; fallback?: Limit[] }
