import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchMainThread } from '../../src/runtime/main-thread.ts'

const WHILE = 300

function work(): void {
  const end = performance.now() + WHILE
  while (performance.now() < end) {}
}

test('watchMainThread says whether this thread had work for most of the time', async () => {
  const isBusy = watchMainThread()
  const answers = [isBusy()]

  work()
  answers.push(isBusy())
  // Once more within a quarter of a second.
  await setTimeout(1)
  answers.push(isBusy())
  await setTimeout(4 * WHILE)
  answers.push(isBusy())
  work()
  answers.push(isBusy())

  expect(answers).toEqual([false, true, true, false, true])
})
