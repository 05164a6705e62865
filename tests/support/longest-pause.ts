/** The longest computation in ms between two turns of the event loop while the work was done, the least of three: no more rounds where one was `shortEnough`. */
export async function longestPause<T>(
  prepare: () => Promise<T>,
  work: (prepared: T) => Promise<unknown>,
  shortEnough = 0,
): Promise<number> {
  let least = Infinity
  for (let round = 0; round < 3 && least >= shortEnough; round++) {
    const prepared = await prepare()
    least = Math.min(least, await watch(() => work(prepared)))
  }
  return least
}

async function watch(work: () => Promise<unknown>): Promise<number> {
  let [last, longest, isOver] = [readCpuTime(), 0, false]
  const look = () => {
    const now = readCpuTime()
    longest = Math.max(longest, now - last)
    last = now
    if (!isOver) setImmediate(look)
  }
  look()
  await work()
  isOver = true
  look()
  return longest
}

// Not the time on the wall, in which other programs of a busy machine run too.
function readCpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
