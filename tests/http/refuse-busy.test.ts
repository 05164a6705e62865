import type { Response } from 'express'
import { describe, expect, test } from 'vitest'
import { refuseBusy } from '../../src/http/http-error.ts'

/** Refuses somebody for whom no hash could be spent; says what they were answered, and whether their attempt was given back. */
async function refuse(hasHungUp: boolean) {
  const seen = { status: 0, isGivenBack: false }
  const refund = async () => {
    seen.isGivenBack = true
  }
  const busy = { retryAfterSeconds: 5, admission: { refund } }
  await refuseBusy(
    { closed: hasHungUp } as Response,
    (error) => Object.assign(seen, { status: Object(error).status }),
    busy,
  )
  return seen
}

describe('an attempt for which there was no hash', () => {
  test('is given back', async () => {
    expect(await refuse(false)).toEqual({ status: 503, isGivenBack: true })
  })

  test('is not given back to whoever hung up, and could fill the queue over and over', async () => {
    expect(await refuse(true)).toEqual({ status: 503, isGivenBack: false })
  })
})
