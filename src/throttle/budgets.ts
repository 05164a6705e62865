import { hours, minutes } from '../durations.ts'

/** So many attempts in so long. A success costs a tenth where only failures are feared. */
export type Budget = { attempts: number; per: number; isForFailures?: true }

export type BudgetSettings = { registrationsPerHour: number }

/** Every budget, named after what it counts by. What users need to take their account back counts by device, so that an intruder cannot use it up. */
export function createBudgets({ registrationsPerHour }: BudgetSettings) {
  return {
    // Logging in from a browser that is new to the account. One network cannot use up the name: 20 < 25.
    'name-in-network': { attempts: 10, per: minutes(15), isForFailures: true },
    'name-in-network-hourly': { attempts: 20, per: hours(1), isForFailures: true },
    network: { attempts: 100, per: minutes(15), isForFailures: true },
    name: { attempts: 25, per: hours(1), isForFailures: true },
    // Logging in from a browser that has logged in to the account before.
    device: { attempts: 10, per: minutes(15), isForFailures: true },
    'devices-of-user': { attempts: 100, per: hours(1), isForFailures: true },
    // The password once more, by a user who is logged in.
    'own-password': { attempts: 10, per: minutes(15), isForFailures: true },
    'own-password-of-user': { attempts: 100, per: hours(1), isForFailures: true },
    // The password that a link in an email asks for, or sets.
    'password-of-link': { attempts: 5, per: minutes(15), isForFailures: true },
    // Rows and emails.
    'registrations-of-network': { attempts: registrationsPerHour, per: hours(1) },
    'new-email-of-user': { attempts: 5, per: hours(1) },
    verifications: { attempts: 5, per: hours(1) },
    'emails-of-network': { attempts: 20, per: hours(1) },
    // Emails that strangers can have sent, counted where each is decided: past it none goes out, and no request
    // is refused. A reset link works as long as this hour, so its user always has one.
    'resets-to': { attempts: 5, per: hours(1) },
    'verifications-to': { attempts: 5, per: hours(1) },
    // Emails of each kind to one recipient, whatever asked for them.
    'deliveries-to': { attempts: 20, per: hours(1) },
    // Every form that a user sends while logged in, and some forms besides.
    'forms-of-device': { attempts: 200, per: hours(1) },
    'forms-of-user': { attempts: 1_000, per: hours(1) },
    'forms-of-network': { attempts: 5_000, per: hours(1) },
    profile: { attempts: 30, per: hours(1) },
    usernames: { attempts: 20, per: hours(1) },
    'usernames-of-network': { attempts: 60, per: hours(1) },
    revocations: { attempts: 30, per: hours(1) },
    exports: { attempts: 10, per: hours(1) },
  } as const satisfies Record<string, Budget>
}

export type BudgetName = keyof ReturnType<typeof createBudgets>
